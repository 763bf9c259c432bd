import Text

/// How far into what must not be written a text has come, character by character: banned phrases, and
/// passages of a corpus.
final class BanAutomaton: Sendable {
  /// All that matters of a text.
  struct Node: Sendable {
    fileprivate var phrase: PhraseAutomaton.Node = 0
    /// The last characters written, as many as passages have.
    fileprivate var written: [Unicode.Scalar] = []
    /// What the text ends with that must not be written.
    fileprivate(set) var completed: Completed?
  }

  /// A phrase or passage at the end of a text.
  struct Completed: Sendable {
    /// In characters; of several phrases the shortest counts.
    var length: Int
    var isCopy = false
  }

  private let phrases: PhraseAutomaton?
  private let passages: PassageSet?
  private let vocabulary: Vocabulary

  /// Nil where all may be written.
  init?(_ bans: Bans, avoiding passages: PassageSet?, vocabulary: Vocabulary) throws(BansError) {
    try bans.validate()
    guard !bans.phrases.isEmpty || passages != nil else { return nil }
    phrases = bans.phrases.isEmpty ? nil : PhraseAutomaton(bans, vocabulary: vocabulary)
    self.passages = passages
    self.vocabulary = vocabulary
  }

  /// Characters of the longest phrase or passage.
  var longest: Int { max(phrases?.longest ?? 0, passages?.length ?? 0) }

  /// Characters of the text's end that may be the beginning of a phrase or passage.
  func depth(of node: Node) -> Int {
    let copied = passages.map { min(node.written.count, $0.length - 1) } ?? 0
    return max(phrases?.depth(of: node.phrase) ?? 0, copied)
  }

  /// The most characters that can follow, of the vocabulary, without completing a phrase; `Int.max`
  /// where there is no bound.
  func reach(from node: Node) -> Int { phrases?.reach(from: node.phrase) ?? .max }

  /// Whether phrases let some text be followed by so much only.
  var isBounded: Bool { phrases?.isBounded ?? false }

  /// Whether `reach` tells all places that nothing can follow. What passages leave is found by trying.
  var seesDeadEnds: Bool { passages == nil }

  /// Where a text is after one more symbol; nil where that completes no character.
  ///
  /// - Parameter decoder: that of the text before it.
  func node(after symbol: Int32, from node: Node, _ decoder: SymbolDecoder) -> Node? {
    var next = node
    if Int(symbol) < vocabulary.scalars.count {
      if let phrases {
        next.phrase = phrases.node(afterSymbol: Int(symbol), from: node.phrase)
      }
      if passages != nil { next.written.append(vocabulary.scalars[Int(symbol)]) }
    } else {
      var decoder = decoder
      var bytes: [UInt8] = []
      decoder.append(symbol, to: &bytes)
      guard !bytes.isEmpty else { return nil }
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if let phrases { next.phrase = phrases.node(after: scalar, from: next.phrase) }
        if passages != nil { next.written.append(scalar) }
      }
    }
    complete(&next)
    return next
  }

  /// Where a text that has been read is: phrases may have begun in all of it, passages in what was
  /// written at its end.
  func node(after read: [Int32], written: Int) -> Node {
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    var node = Node()
    for (index, symbol) in read.enumerated() {
      if let next = self.node(after: symbol, from: node, decoder) { node = next }
      if index < read.count - written { node.written = [] }
      var ignored: [UInt8] = []
      decoder.append(symbol, to: &ignored)
    }
    return node
  }

  private func complete(_ node: inout Node) {
    node.completed = nil
    if let passages {
      if node.written.count > passages.length { node.written.removeFirst() }
      if passages.contains(node.written) {
        node.completed = Completed(length: passages.length, isCopy: true)
      }
    }
    // A phrase goes first: where it begins is where the text goes back to.
    if let phrases, case let length = phrases.completed(at: node.phrase), length > 0 {
      node.completed = Completed(length: length)
    }
  }
}
