import CPU
import CUDATesting
import Recurrent
import Testing

@testable import CUDA

extension CUDATests {
  /// The same passes on a GPU and on the CPU.
  @Suite struct StreamTests {
    struct Setting: Sendable, CustomTestStringConvertible {
      var name: String
      var dropout = Dropout.none
      var weightDrop: Float = 0
      var vocabulary = 11
      var hidden = 20
      var layers = 2
      var testDescription: String { name }
    }

    static let settings = [
      Setting(name: "plain"),
      Setting(
        name: "dropout everywhere",
        dropout: Dropout(embedding: 0.2, betweenLayers: 0.3, output: 0.4)),
      Setting(name: "dropped weights", dropout: Dropout(betweenLayers: 0.3), weightDrop: 0.4),
      Setting(name: "more symbols than a chunk has", vocabulary: 70),
      Setting(name: "one layer, one block of cells", hidden: 16, layers: 1),
      Setting(name: "three layers, less than a block", hidden: 7, layers: 3),
    ]

    private func steps(
      _ backend: any Backend, _ network: Network, _ setting: Setting, precision: Precision
    ) throws -> (losses: [Double], norms: [Double], weights: FloatBuffer, average: FloatBuffer) {
      let network = network.copy()
      let use = StreamUse(
        precision: precision, lanes: 3, steps: 5,
        training: .init(dropout: setting.dropout, weightDrop: setting.weightDrop, blocks: 1))
      let streams = backend.streams(through: network, use)
      var options = AdamWOptions()
      options.weightDecay = 0.1
      options.clipNorm = 0.5
      let optimizer = streams.optimizer(options)
      var losses: [Double] = []
      var norms: [Double] = []
      for step in 1...3 {
        streams.refresh(dropping: Xoshiro256(seed: 5, stream: [UInt64(step)]))
        let chunk = StreamChunk.random(network, steps: 5, lanes: 3, seed: UInt64(step))
        streams.withOnlyPart { part in
          part.drawMasks { Xoshiro256(seed: 9, stream: [UInt64(step), UInt64($0)]) }
          losses.append(part.train(chunk, softTargets: nil, scale: 1 / 15))
        }
        norms.append(try optimizer.reduceGradients())
        optimizer.update(
          norm: norms.last ?? 0, learningRate: 0.01, step: step, rateFactors: nil)
      }
      return (losses, norms, FloatBuffer(copying: optimizer.parameters), optimizer.average)
    }

    @Test(arguments: Cell.allCases, settings)
    func trainingAgreesWithTheCPU(_ cell: Cell, _ setting: Setting) throws {
      let network = try Network.random(
        cell, layers: setting.layers, hidden: setting.hidden, vocabulary: setting.vocabulary)
      let cpu = try steps(CPUBackend(threads: 1), network, setting, precision: .float32)
      let backend = CUDABackend(try .emulated())
      let gpu = try steps(backend, network, setting, precision: .float32)
      #expect(backend.failure == nil)
      for (mine, theirs) in zip(gpu.losses, cpu.losses) {
        #expect(abs(mine - theirs) < 1e-5 * theirs)
      }
      for (mine, theirs) in zip(gpu.norms, cpu.norms) {
        #expect(abs(mine - theirs) < 1e-4 * theirs)
      }
      #expect(difference(cpu.weights, gpu.weights) < 1e-4)
      #expect(difference(cpu.average, gpu.average) < 1e-4)
      #expect(cuda_testing_check() == 0)
    }

    /// The LSTM of whole eights of units has its recurrent products in the step's kernel.
    @Test(arguments: [(Cell.lstm, 24), (.lstm, 20), (.gru, 20), (.rnn, 20)])
    func bfloat16IsAboutAsGood(_ cell: Cell, hidden: Int) throws {
      let setting = Self.settings[2]
      let network = try Network.random(cell, hidden: hidden)
      let exact = try steps(CPUBackend(threads: 1), network, setting, precision: .float32)
      let gpu = try steps(CUDABackend(.emulated()), network, setting, precision: .bfloat16)
      #expect((cuda_testing_launches("lstm_step_bf16") > 0) == (cell == .lstm && hidden == 24))
      for (mine, theirs) in zip(gpu.losses, exact.losses) {
        #expect(abs(mine - theirs) < 0.01 * theirs && mine != theirs)
      }
      #expect(difference(exact.weights, gpu.weights) < 0.2)
    }

    @Test func theSameBytesEachTime() throws {
      let network = try Network.random(.lstm)
      let setting = Self.settings[2]
      let first = try steps(CUDABackend(.emulated()), network, setting, precision: .bfloat16)
      let gpu = try GPU.emulated()
      // Whatever order threads come in.
      cuda_testing_descend(1)
      let second = try steps(CUDABackend(gpu), network, setting, precision: .bfloat16)
      #expect(first.losses == second.losses && first.norms == second.norms)
      #expect(Array(first.weights.elements) == Array(second.weights.elements))
    }
  }
}
