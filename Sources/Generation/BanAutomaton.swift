import Text

/// How far into what must not be written a text has come, character by character: banned phrases and
/// patterns, and passages of a corpus.
struct BanAutomaton: Sendable {
  /// All that matters of a text.
  struct Node: Sendable {
    fileprivate var phrase: PhraseAutomaton.Node = 0
    /// For each pattern.
    fileprivate var begun: [[PatternBan.Begun]]
    /// The last characters written, as many as passages have.
    fileprivate var written: [Unicode.Scalar] = []
    /// What the text ends with that must not be written.
    fileprivate(set) var completed: Completed?
  }

  /// What must not be written, at the end of a text.
  struct Completed: Sendable {
    /// In characters; of several phrases and patterns' matches the shortest counts.
    var length: Int
    var isCopy = false
  }

  private let phrases: PhraseAutomaton?
  private var patterns: [PatternBan] = []
  private let passages: PassageSet?
  private let vocabulary: Vocabulary

  /// Nil where all may be written.
  init?(_ bans: Bans, avoiding passages: PassageSet?, vocabulary: Vocabulary) throws(BansError) {
    try bans.validate()
    guard !bans.isEmpty || passages != nil else { return nil }
    phrases = bans.phrases.isEmpty ? nil : PhraseAutomaton(bans, vocabulary: vocabulary)
    for pattern in bans.patterns {
      patterns.append(try PatternBan(pattern, ignoresCase: bans.ignoresCase))
    }
    self.passages = passages
    self.vocabulary = vocabulary
  }

  /// Characters of the longest phrase, match or passage; `Int.max` where there is no limit.
  var longest: Int {
    let matches = patterns.map { $0.longest ?? .max }.max() ?? 0
    return max(phrases?.longest ?? 0, matches, passages?.length ?? 0)
  }

  /// Characters of the text's end that may be the beginning of what must not be written.
  func depth(of node: Node) -> Int {
    let begun = node.begun.joined().reduce(0) { max($0, $1.longest) }
    let copied = passages.map { min(node.written.count, $0.length - 1) } ?? 0
    return max(phrases?.depth(of: node.phrase) ?? 0, begun, copied)
  }

  /// The most characters that can follow, of the vocabulary, without completing a phrase; `Int.max`
  /// where there is no bound.
  func reach(from node: Node) -> Int { phrases?.reach(from: node.phrase) ?? .max }

  /// Whether phrases let some text be followed by so much only.
  var isBounded: Bool { phrases?.isBounded ?? false }

  /// Whether `reach` tells all places that nothing can follow. What patterns and passages leave is
  /// found by trying.
  var seesDeadEnds: Bool { patterns.isEmpty && passages == nil }

  /// Where a text is after one more symbol; nil where that completes no character.
  ///
  /// - Parameter decoder: that of the text before it.
  mutating func node(
    after symbol: Int32, from node: Node, _ decoder: SymbolDecoder
  ) throws(BansError) -> Node? {
    var next = node
    next.completed = nil
    if Int(symbol) < vocabulary.scalars.count {
      if let phrases {
        next.phrase = phrases.node(afterSymbol: Int(symbol), from: node.phrase)
      }
      try advance(&next, by: vocabulary.scalars[Int(symbol)])
    } else {
      var decoder = decoder
      var bytes: [UInt8] = []
      decoder.append(symbol, to: &bytes)
      guard !bytes.isEmpty else { return nil }
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        if let phrases { next.phrase = phrases.node(after: scalar, from: next.phrase) }
        try advance(&next, by: scalar)
      }
    }
    if let phrases, case let length = phrases.completed(at: next.phrase), length > 0 {
      next.complete(length)
    }
    if let passages, next.completed == nil, passages.contains(next.written) {
      next.completed = Completed(length: passages.length, isCopy: true)
    }
    return next
  }

  /// Where a text that has been read is: phrases and matches may have begun in all of it, passages in
  /// what was written at its end.
  mutating func node(after read: TextRead) throws(BansError) -> Node {
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    var node = Node(begun: Array(repeating: [], count: patterns.count))
    for (index, symbol) in read.symbols.enumerated() {
      if let next = try self.node(after: symbol, from: node, decoder) { node = next }
      if index < read.symbols.count - read.written { node.written = [] }
      var ignored: [UInt8] = []
      decoder.append(symbol, to: &ignored)
    }
    return node
  }

  private mutating func advance(
    _ node: inout Node, by scalar: Unicode.Scalar
  ) throws(BansError) {
    for index in patterns.indices {
      let length = try patterns[index].advance(&node.begun[index], by: scalar)
      if length > 0 { node.complete(length) }
    }
    if let passages {
      if node.written.count == passages.length { node.written.removeFirst() }
      node.written.append(scalar)
    }
  }
}

extension BanAutomaton.Node {
  fileprivate mutating func complete(_ length: Int) {
    completed = BanAutomaton.Completed(length: min(length, completed?.length ?? length))
  }
}
