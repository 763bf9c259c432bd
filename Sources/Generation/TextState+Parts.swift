import Recurrent
import Text

extension TextState {
  /// All that a state is made of, to be kept in a file.
  package struct Parts: Equatable, Sendable {
    package var recurrent: RecurrentState
    /// `[V]`
    package var logits: [Float]
    /// `[V]`: how many symbols the text had after each symbol's latest occurrence.
    package var latest: [Int]
    /// How many symbols the text has.
    package var length: Int
    /// Bytes of a character begun, at most three.
    package var pending: [UInt8]

    package init(
      recurrent: RecurrentState, logits: [Float], latest: [Int], length: Int, pending: [UInt8]
    ) {
      self.recurrent = recurrent
      self.logits = logits
      self.latest = latest
      self.length = length
      self.pending = pending
    }
  }

  package var parts: Parts {
    Parts(
      recurrent: recurrent, logits: logits, latest: context.recent.latest,
      length: context.recent.length, pending: context.decoder.pending)
  }

  /// The state that had these parts, bit for bit; nil where no state of such a model has them.
  package init?(
    _ parts: Parts, configuration: ModelConfiguration, vocabulary: Vocabulary
  ) {
    let sizes = RecurrentState(configuration)
    guard parts.recurrent.hidden.count == sizes.hidden.count,
      parts.recurrent.cell.count == sizes.cell.count,
      parts.logits.count == vocabulary.count, parts.latest.count == vocabulary.count,
      let recent = RepetitionWindow(latest: parts.latest, length: parts.length)
    else { return nil }
    var context = TextContext(vocabulary: vocabulary)
    for byte in parts.pending {
      guard vocabulary.hasByteSymbols, context.decoder.automaton.allows(byte) else { return nil }
      var ignored: [UInt8] = []
      context.append(Int32(vocabulary.scalars.count) + Int32(byte), output: &ignored)
    }
    guard context.decoder.pending == parts.pending else { return nil }
    context.recent = recent
    self.init(recurrent: parts.recurrent, logits: parts.logits, context: context)
  }
}
