import ArgumentParser
import Checkpoints
import Classification
import Files
import LabelledData

struct ClassifyEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Say how well a classifier tells the classes of labelled texts.",
    discussion: """
      Accuracy, macro-F1, each class's precision, recall and F1, the confusion matrix (rows are true \
      classes), the expected calibration error, and the area under the risk-coverage curve (AURC): \
      the share of wrong answers among the surest, on average over how many are answered. With a \
      threshold, how many texts are answered and the accuracy of the answers.

        charlstm classify evaluate run/best.safetensors test.csv
        charlstm classify evaluate run/best.safetensors test.csv --confusion c.csv
      """)

  @OptionGroup var classifier: ClassifierArgument

  @Argument(
    help: "Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class.")
  var data: [String]

  @OptionGroup(title: "Data") var format: DataOptions

  @Option(help: "Count a text as found if its class is among the k most probable.")
  var topK = 3

  @OptionGroup var rejection: RejectionOptions

  @Option(help: "Write the confusion matrix to this CSV file.")
  var confusion: String?

  @OptionGroup var replacement: ReplacementFlag

  @Flag(help: "The result as a JSON object.")
  var json = false

  func run() throws {
    guard topK > 0 else { throw Failure.usage("--top-k must be 1 or more, got \(topK)") }
    let confusion = try confusion.map { try replacement.file($0) }
    var trained = try classifier.trained()
    try rejection.apply(to: &trained)
    let texts = try format.read(data, for: trained)
    let classifier = try classifier.classifier(of: trained)
    let progress = WorkProgress(of: texts.count, "texts read")
    let report = classifier.report(on: texts, topK: topK, progress: progress.show)
    progress.finish()
    guard report.meanNegativeLogLikelihood.isFinite else {
      throw Failure.badData("the model's weights are so large that it gives no probabilities")
    }
    try confusion?.write(report.confusionCSV.utf8)
    var output = StandardOutput()
    try output.write(line: json ? Checkpoints.json(report) : report.table)
    try output.flush()
  }
}
