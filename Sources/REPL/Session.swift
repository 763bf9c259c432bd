import Form
import Generation
import Recurrent

/// One text as far as it has come: a place in the tree of all that was tried, and the way forward.
///
/// A value. A copy is a branch, and every step back is exact, because the tree has the state at each place.
struct Draft {
  let tree: TextTree
  /// The number of the last exchange, or of the text's beginning.
  private(set) var place: Int
  /// The next text's.
  var seed: UInt64
  /// Places gone back from, the last one first to return to, each with the seed it had.
  private(set) var undone: [(place: Int, seed: UInt64)] = []

  /// At a place of a tree, as after its exchange.
  init(at place: Int, of tree: TextTree) {
    self.tree = tree
    self.place = place
    seed = tree[place].after.seed
  }

  /// A draft with a past, as it was saved.
  init(at place: Int, of tree: TextTree, seed: UInt64, undone: [(place: Int, seed: UInt64)]) {
    self.tree = tree
    self.place = place
    self.seed = seed
    self.undone = undone
  }

  /// A text that begins, in a tree of its own or in one that there is.
  init(beginningAt position: Position, in tree: TextTree = TextTree()) {
    self.init(at: tree.begin(at: position), of: tree)
    seed = position.seed
  }

  /// The same place of the same tree with other states.
  func moved(to tree: TextTree) -> Draft {
    Draft(at: place, of: tree, seed: seed, undone: undone)
  }

  /// After the last exchange.
  var state: TextState { tree[place].after.state }

  var position: Position { Position(state: state, seed: seed) }

  var exchanges: [Exchange] { tree.path(to: place).compactMap { tree[$0].exchange } }

  var last: Exchange? { tree[place].exchange }

  /// Adds an exchange that ended at `position`; nothing can be redone after it.
  mutating func append(_ exchange: Exchange, endingAt position: Position) {
    place = tree.add(exchange, after: place, endingAt: position)
    seed = position.seed
    undone = []
  }

  /// Goes to the place in the text before its last exchange, which is returned, to go on otherwise.
  mutating func removeLast() -> Exchange? {
    guard let exchange = last, let parent = tree[place].parent else { return nil }
    place = parent
    seed = exchange.seedBefore
    undone = []
    return exchange
  }

  /// How often `undo` finds something.
  var undoCount: Int {
    var draft = self
    var count = 0
    while draft.undo() { count += 1 }
    return count
  }

  /// Goes back to before the last exchange or edit; returns whether there was one.
  mutating func undo() -> Bool {
    guard let exchange = last, let parent = tree[place].parent else { return false }
    undone.append((place, seed))
    place = exchange.editedFrom ?? parent
    seed = exchange.seedBefore
    return true
  }

  /// Goes forward again by one exchange; returns whether one was undone.
  mutating func redo() -> Bool {
    guard let (place, seed) = undone.popLast() else { return false }
    self.place = place
    self.seed = seed
    return true
  }

  /// Goes to any place of the tree, as after its exchange; from one on the way here, the way can be
  /// redone.
  mutating func go(to number: Int) {
    let path = tree.path(to: place)
    let here = (place, seed)
    guard number != place else { return }
    let all = [tree.beginning(of: place)] + path
    if let index = all.firstIndex(of: number) {
      undone.append(here)
      undone += all[(index + 1)...].dropLast().reversed().map { ($0, tree[$0].after.seed) }
    } else {
      undone = []
    }
    place = number
    seed = tree[number].after.seed
  }

  /// All that was typed and written, as the model has read it.
  var text: String { textsByPlace.map(\.text).joined() }

  /// What the model has written at the text's end since something was typed.
  var written: String {
    var texts: [String] = []
    for exchange in exchanges.reversed() {
      guard exchange.editedFrom == nil, exchange.following == nil else { break }
      texts.append(exchange.text + (exchange.stop ?? ""))
      if !exchange.prompt.isEmpty { break }
    }
    return texts.reversed().joined()
  }

  /// What each exchange adds to the text, the line feed before a prompt with it.
  var textsByPlace: [(place: Int, text: String)] {
    var endsLine = true
    return tree.path(to: place).map { number in
      guard let exchange = tree[number].exchange else { return (number, "") }
      let text = exchange.text(afterLineEnd: endsLine)
      if !text.isEmpty { endsLine = text.endsLine }
      return (number, text)
    }
  }

  /// Whether what comes next begins a line. A text begins one.
  var endsLine: Bool {
    var number: Int? = place
    while let at = number {
      if let exchange = tree[at].exchange {
        for part in [exchange.stop ?? "", exchange.text, exchange.prompt] where !part.isEmpty {
          return part.endsLine
        }
      }
      number = tree[at].parent
    }
    return true
  }
}

extension String {
  /// Whether the last scalar is a line feed; as a `Character` it could be part of CR LF.
  var endsLine: Bool { unicodeScalars.last == "\n" }
}

/// What a person is at: settings, and one text or several branches of it.
struct Session {
  static let firstBranch = "main"

  var settings: Settings
  /// Cells of the model that are held.
  var clamps: [Clamp] = []
  /// What the model has learnt from; nil for the file's weights.
  var adaptation: SessionAdaptation?
  /// What is written keeps to it, where it asks for anything.
  var form = Form()
  /// The branch at hand.
  var draft: Draft
  var branch = firstBranch
  /// The other branches, in order of their making, all in the tree of the one at hand.
  var others: [(name: String, draft: Draft)] = []

  init(settings: Settings, draft: Draft) {
    self.settings = settings
    self.draft = draft
  }

  /// The same session with other states, all in one tree as before.
  func moved(to tree: TextTree) -> Session {
    var session = self
    session.draft = draft.moved(to: tree)
    session.others = others.map { ($0.name, $0.draft.moved(to: tree)) }
    return session
  }

  /// All branches, the one at hand first.
  var branches: [(name: String, draft: Draft)] { [(branch, draft)] + others }

  var branchNames: [String] { branches.map(\.name) }

  /// A name that no branch has, made of the name of the one at hand.
  var freeBranchName: String {
    let stem = String(branch.unicodeScalars.prefix(30))
    var number = 2
    while branchNames.contains("\(stem)-\(number)") { number += 1 }
    return "\(stem)-\(number)"
  }

  /// Goes on in a copy of this text called `name`, leaving this one under its own name.
  mutating func makeBranch(_ name: String) {
    others.append((branch, draft))
    branch = name
  }

  /// Goes to the branch `name`; returns whether there is one.
  mutating func switchTo(_ name: String) -> Bool {
    if name == branch { return true }
    guard let index = others.firstIndex(where: { $0.name == name }) else { return false }
    let next = others[index].draft
    others[index] = (branch, draft)
    branch = name
    draft = next
    return true
  }

  /// Keeps the states of the tree to about as many bytes. Texts at hand, their ways back and forward
  /// stay, however long; of the rest what was tried first goes first.
  func bound(to bytes: Int) {
    let limit = max(64, bytes / draft.tree.stateSize)
    guard draft.tree.count > limit else { return }
    let kept = branches.flatMap { [$0.draft.place] + $0.draft.undone.map(\.place) }
    draft.tree.drop(downTo: limit * 3 / 4, keeping: kept)
  }
}
