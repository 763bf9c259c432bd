import CPU
import FileTesting
import Foundation
import Recurrent
@testable import TensorBoard
import Testing
import Text
import Training

@Suite struct TrainingLogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trainer() throws -> Trainer {
    let corpus = try Corpus(text: String(repeating: "the sea and a stone\n", count: 100))
    let split = Split(corpus: corpus, validationFraction: 0.2)
    let vocabulary = try Vocabulary(scanning: corpus, training: split.training)
    var options = TrainingOptions()
    options.lanes = 4
    options.sequenceLength = 20
    options.maxSteps = 6
    options.validateEvery = 3
    options.reportEvery = 2
    options.threads = 2
    options.precision = .float32
    return try Trainer(
      Network(
        ModelConfiguration(
          layers: 1, hiddenSize: 6, embeddingSize: 3, vocabularySize: vocabulary.count), seed: 1),
      training: EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary),
      validation: EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary),
      options: options)
  }

  /// All events of the files in a folder, in the order of their names.
  private func events(_ name: String = "tb") throws -> [EventReader.Fields] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file(name)).sorted()
      .flatMap { try EventReader.events(folder.bytes(of: "\(name)/\($0)")) }
  }

  @Test func aRunIsAllThere() throws {
    let trainer = try trainer()
    let log = TrainingLog(folder: folder.file("tb"), of: trainer.optimization)
    var losses: [Int: Float] = [:]
    var validations: [Int: Float] = [:]
    var norms: [Int: Double] = [:]
    _ = try trainer.run { event in
      try log.take(event)
      switch event {
      case .step(let report):
        losses[report.step] = Float(report.trainLoss)
        if report.step == 2 { try log.take(sample: "a\nb", step: 2) }
      case .validation(let report):
        validations[report.step] = Float(report.validationLoss)
        // What the histogram of the gradients is of has their norm.
        let squares = trainer.optimization.optimizer.gradients.elements.reduce(0.0) {
          $0 + Double($1) * Double($1)
        }
        norms[report.step] = squares
      default: break
      }
    }
    var scalars: [String: [Int: Float]] = [:]
    var squares: [Int: Double] = [:]
    var counts: [String: Double] = [:]
    for event in try events().dropFirst(2) {
      let step = Int(event.numbers[2] ?? 0)
      let value = try event.message(5).message(1)
      let tag = try #require(value.text(1))
      if let number = value.float(2) { scalars[tag, default: [:]][step] = number }
      guard value.contents[5] != nil else { continue }
      let histogram = try value.message(5)
      #expect(histogram.doubles(7).reduce(0, +) == histogram.double(3))
      #expect(histogram.doubles(6).last == histogram.double(2))
      if tag.hasPrefix("gradients/") { squares[step, default: 0] += histogram.double(5) ?? 0 }
      counts[tag] = histogram.double(3)
    }
    #expect(scalars["loss/train"] == losses && losses.count == 3)
    #expect(scalars["loss/validation"] == validations && validations.count == 2)
    #expect(
      Set(scalars.keys) == [
        "loss/train", "loss/validation", "learning_rate", "gradient_norm",
        "speed/characters_per_second",
      ])
    #expect(squares.count == 2 && Set(squares.keys) == Set(norms.keys))
    for (step, sum) in squares {
      #expect(sum > 0 && abs(sum / (norms[step] ?? 0) - 1) < 1e-6)
    }
    for tensor in trainer.optimization.model.layout.tensors {
      let size = Double(tensor.shape.reduce(1, *))
      #expect(counts["weights/\(tensor.name)"] == size)
      #expect(counts["gradients/\(tensor.name)"] == size)
    }
    let sample = try events().compactMap { try? $0.message(5).message(1) }
      .first { $0.text(1) == "sample" }
    #expect(try sample?.message(8).text(8) == "    a\n    b")
  }

  /// What a killed run took after it was saved is taken again.
  @Test func whatIsTakenAgainCountsOnce() throws {
    let log = TrainingLog(folder: folder.file("tb"), of: try trainer().optimization)
    try log.begin(after: 0)
    try log.begin(after: 40)
    let events = try events()
    #expect(events.map { try? $0.message(7).numbers[1] } == [nil, 1, nil, 1])
    #expect(events.map { $0.numbers[2] } == [0, 0, 0, 41])
    #expect(TrainingLog.isTaken(folder.file("tb")))
  }
}
