import Recurrent
import Text

/// What the rules of writing need to know of the text so far.
struct TextContext: Sendable {
  /// For the repetition penalty.
  var recent: RepetitionWindow
  /// For whole characters.
  private(set) var decoder: SymbolDecoder

  init(vocabulary: Vocabulary) {
    recent = RepetitionWindow(capacity: 0, vocabularySize: vocabulary.count)
    decoder = SymbolDecoder(vocabulary: vocabulary)
  }

  /// Takes the next symbol of the text and appends the character that it is or completes.
  mutating func append(_ symbol: Int32, output: inout [UInt8]) {
    recent.append(symbol)
    decoder.append(symbol, to: &output)
  }
}

/// A place in a text: all that a model remembers of what it has read, and what it expects next.
///
/// A value. A copy is a branch; an earlier copy put back is an exact undo.
public struct TextState: Sendable {
  package var recurrent: RecurrentState
  /// `[V]`: of the next symbol.
  package var logits: [Float]
  var context: TextContext
}

/// Which symbols may follow, so that what is written stays valid UTF-8.
struct AllowedSymbols {
  /// None where all symbols are whole scalars.
  private let masks: [UTF8Automaton: [Bool]]

  init(_ vocabulary: Vocabulary) {
    guard vocabulary.hasByteSymbols else {
      masks = [:]
      return
    }
    let symbols = (0..<Int32(vocabulary.count)).map { vocabulary[$0] }
    var masks: [UTF8Automaton: [Bool]] = [:]
    var unvisited = [UTF8Automaton()]
    while let automaton = unvisited.popLast() {
      guard masks[automaton] == nil else { continue }
      masks[automaton] = symbols.map { automaton.allows($0) }
      for byte in UInt8.min...UInt8.max where automaton.allows(byte) {
        var next = automaton
        next.consume(byte)
        unvisited.append(next)
      }
    }
    self.masks = masks
  }

  /// `[V]`, or nil where all are allowed.
  func mask(after automaton: UTF8Automaton) -> [Bool]? { masks[automaton] }
}
