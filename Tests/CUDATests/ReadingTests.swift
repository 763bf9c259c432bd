import CPU
import CUDATesting
import Recurrent
import Testing

@testable import CUDA

extension CUDATests {
  /// What is read and written, on a GPU and on the CPU.
  @Suite struct ReadingTests {
    /// Both devices' streams of a network.
    private func streams(
      _ network: Network, lanes: Int, steps: Int, training: StreamUse.Training? = nil,
      precision: Precision = .float32
    ) throws -> (cpu: any Streams, gpu: any Streams) {
      let use = StreamUse(precision: precision, lanes: lanes, steps: steps, training: training)
      return (
        CPUBackend(threads: 1).streams(through: network, use),
        CUDABackend(try .emulated()).streams(through: network, use)
      )
    }

    @Test(arguments: Cell.allCases)
    func chunksOfAnyLength(_ cell: Cell) throws {
      let network = try Network.random(cell)
      let (cpu, gpu) = try streams(network, lanes: 3, steps: 8)
      for (seed, count) in [8, 8, 3, 8, 1].enumerated() {
        let mine = StreamChunk.random(network, steps: 8, lanes: 3, seed: UInt64(seed))
        let theirs = StreamChunk.random(network, steps: 8, lanes: 3, seed: UInt64(seed))
        mine.targets[2] = -1
        theirs.targets[2] = -1
        let sum = gpu.withOnlyPart { $0.evaluate(mine, steps: count, distributions: nil) }
        let expected = cpu.withOnlyPart { $0.evaluate(theirs, steps: count, distributions: nil) }
        #expect(abs(sum - expected) < 1e-5 * expected)
        for index in 0..<count * 3 {
          #expect(abs(mine.losses[index] - theirs.losses[index]) < 1e-4)
        }
        #expect(mine.losses[2] == 0)
      }
    }

    @Test(arguments: Cell.allCases, [Precision.float32, .bfloat16])
    func writtenStepByStep(_ cell: Cell, _ precision: Precision) throws {
      let network = try Network.random(cell)
      let (cpu, gpu) = try streams(network, lanes: 2, steps: 1, precision: precision)
      let tolerance: Float = precision == .float32 ? 1e-4 : 0.05
      func logits(_ streams: any Streams, _ symbols: [Int32]) -> [Float] {
        streams.withOnlyPart { part in
          symbols.withUnsafeBufferPointer { Array(part.logits(after: $0)) }
        }
      }
      for step in 0..<5 {
        let symbols: [Int32] = [Int32(step), Int32(10 - step)]
        if step == 2 {
          for streams in [cpu, gpu] {
            streams.withOnlyPart { part in symbols.withUnsafeBufferPointer { part.read($0) } }
          }
        }
        let (mine, theirs) = (logits(gpu, symbols), logits(cpu, symbols))
        #expect(mine.count == 22)
        #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) < tolerance })
      }
      // A state goes from a device to the other, and from a lane to another.
      var state = RecurrentState(network.configuration)
      gpu.withOnlyPart { $0.save(lane: 1, into: &state) }
      for streams in [cpu, gpu] {
        streams.withOnlyPart { part in
          part.load(state, lane: 0)
          part.load(RecurrentState(network.configuration), lane: 1)
        }
      }
      let (mine, theirs) = (logits(gpu, [4, 4]), logits(cpu, [4, 4]))
      #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) < tolerance })
      #expect(mine[..<11] != mine[11...])
      var back = RecurrentState(network.configuration)
      gpu.withOnlyPart { part in
        part.load(state, lane: 1)
        part.save(lane: 1, into: &back)
      }
      #expect(back == state)
    }

    @Test func expectationsAndWhatIsLearntFromThem() throws {
      let network = try Network.random(.lstm)
      let rows = 4 * 3
      func told(_ streams: any Streams) -> SoftTargets {
        let targets = SoftTargets(count: 40, vocabularySize: 11)
        let chunk = StreamChunk.random(network, steps: 4, lanes: 3, seed: 8)
        for row in 0..<rows { chunk.indices[row] = row % 5 == 0 ? 0 : Int64(2 + 3 * row) }
        for share: Float in [0.25, 0.75] {
          _ = streams.withOnlyPart {
            $0.evaluate(chunk, steps: 4, distributions: chunk.rows(of: targets, share: share))
          }
        }
        return targets
      }
      let (cpu, gpu) = try streams(network, lanes: 3, steps: 4)
      let (mine, theirs) = (told(gpu), told(cpu))
      for place in 0..<40 {
        for (a, b) in zip(mine.distribution(at: place), theirs.distribution(at: place)) {
          #expect(abs(a - b) < 0.01)
        }
      }
      #expect(mine.distribution(at: 5).reduce(0, +) > 0.98)
      #expect(mine.distribution(at: 17).allSatisfy { $0 == 0 })

      func gradients(_ streams: any Streams, share: Float?) throws -> FloatBuffer {
        let chunk = StreamChunk.random(network, steps: 4, lanes: 3, seed: 8)
        for row in 0..<rows { chunk.indices[row] = row % 5 == 0 ? 0 : Int64(2 + 3 * row) }
        let optimizer = streams.optimizer(AdamWOptions())
        _ = streams.withOnlyPart {
          $0.train(
            chunk, softTargets: share.flatMap { chunk.rows(of: theirs, share: $0) }, scale: 1)
        }
        _ = try optimizer.reduceGradients()
        return optimizer.gradients
      }
      let trained = try streams(network, lanes: 3, steps: 4, training: .init(blocks: 1))
      for share: Float? in [0.6, nil, 0.1] {
        let expected = try gradients(trained.cpu, share: share)
        #expect(try difference(expected, gradients(trained.gpu, share: share)) < 1e-4)
      }
    }

    @Test func adaptsAsTheCPUDoes() throws {
      let network = try Network.random(.gru)
      let training = StreamUse.Training(blocks: 1)
      let (cpu, gpu) = try streams(network.copy(), lanes: 1, steps: 6, training: training)
      var losses: [[Double]] = []
      var weights: [FloatBuffer] = []
      for streams in [cpu, gpu] {
        let adaptation = streams.adaptation(rate: 0.01, decay: 0.05)
        losses.append(
          (0..<6).map { step in
            let chunk = StreamChunk.random(network, steps: 6, lanes: 1, seed: UInt64(step % 2))
            defer { adaptation.step() }
            return streams.withOnlyPart { $0.train(chunk, softTargets: nil, scale: 1) }
          })
        weights.append(FloatBuffer(copying: adaptation.parameters))
      }
      #expect(difference(weights[0], weights[1]) < 1e-4)
      #expect(difference(weights[0], network.parameters) > 1e-3)
      for (mine, theirs) in zip(losses[1], losses[0]) {
        #expect(abs(mine - theirs) < 1e-4 * theirs)
      }
      #expect(losses[1][4] < losses[1][0])
    }

    @Test func otherWeights() throws {
      let network = try Network.random(.lstm)
      let other = try Network.random(.lstm)
      for index in other.parameters.elements.indices { other.parameters.elements[index] *= 0.5 }
      let use = StreamUse(precision: .float32, lanes: 2, steps: 4)
      let backend = CUDABackend(try .emulated())
      func loss(_ streams: any Streams) -> Double {
        streams.withOnlyPart {
          $0.evaluate(.random(network, steps: 4, lanes: 2, seed: 1), steps: 4, distributions: nil)
        }
      }
      let changed = backend.streams(through: network, use)
      let before = loss(changed)
      changed.load(other.parameters)
      let fresh = backend.streams(through: other, use)
      // What was carried on from the first chunk is the only difference.
      _ = fresh.withOnlyPart {
        $0.evaluate(.random(network, steps: 4, lanes: 2, seed: 1), steps: 4, distributions: nil)
      }
      changed.withOnlyPart { part in
        for lane in 0..<2 { part.load(RecurrentState(network.configuration), lane: lane) }
      }
      fresh.withOnlyPart { part in
        for lane in 0..<2 { part.load(RecurrentState(network.configuration), lane: lane) }
      }
      let after = loss(changed)
      #expect(after == loss(fresh) && after != before)
    }

    /// Rows in blocks, the last of which is smaller, give what they give together.
    @Test func logitsInBlocks() throws {
      let network = try Network.random(.lstm)
      let gpu = try GPU.emulated()
      let (rows, size) = (13, network.configuration.outputSize)
      let tensors = try #require(network.layout.head)
      var random = Xoshiro256(seed: 2)
      let input = (0..<rows * size).map { _ in 2 * random.uniform() - 1 }
      let targets = (0..<rows).map { _ in Int32.random(in: 0..<11, using: &random) }

      func results(together most: Int) throws -> [[Float]] {
        var results: [[Float]]?
        gpu.perform { () throws(CUDAError) in
          let weights = try GPUWeights(
            network, on: gpu, precision: .float32, usesInputTable: true)
          let head = try GPUSymbolHead(
            tensors, of: weights, rows: rows, isTrained: true, together: most)
          func buffer(_ values: [some BitwiseCopyable]) throws(CUDAError) -> GPUBuffer {
            let buffer = try GPUBuffer(gpu, bytes: values.count * 4)
            try gpu.copy(from: values, to: buffer.pointer, bytes: values.count * 4)
            return buffer
          }
          let (given, wanted) = (try buffer(input), try buffer(targets))
          defer { withExtendedLifetime((given, wanted)) {} }
          let losses = try GPUBuffer(gpu, bytes: rows * 4)
          let inputGradients = try GPUBuffer(gpu, bytes: rows * size * 4)
          let gradients = try GPUBuffer(gpu, zeroed: network.layout.count * 4)
          try head.lossAndGradients(
            GPUMatrix(given.pointer, rows, size, .float32), targets: wanted.pointer,
            scale: 0.5, losses: losses.pointer, inputGradients: inputGradients.pointer,
            gradients: gradients)
          results = []
          for buffer in [losses, inputGradients, gradients] {
            let values = try PinnedBuffer<Float>(gpu, count: buffer.bytes / 4)
            try values.download(from: buffer.pointer)
            try gpu.synchronize()
            results?.append(Array(values.elements))
          }
        }
        #expect(gpu.failure == nil)
        return try #require(results)
      }
      let whole = try results(together: rows)
      for most in [5, 1] {
        for (part, whole) in zip(try results(together: most), whole) {
          #expect(zip(part, whole).allSatisfy { abs($0 - $1) < 1e-5 })
        }
      }
      #expect(whole[2].contains { $0 != 0 })
    }
  }
}
