import Form
import Generation
import Recurrent

/// A session as it was at a moment, to be kept in a file.
struct SessionSnapshot: Sendable {
  let settings: Settings
  let clamps: [Clamp]
  let adaptation: SessionAdaptation?
  let form: Form
  let nodes: [TextTree.Node]
  /// The one at hand first.
  let branches: [Branch]

  struct Branch: Sendable {
    let name: String
    let place: Int
    let seed: UInt64
    let undone: [(place: Int, seed: UInt64)]
  }

  init(of session: Session) {
    settings = session.settings
    clamps = session.clamps
    adaptation = session.adaptation
    form = session.form
    nodes = session.draft.tree.nodes
    branches = session.branches.map { name, draft in
      Branch(name: name, place: draft.place, seed: draft.seed, undone: draft.undone)
    }
  }
}

/// All of a session but its states, which the file has in the order of the tree's places.
struct SessionRecord: Codable {
  let identity: ModelIdentity
  /// The model file's name, for people.
  let modelName: String
  /// Where the model file was, in what is kept without being asked for.
  let modelPath: String?
  let settings: Settings
  /// Cells that are held, as they are typed; nil where none are.
  let clamps: [String]?
  /// What the model has learnt from since its file was opened; nil for the file's weights.
  let adaptation: SessionAdaptation?
  /// What is written keeps to it; nil where it asks for nothing.
  let form: Form?
  let tree: [Node]
  /// The one at hand first.
  let branches: [Branch]

  struct Node: Codable {
    /// A place that comes before; nil for the beginning of a text.
    let parent: Int?
    let exchange: Exchange?
    let seed: UInt64
  }

  struct Exchange: Codable {
    let prompt: String
    let text: String
    let stop: String?
    let length: Int?
    let temperature: Double?
    let seed: UInt64
    let seedBefore: UInt64
    let editedFrom: Int?
    let following: String?
  }

  struct Branch: Codable {
    let name: String
    let at: Place
    let undone: [Place]
  }

  struct Place: Codable {
    let place: Int
    let seed: UInt64
  }

  /// - Parameter states: what the file is to have, by the record's numbers.
  init(
    _ snapshot: SessionSnapshot, identity: ModelIdentity, modelName: String, modelPath: String?,
    states: inout [TextState.Parts]
  ) {
    // What was dropped leaves no gaps.
    var numbers = [Int](repeating: 0, count: snapshot.nodes.count)
    var kept: [Node] = []
    for (number, node) in snapshot.nodes.enumerated() where !node.isDropped {
      numbers[number] = kept.count
      states.append(node.after.state.parts)
      kept.append(
        Node(
          parent: node.parent.map { numbers[$0] },
          exchange: node.exchange.map { exchange in
            Exchange(
              prompt: exchange.prompt, text: exchange.text, stop: exchange.stop,
              length: exchange.length, temperature: exchange.temperature, seed: exchange.seed,
              seedBefore: exchange.seedBefore, editedFrom: exchange.editedFrom.map { numbers[$0] },
              following: exchange.following)
          }, seed: node.after.seed))
    }
    self.identity = identity
    self.modelName = modelName
    self.modelPath = modelPath
    settings = snapshot.settings
    clamps = snapshot.clamps.isEmpty ? nil : snapshot.clamps.map(\.description)
    adaptation = snapshot.adaptation
    form = snapshot.form.isEmpty ? nil : snapshot.form
    tree = kept
    branches = snapshot.branches.map { branch in
      Branch(
        name: branch.name, at: Place(place: numbers[branch.place], seed: branch.seed),
        undone: branch.undone.map { Place(place: numbers[$0.place], seed: $0.seed) })
    }
  }

  /// - Throws: `ReplError` where it contradicts itself.
  func session(states: [TextState], path: String) throws(ReplError) -> Session {
    func damaged(_ reason: String) -> ReplError { SessionFile.damaged(path, reason) }
    guard states.count == tree.count else {
      throw damaged("there are \(states.count) states for \(tree.count) places")
    }
    let all = TextTree()
    for (number, node) in tree.enumerated() {
      let after = REPL.Position(state: states[number], seed: node.seed)
      guard (node.parent == nil) == (node.exchange == nil) else {
        throw damaged("place \(number) does not follow on an exchange")
      }
      var added = all.nodes.count
      if let parent = node.parent, let exchange = node.exchange {
        for other in [parent, exchange.editedFrom].compactMap({ $0 })
        where !(0..<number).contains(other) {
          throw damaged("there is no place \(other) before \(number)")
        }
        if let length = exchange.length, length < 1 { throw damaged("a length of \(length)") }
        added = all.add(
          REPL.Exchange(
            prompt: exchange.prompt, text: exchange.text, stop: exchange.stop,
            length: exchange.length, temperature: exchange.temperature, seed: exchange.seed,
            seedBefore: exchange.seedBefore, editedFrom: exchange.editedFrom,
            following: exchange.following),
          after: parent, endingAt: after)
      } else {
        added = all.begin(at: after)
      }
      guard added == number else { throw damaged("place \(number) is there twice") }
    }
    func known(_ place: Place) throws(ReplError) -> (place: Int, seed: UInt64) {
      guard tree.indices.contains(place.place) else {
        throw damaged("there is no place \(place.place)")
      }
      return (place.place, place.seed)
    }
    var drafts: [(name: String, draft: Draft)] = []
    for branch in branches {
      let at = try known(branch.at)
      var undone: [(place: Int, seed: UInt64)] = []
      for place in branch.undone { undone.append(try known(place)) }
      drafts.append((branch.name, Draft(at: at.place, of: all, seed: at.seed, undone: undone)))
    }
    var session = try Session(settings: settings, drafts: drafts, path: path)
    do { try form?.validate() } catch { throw damaged(error.description) }
    session.form = form ?? Form()
    session.adaptation = adaptation
    return session
  }
}

extension Session {
  /// - Throws: `ReplError` where there is no branch, or one has no name of its own.
  init(
    settings: Settings, drafts: [(name: String, draft: Draft)], path: String
  ) throws(ReplError) {
    guard let (name, draft) = drafts.first else {
      throw SessionFile.damaged(path, "it has no text")
    }
    var names: Set<String> = []
    for (name, _) in drafts where !isBranchName(name) || !names.insert(name).inserted {
      throw SessionFile.damaged(path, "a branch has no name of its own")
    }
    self.init(settings: settings, draft: draft)
    branch = name
    others = Array(drafts.dropFirst())
  }
}
