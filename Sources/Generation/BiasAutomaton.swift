import Text

/// What a symbol's logit gains, in nats.
package struct SymbolGain: Equatable, Sendable {
  package var symbol: Int32
  package var nats: Float
}

/// What biases give each next symbol, for every beginning of their texts that what is written may end
/// with.
final class BiasAutomaton: Sendable {
  typealias Node = KeywordTrie<Int32>.Node

  private let trie: KeywordTrie<Int32>
  /// Node after node, each node's by increasing symbol. What no text begins with gains nothing.
  private let gains: [SymbolGain]
  /// Where each node's gains begin, and where the last one's end.
  private let starts: [Int]

  /// Nil where there are none. A text with a character that the vocabulary does not know never comes
  /// up, and is left out.
  init?(_ biases: [Bias], vocabulary: Vocabulary) throws(BiasError) {
    for bias in biases { try bias.validate() }
    let known = biases.compactMap { bias in
      let (symbols, unknown) = vocabulary.encode(bias.text)
      return unknown.isEmpty ? (symbols: symbols, nats: bias.nats) : nil
    }
    guard !known.isEmpty else { return nil }
    let trie = KeywordTrie(known.map(\.symbols))

    // Which texts begin with each node.
    var beginning = [[Int]](repeating: [], count: trie.depths.count)
    for (index, bias) in known.enumerated() {
      var node: Node = 0
      for symbol in bias.symbols {
        node = trie.next(node, symbol)
        beginning[Int(node)].append(index)
      }
    }
    /// Of a symbol that leads to `node`: each text counts with the longest of its beginnings there, and
    /// a whole one beside it.
    func gain(at node: Node) -> Double {
      var sum = 0.0
      var counted: Set<Int> = []
      var node = node
      while node != 0 {
        let depth = trie.depths[Int(node)]
        for index in beginning[Int(node)] where !counted.contains(index) {
          let bias = known[index]
          sum += bias.nats * Double(depth) / Double(bias.symbols.count)
          if depth < bias.symbols.count { counted.insert(index) }
        }
        node = trie.fallbacks[Int(node)]
      }
      return sum
    }

    let gainsByNode = (0..<Node(trie.depths.count)).map { gain(at: $0) }
    var gains: [SymbolGain] = []
    var starts: [Int] = []
    for node in 0..<Node(trie.depths.count) {
      var symbols: Set<Int32> = []
      var shorter: Node? = node
      while let beginning = shorter {
        symbols.formUnion(trie.letters[Int(beginning)])
        shorter = beginning == 0 ? nil : trie.fallbacks[Int(beginning)]
      }
      starts.append(gains.count)
      gains += symbols.sorted().map {
        SymbolGain(symbol: $0, nats: Float(gainsByNode[Int(trie.next(node, $0))]))
      }
    }
    self.trie = trie
    self.gains = gains
    self.starts = starts + [gains.count]
  }

  /// By increasing symbol.
  func gains(at node: Node) -> ArraySlice<SymbolGain> {
    gains[starts[Int(node)]..<starts[Int(node) + 1]]
  }

  func next(_ node: Node, _ symbol: Int32) -> Node { trie.next(node, symbol) }

  func node(after symbols: some Sequence<Int32>) -> Node {
    symbols.reduce(0) { trie.next($0, $1) }
  }
}
