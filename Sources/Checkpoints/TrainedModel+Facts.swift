import Foundation
import Text

extension TrainedModel {
  /// What there is to know of a model, as rows of a table for people.
  package var facts: [(name: String, value: String)] {
    let configuration = model.configuration
    var facts = [
      ("cell", configuration.cell.rawValue),
      ("layers", "\(configuration.layers)"),
      ("hidden size", "\(configuration.hiddenSize)"),
      ("embedding size", "\(configuration.embeddingSize)"),
      ("parameters", model.layout.parameterCount.grouped),
      ("vocabulary", vocabulary.summary),
    ]
    if let summary {
      facts += [
        ("trained on", printable(summary.corpus.joined(separator: ", "))),
        ("characters", summary.trainingCharacters.grouped),
        ("epochs", String(format: "%.2f", summary.epochs)),
        ("steps", summary.steps.grouped),
      ]
      if let loss = summary.validationLoss {
        facts.append(
          ("validation", String(format: "%.4f nats, %.4f bits per character", loss, loss / log(2))))
      }
      facts += summary.options.sorted { $0.key < $1.key }
        .map { ("  --\(printable($0.key))", printable($0.value)) }
    }
    return facts
  }

  /// The facts as lines, the values below each other.
  package var factSheet: String {
    facts.map { name, value in
      name.padding(toLength: 22, withPad: " ", startingAt: 0) + value
    }.joined(separator: "\n")
  }
}

extension Vocabulary {
  fileprivate var summary: String {
    guard kind == .scalars else { return "256 bytes" }
    let shown = scalars.prefix(100).map { "\(Symbol.scalar($0))" }.joined(separator: " ")
    let more = scalars.count > 100 ? " …" : ""
    let bytes = hasByteSymbols ? " and 256 bytes" : ""
    return "\(scalars.count) characters\(bytes): \(shown)\(more)"
  }
}
