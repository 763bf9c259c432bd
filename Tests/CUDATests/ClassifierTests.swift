import CPU
import CUDATesting
import Classification
import FileTesting
import LabelledData
import Recurrent
import Testing
import Text
import Training

@testable import CUDA

extension CUDATests {
  /// Whole runs of a classifier on a GPU.
  @Suite struct ClassifierTests {
    private let folder: TemporaryFolder
    private let texts: LabelledTexts
    private let training: [Int]
    private let validation: [Int]

    init() throws {
      folder = try TemporaryFolder()
      var random = Xoshiro256(seed: 8)
      var lines = ""
      for index in 0..<24 {
        var letters = (0..<Int.random(in: 1...9, using: &random)).map { _ in
          Array("abcd")[Int.random(in: 0..<4, using: &random)]
        }
        letters[Int.random(in: 0..<letters.count, using: &random)] = index % 3 == 0 ? "u" : "d"
        lines += "__label__\(index % 3 == 0 ? "up" : "down") \(String(letters))\n"
      }
      texts = try LabelledTexts(paths: [folder.write(lines, to: "texts.txt")])
      (training, validation) = texts.stratifiedSplit(fraction: 0.25, using: &random)
    }

    private func device() throws -> Device { Device(CUDABackend(try .emulated())) }

    private func trainer(on device: Device, _ precision: Precision) throws -> ClassifierTrainer {
      var options = ClassifierOptions()
      options.precision = precision
      options.epochs = 2
      options.batchSize = 6
      options.learningRate = 2e-2
      options.dropout = Dropout(embedding: 0.1, betweenLayers: 0.2, output: 0.1)
      options.weightDrop = 0.2
      options.labelSmoothing = 0.1
      options.languageModelLoss = 0.5
      options.classWeights = .balanced
      let vocabulary = try Vocabulary(scalars: Array("abcdu".unicodeScalars), byteFallback: false)
      let model = try Network(
        ModelConfiguration(
          layers: 2, hiddenSize: 12, embeddingSize: 4, vocabularySize: vocabulary.count,
          bidirectional: true,
          classifier: ClassifierConfiguration(
            classes: 2, pooling: .concat, hasLanguageModelHead: true,
            ngrams: NgramEmbedding(longest: 3, buckets: 128))), seed: 2)
      return try ClassifierTrainer(
        TrainedClassifier(model: model, vocabulary: vocabulary, labels: texts.labels),
        texts: texts, training: training, validation: (texts, validation), options: options,
        device: device)
    }

    private func resumed(_ name: String, on device: Device) throws -> ClassifierTrainer {
      let path = folder.file("\(name)/resume.safetensors")
      return try ClassifierTrainer(
        resuming: ClassifierResumePoint(contentsOf: path), path: path, texts: texts,
        training: training, validation: (texts, validation), device: device)
    }

    private func weights(_ trainer: ClassifierTrainer) throws -> FloatBuffer {
      try #require(trainer.best).model.parameters
    }

    @Test func aRunIsTheCPUs() throws {
      let backend = CUDABackend(try .emulated())
      let gpu = try trainer(on: Device(backend), .float32)
      let cpu = try trainer(on: .cpu(threads: 1), .float32)
      for trainer in [gpu, cpu] { #expect(try trainer.run() == .completed) }
      #expect(backend.failure == nil && cuda_testing_launches("adamw_rows") > 0)
      #expect(try difference(weights(cpu), weights(gpu)) < 1e-3)
      let losses = [gpu, cpu].map { $0.best?.summary?.validationLoss ?? .nan }
      #expect(abs(losses[0] - losses[1]) < 1e-3)
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func aStoppedRunEndsInTheSameBytes(_ precision: Precision) throws {
      let whole = try RunFolder(path: folder.file("whole"), isNew: true)
      #expect(try trainer(on: device(), precision).run(in: whole) == .completed)
      let parts = try RunFolder(path: folder.file("parts"), isNew: true)
      let first = try trainer(on: device(), precision)
      #expect(try first.run(in: parts, stops: { first.progress.step == 2 }) == .interrupted)
      #expect(try resumed("parts", on: device()).run(in: parts) == .completed)
      #expect(
        try folder.bytes(of: "parts/best.safetensors")
          == folder.bytes(of: "whole/best.safetensors"))
    }

    /// What a GPU began the CPU ends.
    @Test func aRunGoesOnOnTheCPU() throws {
      let run = try RunFolder(path: folder.file("moved"), isNew: true)
      let first = try trainer(on: device(), .float32)
      #expect(try first.run(in: run, stops: { first.progress.step == 2 }) == .interrupted)
      let second = try resumed("moved", on: .cpu(threads: 1))
      let whole = try trainer(on: .cpu(threads: 1), .float32)
      #expect(try second.run(in: run) == .completed && whole.run() == .completed)
      #expect(try difference(weights(whole), weights(second)) < 1e-3)
    }
  }
}
