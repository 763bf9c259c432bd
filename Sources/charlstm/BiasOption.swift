import ArgumentParser
import Foundation
import Generation

/// Texts that are to come up more often, or less.
struct BiasOption: ParsableArguments {
  @Option(
    name: .customLong("bias"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Make a text of one character or more likelier by so many nats, below 0 less likely: "king=2"; \
      may be given several times.
      """, valueName: "text=nats"),
    transform: utf8Text)
  var biases: [String] = []

  /// - Throws: a `Failure` of usage, `BiasError`.
  func resolved() throws -> [Bias] {
    try biases.map { spelling in
      guard let sign = spelling.lastIndex(of: "="),
        let nats = Double(spelling[spelling.index(after: sign)...])
      else {
        throw Failure.usage("--bias needs a text, = and a number, such as king=2, got \(spelling)")
      }
      let bias = Bias(try typed(String(spelling[..<sign]), for: "--bias"), nats)
      try bias.validate()
      return bias
    }
  }
}
