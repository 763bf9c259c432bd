import Foundation
import Recurrent
import Text

/// The command that a run is the work of, for those who look at the run later.
package struct Invocation: Sendable {
  /// As a shell takes it.
  package var command: String
  /// Of the program.
  package var version: String

  package init(command: String, version: String) {
    self.command = command
    self.version = version
  }
}

/// A line of `metrics.jsonl`: the run begins, or goes on after so many steps in another process.
package struct BeganLine: Encodable {
  let event = "began"
  let step: Int
  let date: String
  let command: String?
  let version: String?
  let machine: String?
  let division: String
  let arithmetic: String
  let precision: String?
  let seed: UInt64
  let cell: String
  let layers: Int
  let hidden_size: Int
  let parameters: Int
  let total_steps: Int
  /// Validations without a better one that end the run before.
  let patience: Int?
  /// What a symbol is.
  let vocabulary: String
  /// The loss of a guess to which all symbols, or all classes, are alike, in nats.
  let uniform_loss: Double
  package var training_characters: Int?
  package var validation_characters: Int?
  package var test_characters: Int?
  package var training_texts: Int?
  package var validation_texts: Int?
  /// Of a classifier.
  package var classes: [String]?

  /// - Parameters:
  ///   - step: steps done before.
  ///   - choices: symbols, or classes, that are told apart.
  ///   - division: who shares the work.
  package init(
    step: Int, of totalSteps: Int, _ options: OptimizationOptions, _ network: Network,
    _ vocabulary: Vocabulary, choices: Int, division: String, on device: Device,
    as invocation: Invocation?
  ) {
    self.step = step
    date = Date.now.formatted(.iso8601)
    command = invocation?.command
    version = invocation?.version
    machine = processorName()
    self.division = division
    arithmetic = device.backend.arithmetic
    precision = options.precision?.rawValue
    seed = options.seed
    cell = network.configuration.cell.rawValue
    layers = network.configuration.layers
    hidden_size = network.configuration.hiddenSize
    parameters = network.layout.parameterCount
    total_steps = totalSteps
    patience = options.patience
    self.vocabulary = vocabulary.kind.rawValue
    uniform_loss = log(Double(choices))
  }
}

/// As Linux names it; nil where it does not.
private func processorName() -> String? {
  guard let facts = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
    let line = facts.split(separator: "\n").first(where: { $0.hasPrefix("model name") }),
    let colon = line.firstIndex(of: ":")
  else { return nil }
  return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
}
