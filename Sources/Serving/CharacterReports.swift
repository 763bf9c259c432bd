import Generation
import Text

/// The probabilities of one text's characters, from those of its symbols.
///
/// They come with the characters: what is held back for a stop string has none yet, and what a stop string
/// is made of never gets any.
struct CharacterReports {
  struct Character {
    var text: String
    var logProbability: Float
    var alternatives: [String: Float]
    /// Place in the text that is returned, in characters.
    var offset: Int
    /// Of which it is made.
    var symbols: Int
  }

  private let vocabulary: Vocabulary
  private var decoder: SymbolDecoder
  /// Those of the prompt's characters that the model knows; empty where it is not returned.
  private var promptOffsets: ArraySlice<Int>
  /// A character begun: of its symbols so far.
  private var sum: Float = 0
  private var symbols = 0
  private var alternatives: [String: Float]?
  /// Characters whose text has not come yet.
  private var waiting: [Character] = []
  private var ready: [Character] = []
  private var nextOffset: Int

  init(_ vocabulary: Vocabulary, prompt: String, echoes: Bool) {
    self.vocabulary = vocabulary
    decoder = SymbolDecoder(vocabulary: vocabulary)
    let scalars = Array(prompt.unicodeScalars)
    promptOffsets =
      echoes
      ? scalars.indices.filter { Array(vocabulary.symbols(for: scalars[$0])).count > 0 }[...] : []
    nextOffset = echoes ? scalars.count : 0
  }

  /// Takes a piece; returns what is known of the characters that are to be returned with it.
  mutating func take(_ piece: TextMailbox.Piece) -> [Character] {
    for report in piece.reports { take(report) }
    let count = String(decoding: piece.text, as: UTF8.self).unicodeScalars.count
    for var character in waiting.prefix(count) {
      character.offset = nextOffset
      nextOffset += 1
      ready.append(character)
    }
    waiting.removeFirst(min(count, waiting.count))
    defer { ready = [] }
    return ready
  }

  private mutating func take(_ report: SymbolReport) {
    if report.takenBack > 0 { takeBack(report.takenBack) }
    sum += report.logProbability
    symbols += 1
    if alternatives == nil {
      var named = Dictionary(
        report.alternatives.map { (name($0.symbol), $0.logProbability.forJSON) },
        uniquingKeysWith: max)
      named[name(report.symbol)] = report.logProbability.forJSON
      alternatives = named
    }
    var bytes: [UInt8] = []
    decoder.append(report.symbol, to: &bytes)
    guard !bytes.isEmpty else { return }
    let character = Character(
      text: String(decoding: bytes, as: UTF8.self), logProbability: sum.forJSON,
      alternatives: alternatives ?? [:], offset: 0,
      symbols: symbols)
    sum = 0
    symbols = 0
    alternatives = nil
    if !report.isPrompt {
      waiting.append(character)
    } else if let offset = promptOffsets.popFirst() {
      var character = character
      character.offset = offset
      ready.append(character)
    }
  }

  /// Forgets the last symbols, which are whole characters but for a begun one: their text was held back.
  private mutating func takeBack(_ count: Int) {
    var rest = count - symbols
    sum = 0
    symbols = 0
    alternatives = nil
    decoder = SymbolDecoder(vocabulary: vocabulary)
    while rest > 0, let last = waiting.popLast() { rest -= last.symbols }
  }

  /// The character that a symbol is; a byte of one as OpenAI spells it.
  private func name(_ symbol: Int32) -> String {
    switch vocabulary[symbol] {
    case .scalar(let scalar): String(scalar)
    case .byte(let byte) where byte < 0x80: String(Unicode.Scalar(byte))
    case .byte(let byte): "bytes:\\x" + String(byte, radix: 16)
    }
  }
}

extension Float {
  /// JSON has no infinity; OpenAI writes this for what is impossible.
  fileprivate var forJSON: Float { isFinite ? self : -9999 }
}
