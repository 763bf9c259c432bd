import FileTesting
import Foundation
import Recurrent
import Testing
import Text
import Training

extension TemporaryFolder {
  /// The lines of `metrics.jsonl`.
  func metrics() throws -> [[String: Any]] {
    let text = String(decoding: try bytes(of: "metrics.jsonl"), as: UTF8.self)
    #expect(text.hasSuffix("\n"))
    return try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}

/// A small text of words, and a tiny network to train on it.
struct Bench {
  static let text: String = {
    var generator = Xoshiro256(seed: 1)
    let words = ["the ", "sea ", "and ", "a stone, ", "é", "over ", "\n", "night. "]
    return (0..<600).map { _ in words[Int.random(in: 0..<8, using: &generator)] }.joined()
  }()

  var text = Bench.text
  /// Read instead of `text`.
  var file: String?
  var cell = Cell.lstm
  var hidden = 20
  var validationFraction = 0.1
  var options: TrainingOptions = {
    var options = TrainingOptions()
    options.lanes = 6
    options.sequenceLength = 20
    options.maxSteps = 12
    options.warmupSteps = 3
    options.reportEvery = 1
    options.dropout = Dropout(embedding: 0.1, betweenLayers: 0.2, output: 0.1)
    options.weightDrop = 0.2
    options.threads = 2
    options.precision = .float32
    return options
  }()

  var corpus: Corpus {
    get throws { try file.map { try Corpus(paths: [$0]) } ?? Corpus(text: text) }
  }

  func trainer(on device: Device? = nil) throws -> Trainer {
    let corpus = try corpus
    let split = Split(corpus: corpus, validationFraction: validationFraction)
    let vocabulary = try Vocabulary(scanning: corpus, training: split.training)
    let model = try Network(
      ModelConfiguration(
        cell: cell, layers: 2, hiddenSize: hidden, embeddingSize: 5,
        vocabularySize: vocabulary.count), seed: options.seed)
    return try Trainer(
      model,
      training: EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary),
      validation: EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary),
      options: options, device: device)
  }
}

/// What a trainer told of, its teachers left out.
struct Told {
  var outcome: TrainingOutcome
  var plan: TrainingPlan?
  var steps: [StepReport] = []
  var validations: [ValidationReport] = []
  var test: TestReport?

  /// Runs a trainer, until after a step if one is given, or after so many of it and its teachers.
  init(
    _ trainer: Trainer, in folder: TemporaryFolder? = nil, isNew: Bool = true,
    until stop: Int? = nil, untilAll count: Int? = nil
  )
    throws
  {
    let run = try folder.map { try RunFolder(path: $0.path, isNew: isNew) }
    var plan: TrainingPlan?
    var steps: [StepReport] = []
    var validations: [ValidationReport] = []
    var test: TestReport?
    var all = 0
    outcome = try trainer.run(
      in: run,
      stops: {
        all += 1
        return stop.map { trainer.progress.step >= $0 } ?? count.map { all >= $0 } ?? false
      }
    ) { event in
      switch event {
      case .taught: (plan, steps, validations) = (nil, [], [])
      case .began(let told): plan = told
      case .step(let report): steps.append(report)
      case .validation(let report): validations.append(report)
      case .test(let report): test = report
      case .teaching, .writing, .reading, .saved: break
      }
    }
    self.plan = plan
    self.steps = steps
    self.validations = validations
    self.test = test
  }
}

extension FloatBuffer {
  /// A copy, made while the buffer is sure to live.
  var values: [Float] { Array(elements) }
}
