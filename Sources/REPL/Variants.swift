/// Texts that were tried beside each other, each of which can be taken in the session's place.
struct Variants {
  struct Variant {
    var temperature: Double
    /// The session's text as it would be.
    var draft: Draft
  }

  private let all: [Variant]
  /// Where the session was.
  private let branch: String
  private let text: String

  init(_ all: [Variant], in session: Session) {
    self.all = all
    branch = session.branch
    text = session.draft.text
  }

  /// The one of a number from 1 on.
  ///
  /// - Throws: `ReplError` where there is none, and where the session has gone on since: its newer
  ///   text would be lost.
  func pick(_ number: Int, for session: Session) throws(ReplError) -> Variant {
    guard branch == session.branch, text == session.draft.text else {
      throw .usage("the text is another one since /temperatures; try them again")
    }
    guard all.indices.contains(number - 1) else {
      throw .usage("/pick takes a number from 1 to \(all.count), got \(number)")
    }
    return all[number - 1]
  }
}
