import ArgumentParser
import Checkpoints
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
    try output.write(line: json ? Checkpoints.json(InfoRecord(trained)) : trained.factSheet)
    try output.flush()
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
