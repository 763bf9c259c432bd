import Generation

/// What was shown last to choose from.
struct Choice {
  enum Offer {
    /// Texts of `/options`.
    case options([Draft])
    case temperatures([(temperature: Double, draft: Draft)])
    case characters(Alternatives)
  }

  let offer: Offer
  /// Where the session was.
  private let branch: String
  private let place: Int
  /// The seed that it was at; nil once a person has set one.
  var seed: UInt64?

  init(_ offer: Offer, in session: Session) {
    self.offer = offer
    branch = session.branch
    place = session.draft.place
    seed = session.draft.seed
  }

  /// Whether the session is where it was then. Elsewhere its newer text would be lost.
  func isOpen(in session: Session) -> Bool {
    branch == session.branch && place == session.draft.place
  }

  var count: Int {
    switch offer {
    case .options(let drafts): drafts.count
    case .temperatures(let variants): variants.count
    case .characters(let alternatives): alternatives.symbols.count
    }
  }

  /// The seed of the next options for the same prompt here, as long as nobody has set another.
  func seedAfterOptions(for prompt: String, in session: Session) -> UInt64? {
    guard case .options(let drafts) = offer, let last = drafts.last?.last, last.prompt == prompt,
      isOpen(in: session), session.draft.seed == seed
    else { return nil }
    return last.seed &+ 1
  }
}

/// What could follow at a place, each of which can be gone on with.
struct Alternatives {
  /// nil at the end of the text.
  let place: Place?
  /// After what stands before the place.
  let state: TextState
  /// The most probable first.
  let symbols: [Int32]
}
