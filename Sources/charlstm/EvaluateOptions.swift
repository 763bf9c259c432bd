import ArgumentParser
import Generation

/// Windows at random places in place of one pass.
struct WindowOptions: ParsableArguments {
  @Option(
    help: """
      Score windows of this many characters at random places, each from a zero state, instead of \
      the whole text. nanoGPT validates so, with 256.
      """)
  var windows: Int?

  @Option(help: "Windows to score. (default: 1000)")
  var windowCount: Int?

  @Option(help: "Chooses the windows' places. (default: 1)")
  var seed: UInt64?

  /// - Throws: `Failure`, `ScoringError`.
  func resolved() throws -> RandomWindows? {
    guard let windows else {
      guard windowCount == nil, seed == nil else {
        throw Failure.usage("--window-count and --seed go with --windows")
      }
      return nil
    }
    var chosen = RandomWindows(length: windows)
    if let windowCount { chosen.count = windowCount }
    if let seed { chosen.seed = seed }
    try chosen.validate()
    return chosen
  }
}

/// A second pass in which the model adapts.
struct DynamicOptions: ParsableArguments {
  @Flag(
    help: """
      Also score the text with the model adapting to it as it reads (Krause et al. 2018); both \
      passes in single precision.
      """)
  var dynamicEvaluation = false

  @Option(help: "How far a step of adaptation goes. (default: 0.0007)")
  var dynamicRate: Float?

  @Option(help: "How much a step goes back to the model's own weights, 0 to 1. (default: 0.003)")
  var dynamicDecay: Float?

  @Option(help: "Characters between steps, 1 to 4096. (default: 50)")
  var dynamicSegment: Int?

  /// - Throws: `Failure`, `ScoringError`.
  func resolved() throws -> DynamicEvaluation? {
    guard dynamicEvaluation else {
      guard dynamicRate == nil, dynamicDecay == nil, dynamicSegment == nil else {
        throw Failure.usage(
          "--dynamic-rate, --dynamic-decay and --dynamic-segment go with --dynamic-evaluation")
      }
      return nil
    }
    var chosen = DynamicEvaluation()
    if let dynamicRate { chosen.rate = dynamicRate }
    if let dynamicDecay { chosen.decay = dynamicDecay }
    if let dynamicSegment { chosen.segment = dynamicSegment }
    try chosen.validate()
    return chosen
  }
}
