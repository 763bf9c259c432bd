import CPU
import CUDATesting
import Recurrent
import Testing

@testable import CUDA

extension CUDATests {
  /// Classifiers read and trained on a GPU and on the CPU.
  @Suite struct TextTests {
    private static let classes = 3

    private func network(
      _ cell: Cell, _ pooling: Pooling, bidirectional: Bool = false, layers: Int = 2,
      hidden: Int = 9, languageModel: Bool = false, ngrams: NgramEmbedding? = nil
    ) throws -> Network {
      try .random(
        ModelConfiguration(
          cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: 5, vocabularySize: 11,
          bidirectional: bidirectional,
          classifier: ClassifierConfiguration(
            classes: Self.classes, pooling: pooling, hasLanguageModelHead: languageModel,
            ngrams: ngrams)))
    }

    private func texts(_ lengths: [Int], seed: UInt64, symbols: Range<Int32> = 0..<11) -> [[Int32]]
    {
      var random = Xoshiro256(seed: seed)
      return lengths.map { length in
        (0..<length).map { _ in Int32.random(in: symbols, using: &random) }
      }
    }

    private func largestDifference(_ first: [[Float]], _ second: [[Float]]) -> Float {
      guard first.map(\.count) == second.map(\.count) else { return .infinity }
      return zip(first.joined(), second.joined()).reduce(0) {
        let difference = abs($1.0 - $1.1)
        return difference.isNaN ? .infinity : max($0, difference)
      }
    }

    // MARK: - Reading

    @Test(arguments: Cell.allCases)
    func reads(_ cell: Cell) throws {
      let backend = CUDABackend(try .emulated())
      let cpu = CPUBackend(threads: 1)
      // Not in the order of their lengths.
      let texts = texts([2, 17, 1, 0, 9, 17, 2], seed: 3)
      for (index, pooling) in Pooling.allCases.enumerated() {
        for bidirectional in [false, true] {
          let network = try network(
            cell, pooling, bidirectional: bidirectional,
            ngrams: index % 2 == 0 ? NgramEmbedding(longest: 3, buckets: 40) : nil)
          let mine = backend.texts(through: network, precision: .float32)
            .logits(of: texts) { _, logits in logits }
          let theirs = cpu.texts(through: network, precision: .float32)
            .logits(of: texts) { _, logits in logits }
          #expect(largestDifference(mine, theirs) < 1e-4)
        }
      }
      #expect(backend.failure == nil && cuda_testing_check() == 0)
      #expect(cuda_testing_launches("pool_attention_f32") == 2)
    }

    /// More texts than a group of the CPU has, in groups of several sorts; others with other weights.
    @Test func manyTexts() throws {
      let backend = CUDABackend(try .emulated())
      let network = try network(.gru, .concat, layers: 1)
      let texts = texts((0..<90).map { ($0 * 7) % 13 } + [70], seed: 4)
      let gpu = backend.texts(through: network, precision: .float32)
      let cpu = CPUBackend(threads: 1).texts(through: network, precision: .float32)
      func numbered(_ reader: any TextReader, _ texts: [[Int32]]) -> [[Float]] {
        reader.logits(of: texts) { text, logits in [Float(text)] + logits }
      }
      let mine = numbered(gpu, texts)
      #expect(mine.map(\.first) == texts.indices.map { Float($0) })
      #expect(largestDifference(mine, numbered(cpu, texts)) < 1e-4)
      #expect(gpu.logits(of: []) { _, logits in logits } == [])
      // The longest alone, in a room of its own.
      #expect(
        largestDifference([Array(mine[90].dropFirst())], gpu.logits(of: [texts[90]]) { $1 }) < 1e-5)

      let other = network.copy()
      for index in other.layout.trainedTensors.flatMap(\.range) {
        other.parameters.elements[index] *= 0.5
      }
      for reader in [gpu, cpu] { reader.load(other.parameters) }
      let after = numbered(gpu, texts)
      #expect(largestDifference(after, numbered(cpu, texts)) < 1e-4)
      #expect(largestDifference(after, mine) > 0.01)
      #expect(backend.failure == nil && cuda_testing_check() == 0)
    }

    /// Groups, and the workspaces that are kept, are as large as the GPU's memory allows.
    @Test func littleMemory() throws {
      cuda_testing_set_device(9, 0, 48 << 20, 12080, 1)
      let backend = CUDABackend(try GPU(0, libraries: .emulated(), cache: nil))
      let network = try network(.gru, .max, layers: 1)
      let gpu = backend.texts(through: network, precision: .float32)
      let cpu = CPUBackend(threads: 1).texts(through: network, precision: .float32)
      let short = (0..<120).map { $0 % 5 }
      for lengths in [short, short + [70], short + [300], short] {
        let texts = texts(lengths, seed: 8)
        let (mine, theirs) = (gpu.logits(of: texts) { $1 }, cpu.logits(of: texts) { $1 })
        #expect(largestDifference(mine, theirs) < 1e-4)
        #expect(cuda_testing_allocated_bytes() < 48 << 20)
      }
      #expect(backend.failure == nil && cuda_testing_check() == 0)
      cuda_testing_reset()
    }

    @Test func readsInBfloat16() throws {
      let backend = CUDABackend(try .emulated())
      for pooling in [Pooling.concat, .attention] {
        let network = try network(
          .lstm, pooling, bidirectional: true, hidden: pooling == .attention ? 16 : 9)
        let texts = texts([17, 9, 1], seed: 5)
        let exact = CPUBackend(threads: 1).texts(through: network, precision: .float32)
        let mine = backend.texts(through: network, precision: .bfloat16)
        let difference = largestDifference(
          mine.logits(of: texts) { $1 }, exact.logits(of: texts) { $1 })
        #expect(difference < 0.05 && difference > 0)
      }
      #expect(backend.failure == nil)
    }

    // MARK: - Training

    struct Setting: Sendable, CustomTestStringConvertible {
      var name: String
      var cell = Cell.lstm
      var pooling = Pooling.mean
      var bidirectional = false
      var languageModel: Float?
      var ngrams = false
      var dropout = Dropout.none
      var weightDrop: Float = 0
      var smoothing: Float = 0
      var expectedShare: Float = 0
      /// By step: the lowest layer that is trained.
      var lowest = [0, 0, 0]
      var hidden = 9
      var precision = Precision.float32
      var testDescription: String { name }
    }

    static let settings = [
      Setting(name: "last", pooling: .last, bidirectional: true, smoothing: 0.1),
      Setting(name: "mean", cell: .gru, bidirectional: true, expectedShare: 0.4),
      Setting(
        name: "max", cell: .rnn, pooling: .max, bidirectional: true, smoothing: 0.2,
        expectedShare: 0.3),
      Setting(name: "attention", cell: .gru, pooling: .attention, languageModel: 0.02),
      Setting(
        name: "attention in both directions", pooling: .attention, bidirectional: true,
        ngrams: true),
      Setting(
        name: "concat", pooling: .concat, bidirectional: true, ngrams: true,
        dropout: Dropout(embedding: 0.2, betweenLayers: 0.3, output: 0.4)),
      Setting(
        name: "dropped weights", cell: .gru, pooling: .concat, languageModel: 0.03, weightDrop: 0.3,
        lowest: [1, 1, 0]),
      Setting(
        name: "layer by layer", pooling: .concat, languageModel: 0.03, ngrams: true,
        dropout: Dropout(output: 0.3), weightDrop: 0.2, lowest: [2, 1, 0]),
      Setting(
        name: "the head alone", cell: .rnn, pooling: .attention, bidirectional: true, ngrams: true,
        lowest: [2, 2, 2]),
    ]

    private struct Outcome {
      var losses: [TextLosses] = []
      var norms: [Double] = []
      var gradients: [FloatBuffer] = []
      var weights: FloatBuffer
      var average: FloatBuffer
      var averagedSteps: [Int32]?
    }

    /// By step: the lengths of its texts. None, and texts of nothing, are in between.
    private static let lengths = [[17, 9, 2, 2, 1], [8, 0], [17, 17, 16]]

    private func batch(
      _ setting: Setting, step: Int, lengths: [Int], symbols: Range<Int32> = 0..<11
    ) -> TextBatch {
      var random = Xoshiro256(seed: 6, stream: [UInt64(step)])
      let expected = lengths.map { _ in
        let values = (0..<Self.classes).map { _ in random.uniform() }
        return values.map { $0 / values.reduce(0, +) }
      }
      return TextBatch(
        texts: texts(lengths, seed: UInt64(step), symbols: symbols),
        labels: lengths.indices.map { Int32(($0 + step) % Self.classes) },
        targets: LabelTargets(
          classWeights: [0.5, 1, 1.75], smoothing: setting.smoothing,
          expectedShare: setting.expectedShare, scale: 1 / Float(max(1, lengths.count))),
        expected: setting.expectedShare > 0 ? expected : [],
        languageModelScale: setting.languageModel ?? 0,
        lowestLayer: setting.lowest[step % 3])
    }

    private func network(_ setting: Setting) throws -> Network {
      try network(
        setting.cell, setting.pooling, bidirectional: setting.bidirectional,
        hidden: setting.hidden, languageModel: setting.languageModel != nil,
        ngrams: setting.ngrams ? NgramEmbedding(longest: 4, buckets: 60) : nil)
    }

    private func use(_ setting: Setting) -> StreamUse {
      StreamUse(
        precision: setting.precision, lanes: 5, steps: 17,
        training: .init(dropout: setting.dropout, weightDrop: setting.weightDrop))
    }

    private func steps(_ backend: any Backend, _ setting: Setting) throws -> Outcome {
      let network = try network(setting)
      let trainer = backend.trainingTexts(through: network, use(setting))
      var options = AdamWOptions()
      options.weightDecay = 0.1
      options.clipNorm = 0.5
      let optimizer = trainer.optimizer(options)
      var outcome = Outcome(weights: network.parameters, average: network.parameters)
      for (step, lengths) in Self.lengths.enumerated() {
        trainer.refresh(dropping: Xoshiro256(seed: 5, stream: [UInt64(step)]))
        outcome.losses.append(
          trainer.train(batch(setting, step: step, lengths: lengths)) {
            Xoshiro256(seed: 9, stream: [UInt64(step), UInt64($0)])
          })
        outcome.norms.append(try optimizer.reduceGradients())
        outcome.gradients.append(FloatBuffer(copying: optimizer.gradients))
        optimizer.update(
          norm: outcome.norms.last ?? 0, learningRate: 0.01, step: step + 1, rateFactors: nil)
      }
      outcome.weights = FloatBuffer(copying: optimizer.parameters)
      outcome.average = optimizer.average
      outcome.averagedSteps = optimizer.state.averagedSteps
      return outcome
    }

    private func expectAgreement(
      _ mine: Outcome, _ theirs: Outcome, within tolerance: Float = 1e-4
    ) {
      for (mine, theirs) in zip(mine.losses, theirs.losses) {
        let limit = Double(tolerance)
        #expect(abs(mine.classification - theirs.classification) < limit * theirs.classification)
        #expect(abs(mine.languageModel - theirs.languageModel) <= limit * theirs.languageModel)
        #expect(largestDifference([mine.featureSums], [theirs.featureSums]) < 10 * tolerance)
        #expect(largestDifference([mine.featureSquares], [theirs.featureSquares]) < 10 * tolerance)
      }
      for (mine, theirs) in zip(mine.gradients, theirs.gradients) {
        #expect(difference(theirs, mine) < tolerance)
      }
      #expect(difference(theirs.weights, mine.weights) < tolerance)
      #expect(difference(theirs.average, mine.average) < tolerance)
      #expect(mine.averagedSteps == theirs.averagedSteps)
    }

    @Test(arguments: settings)
    func trains(_ setting: Setting) throws {
      let backend = CUDABackend(try .emulated())
      let mine = try steps(backend, setting)
      #expect(backend.failure == nil && cuda_testing_check() == 0)
      #expect(cuda_testing_launches("class_loss") == 3)
      expectAgreement(mine, try steps(CPUBackend(threads: 1), setting))
    }

    @Test func trainsInBfloat16() throws {
      // A step of eight units is one kernel.
      for (var setting, hidden) in [(Self.settings[4], 9), (Self.settings[5], 8)] {
        setting.hidden = hidden
        setting.precision = .bfloat16
        let mine = try steps(CUDABackend(.emulated()), setting)
        #expect((cuda_testing_launches("lstm_step_bf16") > 0) == (hidden == 8))
        setting.precision = .float32
        let exact = try steps(CPUBackend(threads: 1), setting)
        for (mine, exact) in zip(mine.losses, exact.losses) {
          #expect(abs(mine.classification - exact.classification) < 0.03 * exact.classification)
        }
        #expect(difference(exact.gradients[0], mine.gradients[0]) < 0.1)
      }
    }

    @Test func theSameBytesEachTime() throws {
      for pooling in [Pooling.concat, .attention] {
        var setting = Self.settings[5]
        setting.pooling = pooling
        setting.languageModel = 0.03
        let first = try steps(CUDABackend(.emulated()), setting)
        let gpu = try GPU.emulated()
        // Whatever order threads come in.
        cuda_testing_descend(1)
        let second = try steps(CUDABackend(gpu), setting)
        #expect(first.losses.map(\.classification) == second.losses.map(\.classification))
        #expect(first.losses.map(\.languageModel) == second.losses.map(\.languageModel))
        #expect(first.losses.map(\.featureSquares) == second.losses.map(\.featureSquares))
        #expect(first.norms == second.norms)
        #expect(Array(first.weights.elements) == Array(second.weights.elements))
        #expect(Array(first.average.elements) == Array(second.average.elements))
      }
      cuda_testing_reset()
    }

    /// Batches of nothing at all have no gradient, texts of nothing have one of the head alone;
    /// nothing is left of the batch before.
    @Test func batchesOfNothing() throws {
      let setting = Setting(name: "", pooling: .attention, languageModel: 0.1, ngrams: true)
      func gradients(
        _ backend: any Backend, _ batches: [[Int]]
      ) throws -> (norm: Double, gradients: FloatBuffer) {
        let trainer = backend.trainingTexts(through: try network(setting), use(setting))
        let optimizer = trainer.optimizer(AdamWOptions())
        var norm = 0.0
        for lengths in batches {
          let losses = trainer.train(batch(setting, step: 0, lengths: lengths)) {
            Xoshiro256(seed: 9, stream: [UInt64($0)])
          }
          #expect((losses.classification == 0) == lengths.isEmpty)
          norm = try optimizer.reduceGradients()
        }
        return (norm, FloatBuffer(copying: optimizer.gradients))
      }
      let backend = CUDABackend(try .emulated())
      for lengths in [[], [0, 0]] {
        let mine = try gradients(backend, [[9, 4], lengths])
        let theirs = try gradients(CPUBackend(threads: 1), [lengths])
        #expect((mine.norm == 0) == lengths.isEmpty)
        #expect(abs(mine.norm - theirs.norm) <= 1e-4 * theirs.norm)
        #expect(difference(theirs.gradients, mine.gradients) < 1e-4)
      }
      #expect(backend.failure == nil && cuda_testing_check() == 0)
    }

    // MARK: - A table of which steps touch a few rows

    /// Runs go from a device to the other, with rows whose averages are behind.
    @Test func runsGoFromDeviceToDevice() throws {
      let setting = Setting(name: "", ngrams: true)
      var options = AdamWOptions()
      options.weightDecay = 0.1
      // Soon constant.
      options.averageDecay = 0.5

      final class Run {
        let network: Network
        let trainer: any TextTrainer
        let optimizer: any Optimizer
        init(_ backend: any Backend, _ network: Network, _ use: StreamUse, _ options: AdamWOptions)
        {
          self.network = network
          trainer = backend.trainingTexts(through: network, use)
          optimizer = trainer.optimizer(options)
        }
      }
      func train(_ run: Run, _ range: ClosedRange<Int>) throws {
        for step in range {
          run.trainer.refresh(dropping: Xoshiro256(seed: 1))
          // Each step has symbols of its own, so that many rows are not touched for a while.
          let first = Int32(step % 4) * 2
          let batch = batch(setting, step: step, lengths: [6, 3], symbols: first..<first + 2)
          _ = run.trainer.train(batch) { Xoshiro256(seed: 9, stream: [UInt64($0)]) }
          let norm = try run.optimizer.reduceGradients()
          run.optimizer.update(
            norm: norm, learningRate: 0.01, step: step,
            // The embeddings stay as they are for once.
            rateFactors: step == 5 ? [0, 1, 1, 1, 1, 0] : nil)
        }
      }
      func passed(_ run: Run, to backend: any Backend, after step: Int) throws -> Run {
        let state = run.optimizer.state
        let network = run.network.replacing(
          parameters: FloatBuffer(copying: run.optimizer.parameters))
        let other = Run(backend, network, use(setting), options)
        other.optimizer.restore(state, step: step)
        return other
      }
      func expectAgreement(_ mine: Run, _ theirs: Run) {
        #expect(difference(theirs.optimizer.parameters, mine.optimizer.parameters) < 1e-4)
        #expect(difference(theirs.optimizer.average, mine.optimizer.average) < 1e-4)
        let (mine, theirs) = (mine.optimizer.state, theirs.optimizer.state)
        #expect(mine.averagedSteps == theirs.averagedSteps)
        #expect(difference(theirs.first, mine.first) < 1e-4)
        #expect(difference(theirs.second, mine.second) < 1e-4)
        #expect(difference(theirs.average, mine.average) < 1e-4)
      }

      let cpu = CPUBackend(threads: 1)
      let backend = CUDABackend(try .emulated())
      let theirs = Run(cpu, try network(setting), use(setting), options)
      let mine = Run(backend, try network(setting), use(setting), options)
      try train(theirs, 1...6)
      try train(mine, 1...6)
      expectAgreement(mine, theirs)
      let table = try #require(mine.network.layout.ngrams)
      // Rows that no text has touched have not moved, and reading has changed nothing.
      let untouched = mine.optimizer.state.averagedSteps?.firstIndex(of: 0)
      let row = try #require(untouched) * table.shape[1] + table.range.lowerBound
      let original = try network(setting).parameters
      #expect(mine.optimizer.parameters.elements[row] == original.elements[row])
      #expect(Set(mine.optimizer.state.averagedSteps ?? []).count > 3)

      let toGPU = try passed(theirs, to: backend, after: 6)
      let toCPU = try passed(mine, to: cpu, after: 6)
      for run in [theirs, mine, toGPU, toCPU] { try train(run, 7...13) }
      for run in [mine, toGPU, toCPU] { expectAgreement(run, theirs) }
      #expect(Array(mine.optimizer.average.elements) == Array(mine.optimizer.average.elements))

      // Of an older run, all of whose averages go to the last update.
      for run in [theirs, mine] {
        var state = run.optimizer.state
        state.averagedSteps = nil
        run.optimizer.restore(state, step: 13)
        try train(run, 14...15)
      }
      expectAgreement(mine, theirs)
      #expect(backend.failure == nil && cuda_testing_check() == 0)
    }

    // MARK: - Failures

    @Test(arguments: [
      ("cuLaunchKernelEx", 719), ("cuMemcpyHtoDAsync_v2", 700), ("cublasGemmEx", 13),
    ])
    func aLostGPU(_ function: String, _ error: Int32) throws {
      let backend = CUDABackend(try GPU.emulated())
      let setting = Self.settings[4]
      let network = try network(setting)
      let reader = backend.texts(through: network, precision: .float32)
      let trainer = backend.trainingTexts(through: network, use(setting))
      let optimizer = trainer.optimizer(AdamWOptions())
      func loss() -> Double {
        trainer.train(batch(setting, step: 0, lengths: [5, 2])) { Xoshiro256(seed: UInt64($0)) }
          .classification
      }
      #expect(loss().isFinite)
      cuda_testing_fail(function, error, 2)
      #expect(loss().isNaN)
      #expect(throws: DeviceError.self) { try optimizer.reduceGradients() }
      #expect(backend.failure != nil)
      cuda_testing_reset()
      let logits = reader.logits(of: texts([3, 5], seed: 1)) { text, logits in
        logits + [Float(text)]
      }
      #expect(logits == [[0, 0, 0, 0], [0, 0, 0, 1]])
    }

    @Test func nothingIsLeftBehind() throws {
      cuda_testing_reset()
      let before = (cuda_testing_live_objects(), cuda_testing_allocated_bytes())
      do { _ = try steps(CUDABackend(.emulated()), Self.settings[5]) }
      #expect(cuda_testing_live_objects() == before.0)
      #expect(cuda_testing_allocated_bytes() == before.1)
    }
  }
}
