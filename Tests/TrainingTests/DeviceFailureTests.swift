import CPU
import DeviceTesting
import Recurrent
import Testing
import Training

@Suite("Training and another device")
struct DeviceFailureTests {
  /// The model in training is on a device that fails while it validates.
  @Test func validationFails() throws {
    var bench = Bench()
    bench.options.validateEvery = 3
    // Three steps, then a chunk of the text to validate on.
    let trainer = try bench.trainer(on: .failing(after: 4))
    var validations = 0
    #expect(throws: TrainingError.deviceFailed(step: 3, reason: FailingBackend.reason)) {
      _ = try trainer.run { if case .validation = $0 { validations += 1 } }
    }
    #expect(validations == 0)
  }

  private struct Run: MovableRun {
    var options = TrainingOptions()
    var progress = TrainingProgress()
    var arithmetic: String?
  }

  /// From a GPU to the CPU and from there to a GPU, in precisions that there are on both or on one.
  @Test func aRunThatMoves() throws {
    let gpu = "NVIDIA H200, compute capability 9.0"
    let cpu = InstructionSet.current.rawValue
    var run = Run(arithmetic: gpu)
    run.options.optimization.precision = .float32
    #expect(
      run.move(to: .cpu(threads: 1), keepsPrecision: false)
        == "The run was on \(gpu); on this CPU (\(cpu)) sums are rounded differently from here on.")
    #expect(run.arithmetic == cpu)
    #expect(
      run.move(to: Device(NamedBackend(gpu)), keepsPrecision: false)
        == "The run was on \(cpu); on \(gpu) sums are rounded differently from here on.")
    #expect(run.move(to: Device(NamedBackend(gpu)), keepsPrecision: false) == nil)
    run = Run(arithmetic: cpu)
    run.options.optimization.precision = .int16
    #expect(
      run.move(to: Device(NamedBackend(gpu)), keepsPrecision: false)
        == "The run was on \(cpu) in int16, which \(gpu) does not multiply: it goes on in float32.")
    #expect(run.options.optimization.precision == .float32)
  }
}

/// A CPU that goes by the name of a GPU, which multiplies no integers.
private struct NamedBackend: Backend {
  let arithmetic: String
  private let cpu = CPUBackend(threads: 1)

  init(_ arithmetic: String) { self.arithmetic = arithmetic }

  func precision(for work: PrecisionChoice.Work) -> Precision { .float32 }
  func gains(by precision: Precision) -> Bool { [.float32, .bfloat16].contains(precision) }
  func streams(through network: Network, _ use: StreamUse) -> any Streams {
    cpu.streams(through: network, use)
  }
  func texts(through network: Network, precision: Precision) -> any TextReader {
    cpu.texts(through: network, precision: precision)
  }
  func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer {
    cpu.trainingTexts(through: network, use)
  }
  func observer(of network: Network, lanes: Int, steps: Int) -> any Observer {
    cpu.observer(of: network, lanes: lanes, steps: steps)
  }
  func peakGigaflops(_ precision: Precision, seconds: Double) -> Double { 0 }
}
