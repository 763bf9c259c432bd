import ArgumentParser
import CPU
import Checkpoints
import Classification
import Files
import Foundation
import LabelledData
import Paths
import TerminalText

struct ClassifyCalibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit a classifier's probabilities to labelled texts.",
    discussion: """
      The temperature that probabilities are softened by becomes the one at which the labels of \
      these texts surprise least, and stays where all of them are told right; which class is the \
      most probable stays. The texts should be others than those that trained the classifier, \
      whose probabilities are too sure of them.

        charlstm classify calibrate run/best.safetensors new.csv -o a.safetensors
        charlstm classify calibrate a.safetensors new.csv -o b.safetensors --reject 0
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

  @Option(
    help: ArgumentHelp(
      """
      Fit a threshold, too: texts the classifier is less sure of become unknown, so that of the \
      answers at most this share is wrong and no more texts than needed are unknown.
      """, valueName: "share"))
  var reject: Double?

  @Option(
    help: """
      With --reject: texts of no class, lines, CSV, TSV or JSON Lines, any answer to which is wrong; \
      may be given several times.
      """)
  var unknown: [String] = []

  @OptionGroup(title: "Data") var format: DataOptions

  func run() throws {
    try reject.map(checkRisk)
    guard unknown.isEmpty || reject != nil else {
      throw Failure.usage("--unknown goes with --reject")
    }
    let file = try replacement.file(output)
    let trained = try classifier.trained()
    let texts = try format.read(data, for: trained)
    let unknown = try unknownTexts(for: trained)
    let device = try classifier.machine.device(gains: true)
    let precision = classifier.precision.resolved(for: .reading, on: device)
    let rounds = reject == nil ? "three" : "four"
    let progress = WorkProgress(
      of: (reject == nil ? 3 : 4) * texts.count + unknown.count, "texts read, in \(rounds) rounds")
    let result = trained.calibrated(
      to: texts, precision: precision, device: device, progress: progress.show)
    guard result.after.meanNegativeLogLikelihood.isFinite else {
      throw Failure.badData("the model's weights are so large that it gives no probabilities")
    }
    let rejection = try reject.map { risk in
      try result.calibrated.rejecting(
        risk: risk, on: texts, unknown: unknown, precision: precision, device: device
      ) { progress.show(3 * texts.count + $0) }
    }
    progress.finish()
    try write(rejection?.classifier ?? result.calibrated, to: file)
    if trained.leastLogOdds != nil, rejection == nil {
      standardError(
        "The threshold of \(path: classifier.model) was for other probabilities: all texts are "
          + "answered now; --reject fits another.\n")
    }
    let record = CalibrationRecord(result, rejection, before: trained.temperature)
    var output = StandardOutput()
    try output.write(line: json ? Checkpoints.json(record) : factSheet(record.facts))
    try output.flush()
  }

  private func unknownTexts(for trained: TrainedClassifier) throws -> [String] {
    let columns = format.columns(known: LabelledColumns(texts: trained.columns.texts))
    return try unknown.flatMap { path in
      var reader = try LabelledReader(path: path, columns: columns, requiresLabels: false)
      var texts: [String] = []
      while let text = try reader.next() {
        texts.append(String(decoding: text.text, as: UTF8.self))
      }
      guard !texts.isEmpty else { throw Failure.badData("\(path: path) has no texts") }
      return texts
    }
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
  /// Nil without `--reject`.
  let least_log_odds: Double?
  let answered: Int?
  let answered_wrong: Int?
  let unknown_texts: Int?
  let unknown_answered: Int?
  /// The same for people.
  private let threshold: [Fact]

  private enum CodingKeys: CodingKey {
    case texts, temperature, temperature_before, mean_negative_log_likelihood
    case mean_negative_log_likelihood_before, expected_calibration_error
    case expected_calibration_error_before, least_log_odds, answered, answered_wrong
    case unknown_texts, unknown_answered
  }

  /// - Parameter temperature: the one before.
  init(_ result: Calibration, _ rejection: Rejection?, before temperature: Double) {
    least_log_odds = rejection?.leastLogOdds
    answered = rejection?.answered
    answered_wrong = rejection?.wrong
    unknown_texts = rejection?.unknownTexts
    unknown_answered = rejection?.unknownAnswered
    threshold = rejection?.facts ?? []
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
    ] + threshold
  }
}
