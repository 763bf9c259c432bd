import Text

/// How far into banned phrases a text has come, character by character (Aho and Corasick 1975).
///
/// A node is a beginning of phrases: the longest that the text ends with. Node 0 is the empty one.
final class BanAutomaton: Sendable {
  typealias Node = Int32
  /// A scalar's value, that of its lower case where case is ignored.
  private typealias Letter = UInt32

  private struct Step: Hashable {
    var node: Node
    var letter: Letter
  }

  /// Characters of the longest phrase.
  let longest: Int
  private let ignoresCase: Bool
  private let children: [Step: Node]
  /// For each node, the longest shorter one that its text ends with.
  private let fallbacks: [Node]
  private let depths: [Int]
  private let completed: [Int]
  /// For each scalar of the vocabulary.
  private let letters: [Letter]
  /// See `reach(from:)`; nil where there is no bound anywhere.
  private let reaches: [Int]?

  /// Nil where nothing is banned.
  init?(_ bans: Bans, vocabulary: Vocabulary) throws(BansError) {
    try bans.validate()
    guard !bans.phrases.isEmpty else { return nil }
    let fold = { (scalar: Unicode.Scalar) in letter(of: scalar, ignoringCase: bans.ignoresCase) }

    var children: [Step: Node] = [:]
    var steps = [Step(node: 0, letter: 0)]
    var depths = [0]
    var isPhrase = [false]
    for phrase in bans.phrases {
      var node: Node = 0
      for scalar in phrase.unicodeScalars {
        let step = Step(node: node, letter: fold(scalar))
        if let child = children[step] {
          node = child
        } else {
          let parent = node
          node = Node(steps.count)
          children[step] = node
          steps.append(step)
          depths.append(depths[Int(parent)] + 1)
          isPhrase.append(false)
        }
      }
      isPhrase[Int(node)] = true
    }

    var fallbacks = [Node](repeating: 0, count: steps.count)
    var completed = [Int](repeating: 0, count: steps.count)
    for node in steps.indices.dropFirst().sorted(by: { depths[$0] < depths[$1] }) {
      let step = steps[node]
      if step.node != 0 {
        fallbacks[node] = Self.next(
          fallbacks[Int(step.node)], step.letter, children: children, fallbacks: fallbacks)
      }
      let shorter = completed[Int(fallbacks[node])]
      completed[node] = shorter > 0 ? shorter : isPhrase[node] ? depths[node] : 0
    }

    longest = depths.max() ?? 0
    ignoresCase = bans.ignoresCase
    letters = vocabulary.scalars.map(fold)
    // What no phrase has, such as any scalar that bytes can spell, may always follow.
    let used = Set(steps.dropFirst().map(\.letter))
    let isBounded = !vocabulary.hasByteSymbols && used.isSuperset(of: letters)
    reaches =
      isBounded
      ? Self.reaches(over: Set(letters), completed: completed) {
        Self.next($0, $1, children: children, fallbacks: fallbacks)
      } : nil
    self.children = children
    self.fallbacks = fallbacks
    self.depths = depths
    self.completed = completed
  }

  /// Characters of the text's end that may be the beginning of a phrase.
  func depth(of node: Node) -> Int { depths[Int(node)] }

  /// Characters of the shortest phrase that a text at `node` ends with; 0 for none.
  func completed(at node: Node) -> Int { completed[Int(node)] }

  /// The most characters that can follow, of the vocabulary, without completing a phrase; `Int.max`
  /// where there is no bound.
  func reach(from node: Node) -> Int { reaches?[Int(node)] ?? .max }

  /// Whether some text can only be followed by so much.
  var isBounded: Bool { reaches != nil }

  /// Where a text is after one more symbol; nil where that completes no character.
  ///
  /// - Parameter decoder: that of the text before it.
  func node(after symbol: Int32, from node: Node, _ decoder: SymbolDecoder) -> Node? {
    if Int(symbol) < letters.count { return next(node, letters[Int(symbol)]) }
    var decoder = decoder
    var bytes: [UInt8] = []
    decoder.append(symbol, to: &bytes)
    return bytes.isEmpty ? nil : self.node(after: bytes, from: node)
  }

  /// Where a text of these symbols is.
  func node(after symbols: some Sequence<Int32>, _ vocabulary: Vocabulary) -> Node {
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    var bytes: [UInt8] = []
    for symbol in symbols { decoder.append(symbol, to: &bytes) }
    return node(after: bytes, from: 0)
  }

  private func node(after bytes: [UInt8], from node: Node) -> Node {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.reduce(node) {
      next($0, letter(of: $1, ignoringCase: ignoresCase))
    }
  }

  private func next(_ node: Node, _ letter: Letter) -> Node {
    Self.next(node, letter, children: children, fallbacks: fallbacks)
  }

  private static func next(
    _ node: Node, _ letter: Letter, children: [Step: Node], fallbacks: [Node]
  ) -> Node {
    var node = node
    while true {
      if let child = children[Step(node: node, letter: letter)] { return child }
      guard node != 0 else { return 0 }
      node = fallbacks[Int(node)]
    }
  }

  /// For each node, the longest way over nodes that complete no phrase; nil where all are endless.
  ///
  /// Nodes that lead only to phrases are taken away, then those that lead only to such, and so on;
  /// from the ones that stay there is no bound.
  private static func reaches(
    over letters: Set<Letter>, completed: [Int], next: (Node, Letter) -> Node
  ) -> [Int]? {
    var before = [[Node]](repeating: [], count: completed.count)
    var waysOn = [Int](repeating: 0, count: completed.count)
    for node in completed.indices {
      for letter in letters {
        let after = Int(next(Node(node), letter))
        guard completed[after] == 0 else { continue }
        before[after].append(Node(node))
        waysOn[node] += 1
      }
    }
    var farthest = [Int](repeating: 0, count: completed.count)
    var reaches = [Int](repeating: .max, count: completed.count)
    var ending = completed.indices.filter { waysOn[$0] == 0 }
    guard !ending.isEmpty else { return nil }
    while let node = ending.popLast() {
      reaches[node] = farthest[node]
      for earlier in before[node].map({ Int($0) }) {
        farthest[earlier] = max(farthest[earlier], farthest[node] + 1)
        waysOn[earlier] -= 1
        if waysOn[earlier] == 0 { ending.append(earlier) }
      }
    }
    return reaches
  }
}

/// What of a scalar is compared. Where case is ignored: the lower case of its upper case, so that all
/// forms of a letter are one, "σ" and "ς" too; only where each is one scalar.
private func letter(of scalar: Unicode.Scalar, ignoringCase: Bool) -> UInt32 {
  guard ignoringCase else { return scalar.value }
  func single(_ mapping: String) -> Unicode.Scalar? {
    mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first : nil
  }
  let upper = single(scalar.properties.uppercaseMapping) ?? scalar
  return (single(upper.properties.lowercaseMapping) ?? upper).value
}
