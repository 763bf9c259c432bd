import ArgumentParser
import CPU
import Checkpoints
import Classification
import Files
import Foundation
import LabelledData
import TerminalText

struct ClassifyCalibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit a classifier's probabilities to labelled texts.",
    discussion: """
      The temperature that probabilities are softened by becomes the one at which the labels of \
      these texts surprise least; which class is the most probable stays. The texts should be \
      others than those that trained the classifier, whose probabilities are too sure of them.

        charlstm classify calibrate run/best.safetensors new.csv -o a.safetensors
      """)

  @OptionGroup var classifier: ClassifierArgument

  @Argument(
    help: "Labelled texts: CSV, TSV, JSON Lines, fastText lines, or a folder with a file a class.")
  var data: [String]

  @Option(name: .shortAndLong, help: "Write the classifier to this file.")
  var output: String

  @OptionGroup var replacement: ReplacementFlag

  @Flag(help: "Save it with bfloat16 weights, at half the size.")
  var halfSize = false

  @Flag(help: "The result as a JSON object.")
  var json = false

  @OptionGroup(title: "Data") var format: DataOptions

  func run() throws {
    let file = try replacement.file(output)
    let trained = try classifier.trained()
    let texts = try format.read(data, for: trained)
    let device = try classifier.threads.device()
    let progress = WorkProgress(of: 3 * texts.count, "texts read, in three rounds")
    let result = trained.calibrated(
      to: texts, precision: classifier.precision.resolved(for: .reading, on: device),
      device: device, progress: progress.show)
    progress.finish()
    guard result.after.meanNegativeLogLikelihood.isFinite else {
      throw Failure.badData("the model's weights are so large that it gives no probabilities")
    }
    try write(result.calibrated, to: file)
    let record = CalibrationRecord(result, before: trained.temperature)
    var output = StandardOutput()
    try output.write(line: json ? Checkpoints.json(record) : factSheet(record.facts))
    try output.flush()
  }

  /// By way of a temporary file: a model's writer replaces what is in its place, be it a device.
  private func write(_ trained: TrainedClassifier, to file: OutputFile) throws {
    let path = NSTemporaryDirectory() + "charlstm-\(UUID().uuidString).safetensors"
    defer { unlink(path) }
    try trained.write(to: path, halfSize: halfSize)
    try file.write(Data(contentsOf: URL(filePath: path), options: .mappedIfSafe))
  }
}

private struct CalibrationRecord: Encodable {
  let texts: Int
  let temperature: Double
  let temperature_before: Double
  let mean_negative_log_likelihood: Double
  let mean_negative_log_likelihood_before: Double
  let expected_calibration_error: Double
  let expected_calibration_error_before: Double

  /// - Parameter temperature: the one before.
  init(_ result: Calibration, before temperature: Double) {
    texts = result.after.texts
    self.temperature = result.calibrated.temperature
    temperature_before = temperature
    mean_negative_log_likelihood = result.after.meanNegativeLogLikelihood
    mean_negative_log_likelihood_before = result.before.meanNegativeLogLikelihood
    expected_calibration_error = result.after.expectedCalibrationError
    expected_calibration_error_before = result.before.expectedCalibrationError
  }

  var facts: [Fact] {
    func change(_ after: Double, _ before: Double) -> String {
      String(format: "%.4f, before %.4f", after, before)
    }
    return [
      ("texts", texts.grouped),
      ("temperature", change(temperature, temperature_before)),
      (
        "nats per text",
        change(mean_negative_log_likelihood, mean_negative_log_likelihood_before)
      ),
      (
        "calibration error",
        change(expected_calibration_error, expected_calibration_error_before)
      ),
    ]
  }
}
