import CPU
import CUDATesting
import FileTesting
import Generation
import Recurrent
import Testing
import Text
import Training

@testable import CUDA

extension CUDATests {
  /// Whole runs and texts on a GPU.
  @Suite struct TrainerTests {
    private let folder: TemporaryFolder
    private let corpus: Corpus

    init() throws {
      corpus = try Corpus(
        text: String(repeating: "She sells sea shells by the sea shore. ", count: 12))
      folder = try TemporaryFolder()
    }

    private var options: TrainingOptions {
      var options = TrainingOptions()
      options.lanes = 3
      options.sequenceLength = 6
      options.maxSteps = 4
      options.warmupSteps = 2
      options.reportEvery = 1
      options.dropout = Dropout(betweenLayers: 0.2, output: 0.1)
      options.weightDrop = 0.2
      options.precision = .float32
      return options
    }

    private func trainer(_ options: TrainingOptions, on device: Device) throws -> Trainer {
      let split = Split(corpus: corpus, validationFraction: 0.1)
      let vocabulary = try Vocabulary(scanning: corpus, training: split.training)
      let model = try Network(
        ModelConfiguration(
          layers: 2, hiddenSize: 8, embeddingSize: 4, vocabularySize: vocabulary.count),
        seed: options.seed)
      return try Trainer(
        model,
        training: EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary),
        validation: EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary),
        options: options, device: device)
    }

    private func run(
      _ trainer: Trainer, in name: String? = nil, isNew: Bool = true, until stop: Int? = nil
    ) throws -> (steps: [StepReport], validations: [ValidationReport], outcome: TrainingOutcome) {
      let run = try name.map { try RunFolder(path: "\(folder.path)/\($0)", isNew: isNew) }
      var steps: [StepReport] = []
      var validations: [ValidationReport] = []
      let outcome = try trainer.run(
        in: run, stops: { stop.map { trainer.progress.step >= $0 } ?? false }
      ) { event in
        switch event {
        case .step(let report): steps.append(report)
        case .validation(let report): validations.append(report)
        default: break
        }
      }
      return (steps, validations, outcome)
    }

    private func device() throws -> Device { Device(CUDABackend(try .emulated())) }

    @Test func aRunIsTheCPUs() throws {
      let gpu = try run(trainer(options, on: device()))
      let cpu = try run(trainer(options, on: .cpu(threads: 1)))
      #expect(gpu.outcome == .completed && gpu.steps.count == 4)
      for (mine, theirs) in zip(gpu.steps, cpu.steps) {
        #expect(abs(mine.trainLoss - theirs.trainLoss) < 1e-4)
      }
      for (mine, theirs) in zip(gpu.validations, cpu.validations) {
        #expect(abs(mine.validationLoss - theirs.validationLoss) < 1e-4)
      }
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func aStoppedRunEndsInTheSameBytes(_ precision: Precision) throws {
      var options = options
      options.precision = precision
      _ = try run(trainer(options, on: device()), in: "whole")
      let stopped = try run(trainer(options, on: device()), in: "parts", until: 2)
      #expect(stopped.outcome == .interrupted)
      let path = "\(folder.path)/parts/resume.safetensors"
      let resumed = try Trainer(
        resuming: ResumePoint(contentsOf: path), path: path, corpus: corpus, device: device())
      #expect(try run(resumed, in: "parts", isNew: false).outcome == .completed)
      for name in ["best.safetensors", "last.safetensors"] {
        #expect(try folder.bytes(of: "parts/\(name)") == folder.bytes(of: "whole/\(name)"))
      }
    }

    /// A lost GPU ends the run with an error, and what was saved before it stays.
    @Test func aRunOnALostGPU() throws {
      let trainer = try trainer(options, on: device())
      #expect(throws: TrainingError.self) {
        let run = try RunFolder(path: "\(folder.path)/lost", isNew: true)
        _ = try trainer.run(in: run) { event in
          if case .step(let report) = event, report.step == 3 {
            cuda_testing_fail("cuGraphLaunch", 719, 0)
          }
        }
      }
      cuda_testing_reset()
    }

    @Test func textsAreTheCPUs() throws {
      let vocabulary = try Vocabulary(
        scanning: corpus, training: Split(corpus: corpus, validationFraction: 0).training)
      let network = try Network.random(.lstm, hidden: 16, vocabulary: vocabulary.count)
      func text(on device: Device) throws -> String {
        let generator = Generator(
          network, vocabulary: vocabulary, precision: .float32, device: device)
        var state = generator.start()
        var random = Xoshiro256(seed: 4)
        var bytes: [UInt8] = []
        _ = try generator.write(from: &state, WritingOptions(length: 30), using: &random) {
          bytes += $0
          return true
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      let gpu = try text(on: device())
      #expect(try gpu == text(on: .cpu(threads: 1)) && gpu.count == 30)
    }
  }
}
