import Foundation
import Generation
import Recurrent
import Testing
import Text
import Training

@Suite("Precision")
struct PrecisionTests {
  private func corpus() throws -> Corpus {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Corpus(paths: [root.appending(path: "corpora/plays/salt-regent.txt").path])
  }

  /// The validation loss and the averaged model after two epochs.
  private func train(_ precision: Precision) throws -> (loss: Double, Network, EncodedText) {
    let corpus = try corpus()
    let split = Split(corpus: corpus, validationFraction: 0.1)
    let vocabulary = try Vocabulary(scanning: corpus, training: split.training)
    let training = try EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary)
    let validation = try EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary)
    var options = TrainingOptions()
    options.lanes = 16
    options.sequenceLength = 32
    options.epochs = 2
    options.warmupSteps = 20
    options.learningRate = 0.004
    options.precision = precision
    options.threads = 2
    let trainer = try Trainer(
      Network(
        ModelConfiguration(
          layers: 2, hiddenSize: 64, embeddingSize: 16, vocabularySize: vocabulary.count),
        seed: 1),
      training: training, validation: validation, options: options)
    _ = try trainer.run()
    return (try #require(trainer.progress.bestLoss), trainer.averagedModel, validation)
  }

  @Test func sixteenBitsLearnAsWell() throws {
    let single = try train(.float32).loss
    #expect(single < 2.5, "two epochs teach it something")
    for precision in [Precision.bfloat16, .int16] {
      let half = try train(precision).loss
      #expect(abs(single - half) < 0.01)
      #expect(single != half, "\(precision) was used at all")
    }
  }

  @Test func int8ScoresAsWell() throws {
    let (_, model, text) = try train(.float32)
    let exact = try TextScorer(model, precision: .float32, lanes: 4).score(text).natsPerCharacter
    let coarse = try TextScorer(model, precision: .int8, lanes: 4).score(text).natsPerCharacter
    #expect(abs(exact - coarse) < 0.005)
    #expect(exact != coarse, "int8 was used at all")
  }
}
