import ArgumentParser
import Checkpoints
import Foundation
import Recurrent
import Text

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a model file holds.")

  @Argument(help: "A model file.")
  var model: String

  @Flag(help: "As a JSON object.")
  var json = false

  func run() throws {
    let trained = try TrainedModel(contentsOf: model)
    var output = StandardOutput()
    try output.write(line: json ? Checkpoints.json(InfoRecord(trained)) : table(trained))
    try output.flush()
  }

  private func table(_ trained: TrainedModel) -> String {
    let configuration = trained.model.configuration
    var lines = [
      ("cell", configuration.cell.rawValue),
      ("layers", "\(configuration.layers)"),
      ("hidden size", "\(configuration.hiddenSize)"),
      ("embedding size", "\(configuration.embeddingSize)"),
      ("parameters", trained.model.layout.parameterCount.formatted()),
      ("vocabulary", describe(trained.vocabulary)),
    ]
    if let summary = trained.summary {
      lines += [
        ("trained on", printable(summary.corpus.joined(separator: ", "))),
        ("characters", summary.trainingCharacters.formatted()),
        ("epochs", String(format: "%.2f", summary.epochs)),
        ("steps", summary.steps.formatted()),
      ]
      if let loss = summary.validationLoss {
        lines.append(
          ("validation", String(format: "%.4f nats, %.4f bits per character", loss, loss / log(2))))
      }
      lines += summary.options.sorted { $0.key < $1.key }.map {
        ("  --\(printable($0.key))", printable($0.value))
      }
    }
    return lines.map { name, value in
      name.padding(toLength: 22, withPad: " ", startingAt: 0) + value
    }.joined(separator: "\n")
  }

  private func describe(_ vocabulary: Vocabulary) -> String {
    guard vocabulary.kind == .scalars else { return "256 bytes" }
    let shown = vocabulary.scalars.prefix(100)
      .map { "\(Vocabulary.Symbol.scalar($0))" }.joined(separator: " ")
    let more = vocabulary.scalars.count > 100 ? " …" : ""
    let bytes = vocabulary.hasByteSymbols ? " and 256 bytes" : ""
    return "\(vocabulary.scalars.count) characters\(bytes): \(shown)\(more)"
  }
}

private struct InfoRecord: Encodable {
  let configuration: ModelConfiguration
  let parameters: Int
  let vocabulary: Vocabulary
  let training: TrainingSummary?

  init(_ trained: TrainedModel) {
    configuration = trained.model.configuration
    parameters = trained.model.layout.parameterCount
    vocabulary = trained.vocabulary
    training = trained.summary
  }
}
