import Text

/// How far into banned phrases a text has come, character by character.
///
/// A node is a beginning of phrases: the longest that the text ends with.
struct PhraseAutomaton: Sendable {
  typealias Node = Int32
  /// A scalar's value, that of its lower case where case is ignored.
  private typealias Letter = UInt32

  /// Characters of the longest phrase.
  let longest: Int
  private let trie: KeywordTrie<Letter>
  private let ignoresCase: Bool
  private let completed: [Int]
  /// For each scalar of the vocabulary.
  private let letters: [Letter]
  /// See `reach(from:)`; nil where there is no bound anywhere.
  private let reaches: [Int]?

  /// - Parameter bans: have been checked.
  init(_ bans: Bans, vocabulary: Vocabulary) {
    let fold = { (scalar: Unicode.Scalar) in letter(of: scalar, ignoringCase: bans.ignoresCase) }
    let phrases = bans.phrases.map { $0.unicodeScalars.map(fold) }
    let trie = KeywordTrie(phrases)

    let isPhrase = Set(trie.ends)
    var completed = [Int](repeating: 0, count: trie.depths.count)
    for node in trie.byDepth.map({ Int($0) }) {
      let shorter = completed[Int(trie.fallbacks[node])]
      let own = isPhrase.contains(Node(node)) ? trie.depths[node] : 0
      completed[node] = shorter > 0 ? shorter : own
    }

    longest = trie.depths.max() ?? 0
    ignoresCase = bans.ignoresCase
    letters = vocabulary.scalars.map(fold)
    // What no phrase has, such as any scalar that bytes can spell, may always follow.
    let isBounded = !vocabulary.hasByteSymbols && Set(phrases.joined()).isSuperset(of: letters)
    reaches =
      isBounded ? Self.reaches(over: Set(letters), completed: completed, next: trie.next) : nil
    self.trie = trie
    self.completed = completed
  }

  /// Characters of the text's end that may be the beginning of a phrase.
  func depth(of node: Node) -> Int { trie.depths[Int(node)] }

  /// Characters of the shortest phrase that a text at `node` ends with; 0 for none.
  func completed(at node: Node) -> Int { completed[Int(node)] }

  /// The most characters that can follow, of the vocabulary, without completing a phrase; `Int.max`
  /// where there is no bound.
  func reach(from node: Node) -> Int { reaches?[Int(node)] ?? .max }

  /// Whether some text can only be followed by so much.
  var isBounded: Bool { reaches != nil }

  /// Where a text at `node` is after one more scalar of the vocabulary.
  func node(afterSymbol symbol: Int, from node: Node) -> Node { trie.next(node, letters[symbol]) }

  /// Where a text at `node` is after one more scalar.
  func node(after scalar: Unicode.Scalar, from node: Node) -> Node {
    trie.next(node, letter(of: scalar, ignoringCase: ignoresCase))
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
