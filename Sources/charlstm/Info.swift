import ArgumentParser
import Checkpoints
import Classification
import Recurrent
import TerminalText
import Text

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a model file holds, or what this machine is used for.")

  @Argument(help: "A model file.")
  var model: String?

  @Flag(help: "What this CPU can do, and what --precision auto takes for each use.")
  var cpu = false

  @Flag(help: "What --device may name on this machine, or why no GPU is used.")
  var devices = false

  @Flag(help: "As a JSON object.")
  var json = false

  func run() throws {
    // Not while options are parsed, which would hide the name of an unknown one.
    guard [model != nil, cpu, devices].count(where: \.self) == 1 else {
      throw Failure.usage("give a model file, --cpu or --devices")
    }
    var output = StandardOutput()
    try output.write(line: description())
    try output.flush()
  }

  private func description() throws -> String {
    if devices {
      let devices = InstalledDevices()
      return json ? Checkpoints.json(devices) : factSheet(devices.facts)
    }
    guard let model else {
      let choices = CPUChoices()
      return json ? Checkpoints.json(choices) : factSheet(choices.facts)
    }
    switch try Checkpoint(contentsOf: model) {
    case .languageModel(let trained):
      return json ? Checkpoints.json(ModelRecord(trained)) : factSheet(trained.facts)
    case .classifier(let trained):
      return json ? Checkpoints.json(ClassifierRecord(trained)) : factSheet(trained.facts)
    }
  }
}

private struct ModelRecord: Encodable {
  let configuration: ModelConfiguration
  let parameters: Int
  let vocabulary: Vocabulary
  let training: TrainingSummary?
  let adaptations: [AdaptationSummary]?

  init(_ trained: TrainedModel) {
    configuration = trained.model.configuration
    parameters = trained.model.layout.parameterCount
    vocabulary = trained.vocabulary
    training = trained.summary
    adaptations = trained.adaptations.isEmpty ? nil : trained.adaptations
  }
}

private struct ClassifierRecord: Encodable {
  let configuration: ModelConfiguration
  let parameters: Int
  let vocabulary: Vocabulary
  let labels: [String]
  let limit: TextLimit
  let temperature: Double
  /// In nats; nil where all texts are answered.
  let leastLogOdds: Double?
  /// The longest n-grams of classifiers beside the network.
  let naiveBayes: Int?
  let linear: Int?
  let training: ClassifierSummary?

  init(_ trained: TrainedClassifier) {
    configuration = trained.model.configuration
    parameters = trained.model.layout.parameterCount
    vocabulary = trained.vocabulary
    labels = trained.labels
    limit = trained.limit
    temperature = trained.temperature
    leastLogOdds = trained.leastLogOdds
    naiveBayes = trained.experts.naiveBayes?.longest
    linear = trained.experts.regression?.longest
    training = trained.summary
  }
}
