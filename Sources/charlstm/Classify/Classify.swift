import ArgumentParser

struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a classifier of texts, and tell the classes of texts with it.",
    subcommands: [
      ClassifyTrain.self, ClassifyPredict.self, ClassifyEvaluate.self, ClassifyCrossValidate.self,
      ClassifyCalibrate.self, ClassifyErrors.self, ClassifyExplain.self,
    ])
}
