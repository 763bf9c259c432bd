import ArgumentParser
import Generation

/// How symbols are chosen: a flag for each rule of `SamplingOptions`.
///
/// Declared one by one, as argument-parser finds options by their properties, and names them so.
struct SamplingFlags: ParsableArguments {
  @Option(help: help(\.temperature)) var temperature = defaults.temperature
  @Option(help: help(\.topK)) var topK: Int?
  @Option(help: help(\.topP)) var topP: Double?
  @Option(help: help(\.minP)) var minP: Double?
  @Option(help: help(\.typicalP)) var typicalP: Double?
  @Option(help: help(\.repetitionPenalty)) var repetitionPenalty = defaults.repetitionPenalty
  @Option(help: help(\.repetitionWindow)) var repetitionWindow = defaults.repetitionWindow

  var options: SamplingOptions {
    SamplingOptions(
      temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typicalP,
      repetitionPenalty: repetitionPenalty, repetitionWindow: repetitionWindow)
  }
}

private let defaults = SamplingOptions()

/// The help of an option's rule, as a sentence.
private func help(_ path: PartialKeyPath<SamplingOptions>) -> ArgumentHelp {
  guard let rule = SamplingOptions.rules.first(where: { $0.path == path }) else {
    preconditionFailure("there is no rule for \(path)")
  }
  return "\(rule.help.prefix(1).uppercased())\(rule.help.dropFirst())."
}
