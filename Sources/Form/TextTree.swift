/// Texts that share beginnings: each node is a text, one symbol longer than its parent's.
struct TextTree {
  struct Node {
    var parent: Int32
    var symbol: Int32
    /// Of the whole text, in nats.
    var surprisal: Double
  }

  /// The first is the empty text.
  private(set) var nodes = [Node(parent: -1, symbol: -1, surprisal: 0)]

  mutating func grow(_ parent: Int32, _ symbol: Int32, surprisal: Double) -> Int32 {
    nodes.append(
      Node(
        parent: parent, symbol: symbol, surprisal: nodes[Int(parent)].surprisal + surprisal))
    return Int32(nodes.count - 1)
  }

  func symbols(of node: Int32) -> [Int32] {
    var symbols: [Int32] = []
    var node = nodes[Int(node)]
    while node.parent >= 0 {
      symbols.append(node.symbol)
      node = nodes[Int(node.parent)]
    }
    return symbols.reversed()
  }

  func surprisal(of node: Int32) -> Double { nodes[Int(node)].surprisal }
}
