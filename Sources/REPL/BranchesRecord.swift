import Generation
import Recurrent

/// All of a session but its states, as files had it before there was a tree: each branch with its
/// exchanges, which name the states by their numbers.
struct BranchesRecord: Codable {
  let identity: ModelIdentity
  let modelName: String
  let settings: Settings
  let clamps: [String]?
  /// The one at hand first.
  let branches: [Branch]

  struct Branch: Codable {
    let name: String
    let exchanges: [Exchange]
    let position: Position
    let undone: [Undone]

    private enum CodingKeys: String, CodingKey {
      case name, exchanges, undone
      case position = "place"
    }
  }

  struct Position: Codable {
    let state: Int
    let seed: UInt64
  }

  struct Exchange: Codable {
    let prompt: String
    let text: String
    let stop: String?
    let length: Int?
    let seed: UInt64
    let before: Position
  }

  struct Undone: Codable {
    let exchange: Exchange
    let after: Position
  }

  /// The same in a tree, in which branches that began alike are one as far as they are.
  ///
  /// - Throws: `ReplError` where states are missing or branches contradict each other.
  func session(states: [TextState], path: String) throws(ReplError) -> Session {
    func position(_ record: Position) throws(ReplError) -> REPL.Position {
      guard states.indices.contains(record.state) else {
        throw SessionFile.damaged(path, "there is no state \(record.state)")
      }
      return REPL.Position(state: states[record.state], seed: record.seed)
    }
    let tree = TextTree()
    func add(
      _ record: Exchange, after parent: Int, endingAt end: Position
    ) throws(ReplError) -> Int {
      if let length = record.length, length < 1 {
        throw SessionFile.damaged(path, "a length of \(length)")
      }
      let exchange = REPL.Exchange(
        prompt: record.prompt, text: record.text, stop: record.stop, length: record.length,
        seed: record.seed, seedBefore: record.before.seed)
      return tree.add(exchange, after: parent, endingAt: try position(end))
    }
    var drafts: [(name: String, draft: Draft)] = []
    for branch in branches {
      let ahead = Array(branch.undone.reversed())
      let begin = branch.exchanges.first?.before ?? branch.position
      var place = tree.begin(at: try position(begin))
      for (index, exchange) in branch.exchanges.enumerated() {
        // An exchange ended where the next one that was kept began.
        let next =
          index + 1 < branch.exchanges.count ? branch.exchanges[index + 1].before : branch.position
        place = try add(exchange, after: place, endingAt: next)
      }
      let at = place
      var undone: [(place: Int, seed: UInt64)] = []
      for undo in ahead {
        place = try add(undo.exchange, after: place, endingAt: undo.after)
        undone.append((place, undo.after.seed))
      }
      drafts.append(
        (
          branch.name,
          Draft(at: at, of: tree, seed: branch.position.seed, undone: undone.reversed())
        ))
    }
    return try Session(settings: settings, drafts: drafts, path: path)
  }
}
