import Foundation
import Paths
import Recurrent
import TerminalText
import Text

extension TrainedModel {
  /// What there is to know of a model.
  package var facts: [Fact] {
    var facts = model.facts + [("vocabulary", vocabulary.summary)]
    if let summary {
      facts += [
        ("trained on", printable(path: summary.corpus.joined(separator: ", ")))
      ]
      if let separator = summary.documentSeparator {
        facts.append(("files joined by", "\(separator)"))
      }
      facts += [
        ("characters", summary.trainingCharacters.grouped),
        ("epochs", String(format: "%.2f", summary.epochs)),
        ("steps", summary.steps.grouped),
      ]
      for (name, loss) in [("validation", summary.validationLoss), ("test", summary.testLoss)] {
        guard let loss else { continue }
        facts.append(
          (name, String(format: "%.4f nats, %.4f bits per character", loss, loss / log(2))))
      }
      facts += optionFacts(summary.options)
    }
    return facts + adaptations.map { ("adapted to", $0.description) }
  }
}

extension AdaptationSummary: CustomStringConvertible {
  /// What it was and how it was learnt from, on one line.
  public var description: String {
    let text = texts.isEmpty ? "the text of a session" : texts.joined(separator: ", ")
    return printable(path: text) + ": " + counted(characters, "character") + ", "
      + counted(passes, "pass", plural: "passes") + " at rate \(rate)"
  }
}

/// The options of a run as they would be given.
package func optionFacts(_ options: [String: String]) -> [Fact] {
  options.sorted { $0.key < $1.key }.map { ("  --\(printable($0.key))", printable($0.value)) }
}

extension Network {
  /// Its shape.
  package var facts: [Fact] {
    [
      ("cell", configuration.cell.rawValue),
      ("layers", "\(configuration.layers)" + (configuration.bidirectional ? ", both ways" : "")),
      ("hidden size", "\(configuration.hiddenSize)"),
      ("embedding size", "\(configuration.embeddingSize)"),
      ("parameters", layout.parameterCount.grouped),
    ]
  }
}

extension Vocabulary {
  package var summary: String {
    guard kind == .scalars else { return "256 bytes" }
    let shown = scalars.prefix(100).map { "\(Symbol.scalar($0))" }.joined(separator: " ")
    let more = scalars.count > 100 ? " …" : ""
    let bytes = hasByteSymbols ? " and 256 bytes" : ""
    return "\(counted(scalars.count, "character"))\(bytes): \(shown)\(more)"
  }
}
