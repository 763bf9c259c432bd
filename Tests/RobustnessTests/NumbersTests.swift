import Checkpoints
import Foundation
import Recurrent
import Testing
import Text
import Training

/// Texts and options at the ends of what is allowed.
@Suite("Numbers at the limit") struct NumbersTests {
  private func trainer(
    _ text: String, hidden: Int = 8, lanes: Int = 4, length: Int = 16, validation: Double = 0.1,
    kind: Vocabulary.Kind = .scalars, _ change: (inout TrainingOptions) -> Void = { _ in }
  ) throws -> Trainer {
    let corpus = try Corpus(text: text)
    let split = Split(corpus: corpus, validationFraction: validation)
    let vocabulary = try Vocabulary(scanning: corpus, training: split.training, kind: kind)
    var options = TrainingOptions()
    options.lanes = lanes
    options.sequenceLength = length
    options.maxSteps = 100
    options.warmupSteps = 0
    options.precision = .float32
    change(&options)
    let model = try Network(
      ModelConfiguration(
        layers: 1, hiddenSize: hidden, embeddingSize: 4, vocabularySize: vocabulary.count), seed: 1)
    return try Trainer(
      model, training: EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary),
      validation: EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary),
      options: options)
  }

  private let text = (0..<300).map { "\($0 * 31 % 97) " }.joined()

  /// Either training says that it has diverged, or all it has is finite.
  @Test(arguments: [10, 1e4, 1e20, 3e38] as [Float], [0, 1] as [Float])
  func learningRates(rate: Float, clip: Float) throws {
    let folder = try Shell()
    let run = try RunFolder(path: "\(folder.folder)/run", isNew: true)
    let trainer = try trainer(text) {
      $0.learningRate = rate
      $0.clipNorm = clip
      $0.schedule = .constant
      $0.weightDecay = 0.1
      $0.saveEvery = 1
    }
    do {
      _ = try trainer.run(
        in: run,
        report: { event in
          if case .step(let report) = event { #expect(report.trainLoss.isFinite) }
        })
    } catch let error as TrainingError {
      guard case .diverged = error else { throw error }
    }
    // What was saved, if anything was, can be read.
    for name in try folder.names(in: "run") where name.hasSuffix(".safetensors") {
      let path = "\(run.path)/\(name)"
      if name == "resume.safetensors" {
        _ = try ResumePoint(contentsOf: path)
      } else {
        _ = try TrainedModel(contentsOf: path)
      }
    }
  }

  @Test func oneSymbol() throws {
    for text in [
      "aaaa", String(repeating: "a", count: 3000), String(repeating: "\u{1F600}", count: 99),
    ] {
      let trainer = try trainer(text)
      #expect(trainer.vocabulary.count == 1)
      var losses: [Double] = []
      let outcome = try trainer.run(report: { event in
        if case .step(let report) = event { losses.append(report.trainLoss) }
        if case .validation(let report) = event { losses.append(report.validationLoss) }
      })
      #expect(outcome == .completed)
      // There is nothing to be surprised by.
      #expect(!losses.isEmpty && losses.allSatisfy { $0 == 0 })
    }
  }

  @Test func oneSymbolRepeatedAmongMany() throws {
    let trainer = try trainer("b" + String(repeating: "a", count: 3000)) { $0.learningRate = 0.01 }
    var last = Double.infinity
    _ = try trainer.run(report: { event in
      if case .step(let report) = event { last = report.trainLoss }
    })
    #expect(last < 0.05)
  }

  @Test func twentyThousandSymbols() throws {
    let scalars = (0..<20_000).compactMap { Unicode.Scalar(UInt32(0x4E00 + $0)) }
    #expect(scalars.count == 20_000)
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    text.append(contentsOf: scalars.reversed())
    let trainer = try trainer(String(text)) { $0.maxSteps = 3 }
    #expect(trainer.vocabulary.count == 20_000)
    #expect(try trainer.run() == .completed)
  }

  @Test func batchesLargerThanTheCorpus() throws {
    for count in [2, 3, 17, 100] {
      let trainer = try trainer(
        String(text.prefix(count)), lanes: 65_536, length: 65_536, validation: 0
      ) { $0.maxSteps = 2 }
      #expect(trainer.plan.shrank)
      #expect(trainer.plan.lanes * trainer.plan.sequenceLength < count)
      #expect(try trainer.run() == .completed)
    }
    #expect(throws: TrainingError.corpusTooShort(characters: 1)) {
      try trainer("a", validation: 0)
    }
  }

  @Test func moreThreadsThanLanes() throws {
    let trainer = try trainer(text, lanes: 2) {
      $0.threads = 64
      $0.maxSteps = 3
    }
    #expect(trainer.plan.division == "2 threads")
    #expect(try trainer.run() == .completed)
  }

  /// The validation part may hold nothing that the training part has.
  @Test func validationOfUnknownCharacters() throws {
    let trainer = try trainer(
      String(repeating: "ab", count: 450) + String(repeating: "c", count: 100))
    #expect(trainer.plan.unknownValidationCharacters == 100)
    #expect(trainer.plan.validationCharacters == 0)
    #expect(try trainer.run() == .completed)
  }
}
