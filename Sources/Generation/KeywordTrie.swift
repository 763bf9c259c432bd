/// Which beginnings of keywords a text ends with, letter by letter (Aho and Corasick 1975).
///
/// A node is the longest beginning of a keyword that the text ends with, node 0 the empty one. Its
/// fallbacks are the shorter ones, by decreasing length.
struct KeywordTrie<Letter: Hashable & Sendable>: Sendable {
  typealias Node = Int32

  private struct Step: Hashable {
    var node: Node
    var letter: Letter
  }

  private var children: [Step: Node] = [:]
  /// The letters that go on from each node.
  private(set) var letters: [[Letter]] = [[]]
  /// For each node, the longest shorter one that its text ends with.
  private(set) var fallbacks: [Node] = [0]
  /// Letters of each node.
  private(set) var depths = [0]
  /// Where each keyword ends, in the order given.
  private(set) var ends: [Node] = []

  init(_ keywords: some Sequence<[Letter]>) {
    for keyword in keywords {
      var node: Node = 0
      for letter in keyword { node = child(of: node, letter) }
      ends.append(node)
    }
    fallbacks = Array(repeating: 0, count: depths.count)
    for node in byDepth {
      for letter in letters[Int(node)] {
        guard node != 0, let child = children[Step(node: node, letter: letter)] else { continue }
        fallbacks[Int(child)] = next(fallbacks[Int(node)], letter)
      }
    }
  }

  /// All nodes, shorter ones first.
  var byDepth: [Node] { depths.indices.sorted { depths[$0] < depths[$1] }.map { Node($0) } }

  /// Where a text at `node` is after one more letter.
  func next(_ node: Node, _ letter: Letter) -> Node {
    var node = node
    while true {
      if let child = children[Step(node: node, letter: letter)] { return child }
      guard node != 0 else { return 0 }
      node = fallbacks[Int(node)]
    }
  }

  private mutating func child(of node: Node, _ letter: Letter) -> Node {
    let step = Step(node: node, letter: letter)
    if let child = children[step] { return child }
    let child = Node(depths.count)
    children[step] = child
    letters[Int(node)].append(letter)
    letters.append([])
    depths.append(depths[Int(node)] + 1)
    return child
  }
}
