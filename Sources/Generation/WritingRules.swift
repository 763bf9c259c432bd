import Recurrent
import Text

/// Writing options made ready for a model: what all texts that are written by them share.
package struct WritingRules: Sendable {
  let options: WritingOptions
  private let stops: StopStrings
  private let bans: BanAutomaton?
  private let bias: BiasAutomaton?
  private let configuration: ModelConfiguration

  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BansError`, `BiasError`.
  package init(
    _ options: WritingOptions, avoiding passages: PassageSet? = nil, vocabulary: Vocabulary,
    _ configuration: ModelConfiguration
  ) throws {
    self.options = options
    try options.sampling.validate()
    stops = try StopStrings(options.stops)
    bans = try BanAutomaton(options.bans, avoiding: passages, vocabulary: vocabulary)
    bias = try BiasAutomaton(options.biases, vocabulary: vocabulary)
    self.configuration = configuration
  }

  /// The most characters that are held back, and the most places kept to go back to, while a ban may still
  /// be completed: those of its longest match, `Int.max` where that has no limit.
  package var longestBan: Int { bans?.longest ?? 0 }

  /// The writer of one text.
  ///
  /// - Throws: `BansError` for a pattern that what was read shows to be too much.
  func writer(from context: TextContext, after read: TextRead) throws(BansError) -> TextWriter {
    var context = context
    context.recent.capacity = options.sampling.repetitionWindow
    var rewind: BanRewind?
    if let bans { rewind = try BanRewind(bans, after: read, configuration) }
    return TextWriter(
      TextSoFar(context, after: read, stops: stops, bias: bias), options, rewind: rewind)
  }
}
