import Generation

/// A position in a text, and the seed that the next generation from there takes.
struct Position {
  var state: TextState
  var seed: UInt64
}

/// A prompt and what the model wrote on from it.
struct Exchange: Equatable {
  /// As the model read it: without characters it does not know; empty where it just went on.
  var prompt: String
  var text: String
  /// The stop string that ended the text. The model has read it; it was not shown.
  var stop: String?
  /// How many characters were asked for, where that was not left to the settings.
  var length: Int?
  /// The temperature, where that was not left to the settings.
  var temperature: Double?
  var seed: UInt64
  /// The seed that was the next one's before; undo puts it back.
  var seedBefore: UInt64
  /// Of a text that was edited by hand: the number of the place that it was before. The exchange has no
  /// prompt, and its text is what follows on the part that was kept.
  var editedFrom: Int?
  /// Of a text that was to lead into another: that one, which ends `text`.
  var following: String?

  /// What it adds to a text: a prompt begins a line.
  func text(afterLineEnd endsLine: Bool) -> String {
    (prompt.isEmpty || endsLine ? "" : "\n") + prompt + text + (stop ?? "")
  }
}

/// All that was tried in a session: exchanges that follow on each other from the beginnings of texts.
///
/// Numbers count from 0 in order of making and stay; nothing in the tree changes, and where a model
/// has come to other weights, its states are those of another tree. A class, because the
/// branches of a session are places in the one tree.
final class TextTree {
  struct Node {
    /// nil for the beginning of a text, which has no exchange.
    let parent: Int?
    let exchange: Exchange?
    let after: Position
    /// Whether it was given up for room. It then holds no state of its own, and nothing leads to it.
    var isDropped = false
  }

  private(set) var nodes: [Node] = []
  private var children: [Int: [Int]] = [:]
  private(set) var count = 0

  subscript(number: Int) -> Node { nodes[number] }

  /// Those that follow on a place, in order of making.
  func children(of number: Int) -> [Int] { children[number] ?? [] }

  /// Begins a text at a state; returns the number of its beginning, which may be one from before.
  func begin(at position: Position) -> Int {
    let parts = position.state.parts
    let known = nodes.firstIndex { $0.parent == nil && $0.after.state.parts == parts }
    return known ?? add(Node(parent: nil, exchange: nil, after: position))
  }

  /// Adds what was tried at a place; the same again is the one from before.
  func add(_ exchange: Exchange, after parent: Int, endingAt position: Position) -> Int {
    let same = children(of: parent).first { number in
      let node = nodes[number]
      return node.exchange == exchange && node.after.seed == position.seed
        && node.after.state.parts == position.state.parts
    }
    return same ?? add(Node(parent: parent, exchange: exchange, after: position))
  }

  private func add(_ node: Node) -> Int {
    append(node)
    return nodes.count - 1
  }

  private func append(_ node: Node) {
    nodes.append(node)
    guard !node.isDropped else { return }
    count += 1
    if let parent = node.parent { children[parent, default: []].append(nodes.count - 1) }
  }

  /// The places from the beginning of a text to this one, without the beginning.
  func path(to number: Int) -> [Int] {
    var path: [Int] = []
    var number = number
    while let parent = nodes[number].parent {
      path.append(number)
      number = parent
    }
    return path.reversed()
  }

  /// Where the text of a place begins.
  func beginning(of number: Int) -> Int {
    path(to: number).first.flatMap { nodes[$0].parent } ?? number
  }

  /// The same places with the states of another model, which reads all texts again.
  ///
  /// - Parameters:
  ///   - start: its state at the beginning of a text.
  ///   - read: has it read on from a state.
  func read(
    from start: TextState, by read: (_ text: String, _ state: inout TextState) throws -> Void
  ) rethrows -> TextTree {
    let tree = TextTree()
    var endsLine: [Bool] = []
    for node in nodes {
      var state = start
      var isAtLineEnd = true
      if let parent = node.parent {
        state = tree[parent].after.state
        isAtLineEnd = endsLine[parent]
        if let text = node.exchange?.text(afterLineEnd: isAtLineEnd), !text.isEmpty {
          try read(text, &state)
          isAtLineEnd = text.endsLine
        }
      }
      endsLine.append(isAtLineEnd)
      tree.append(
        Node(
          parent: node.parent, exchange: node.exchange,
          after: Position(state: state, seed: node.after.seed), isDropped: node.isDropped))
    }
    return tree
  }

  /// The bytes of one state.
  var stateSize: Int {
    guard let parts = nodes.first?.after.state.parts else { return 1 }
    return 4 * (parts.recurrent.hidden.count + parts.recurrent.cell.count + parts.logits.count)
      + 8 * parts.latest.count
  }

  /// Drops the oldest ends of the tree until no more than `limit` places are left, as far as there are
  /// any that nothing in `kept` leads through.
  func drop(downTo limit: Int, keeping kept: [Int]) {
    var isKept = [Bool](repeating: false, count: nodes.count)
    var unvisited = kept
    while let number = unvisited.popLast() {
      guard !isKept[number] else { continue }
      isKept[number] = true
      unvisited += [nodes[number].parent, nodes[number].exchange?.editedFrom].compactMap { $0 }
    }
    // An edited text leads back to where it was, and may be the last to do so.
    for node in nodes where !node.isDropped {
      if let from = node.exchange?.editedFrom { isKept[from] = true }
    }
    var before = count + 1
    while count > limit, count < before {
      before = count
      for number in nodes.indices where count > limit {
        guard !isKept[number], !nodes[number].isDropped, let parent = nodes[number].parent,
          children(of: number).isEmpty
        else { continue }
        nodes[number] = Node(
          parent: parent, exchange: nil, after: nodes[parent].after, isDropped: true)
        children[parent]?.removeAll { $0 == number }
        count -= 1
      }
    }
  }
}
