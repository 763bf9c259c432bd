import Cluster
import ClusterTesting
import FileTesting
import Foundation
import Recurrent
import Testing
import Training

/// Networks that several processes train together, here threads that stand for them.
@Suite("Processes")
struct ProcessesTests {
  private var bench: Bench = {
    var bench = Bench()
    bench.options.laneBlocks = 4
    bench.options.maxSteps = 8
    return bench
  }()

  /// What a run comes to, wherever it is.
  private struct Result: Equatable {
    var losses: [Double]
    var norms: [Double]
    var validations: [ValidationReport]
    var weights: [Float]

    init(_ bench: Bench, on device: Device?) throws {
      let trainer = try bench.trainer(on: device)
      let told = try Told(trainer)
      losses = told.steps.map(\.trainLoss)
      norms = told.steps.map(\.gradientNorm)
      validations = told.validations
      weights = trainer.averagedModel.parameters.values
    }
  }

  private func result(_ bench: Bench, processes: Int, threads: Int) throws -> Result {
    guard processes > 1 else { return try Result(bench, on: .cpu(threads: threads)) }
    let cluster = ThreadCluster(processes: processes, threads: threads)
    return try Result(
      bench, on: .cluster(over: cluster.link, threads: nil, ownThreads: threads))
  }

  /// The same blocks of lanes give the same bytes, whoever computes which.
  @Test(arguments: Cell.allCases)
  func theSameBytes(_ cell: Cell) throws {
    var bench = bench
    bench.cell = cell
    let alone = try result(bench, processes: 1, threads: 1)
    #expect(alone.validations.count == 1)
    for (processes, threads) in [(1, 4), (2, 1), (2, 2), (3, 1), (4, 1), (6, 1), (2, 16)] {
      #expect(
        try result(bench, processes: processes, threads: threads) == alone,
        "\(processes) processes of \(threads) threads")
    }
  }

  /// Processes without a block have nothing to do, and say so to nobody.
  @Test func fewerBlocksThanProcesses() throws {
    var bench = bench
    bench.options.lanes = 8
    bench.options.laneBlocks = 3
    let alone = try result(bench, processes: 1, threads: 1)
    #expect(try result(bench, processes: 7, threads: 1) == alone)
  }

  /// Hidden units of each block are divided among the threads of a process.
  @Test func units() throws {
    var bench = bench
    bench.options.division = .units
    bench.options.laneBlocks = 2
    let alone = try result(bench, processes: 1, threads: 2)
    #expect(try result(bench, processes: 2, threads: 2) == alone)
    bench.options.division = .lanes
    let lanes = try result(bench, processes: 2, threads: 1)
    for (loss, other) in zip(lanes.losses, alone.losses) { #expect(abs(loss - other) < 1e-5) }
  }

  /// What teachers expect comes to every process.
  @Test func teachers() throws {
    var bench = bench
    bench.options.lanes = 8
    bench.options.teachers = 2
    bench.options.teacherEpochs = 1
    bench.options.teacherText = 3000
    let alone = try result(bench, processes: 1, threads: 1)
    #expect(try result(bench, processes: 2, threads: 2) == alone)
  }

  /// Half of each number is sent, and what was left out with the next one: the run is about the same, and the
  /// same each time.
  @Test func gradientsInBFloat16() throws {
    var bench = bench
    bench.options.maxSteps = 30
    bench.options.learningRate = 0.02
    let exact = try result(bench, processes: 2, threads: 1)
    bench.options.gradientPrecision = .bfloat16
    let rounded = try result(bench, processes: 2, threads: 1)
    #expect(try result(bench, processes: 2, threads: 1) == rounded)
    #expect(rounded.losses.first == exact.losses.first && rounded.losses != exact.losses)
    for (loss, other) in zip(rounded.losses, exact.losses) {
      #expect(abs(loss - other) < 0.01 * other)
    }
    // One process has nobody to send to.
    let alone = try result(bench, processes: 1, threads: 1)
    #expect(alone.losses == exact.losses)
  }

  /// Processes go their own ways for some steps: not the same run, but one that learns as well, and the same each
  /// time. Alone it makes no difference.
  @Test func localSteps() throws {
    var bench = bench
    bench.options.maxSteps = 60
    bench.options.learningRate = 0.02
    let summed = try result(bench, processes: 2, threads: 1)
    bench.options.averageEvery = 4
    let local = try result(bench, processes: 2, threads: 1)
    #expect(try result(bench, processes: 2, threads: 1) == local)
    #expect(local.losses.first == summed.losses.first && local.losses != summed.losses)
    #expect(try #require(local.losses.last) < 0.8 * local.losses[0])
    let losses = (local.validations[0].validationLoss, summed.validations[0].validationLoss)
    #expect(abs(losses.0 - losses.1) < 0.1 * losses.1)
    let alone = try result(bench, processes: 1, threads: 1)
    #expect(alone.losses == summed.losses)
  }

  /// Each device begins with as many blocks as it has threads, in all processes together.
  @Test func blocksByDefault() throws {
    var bench = bench
    bench.options.laneBlocks = nil
    bench.options.division = .lanes
    let cluster = ThreadCluster(processes: 2, threads: 2)
    let trainer = try bench.trainer(
      on: .cluster(over: cluster.link, threads: nil, ownThreads: 1))
    #expect(trainer.options.laneBlocks == 3)
    #expect(trainer.plan.division == "3 threads in 2 processes")
  }

  /// A run that four processes began goes on on one, and comes to the same.
  @Test func resumesElsewhere() throws {
    let whole = try TemporaryFolder()
    let moved = try TemporaryFolder()
    _ = try Told(bench.trainer(on: .cpu(threads: 1)), in: whole)
    do {
      let cluster = ThreadCluster(processes: 4, threads: 1)
      let device = try Device.cluster(over: cluster.link, threads: nil, ownThreads: 1)
      let told = try Told(bench.trainer(on: device), in: moved, until: 3)
      #expect(told.outcome == .interrupted)
    }
    let path = moved.path + "/resume.safetensors"
    let cluster = ThreadCluster(processes: 2, threads: 1)
    let trainer = try Trainer(
      resuming: ResumePoint(contentsOf: path), path: path, corpus: bench.corpus,
      device: .cluster(over: cluster.link, threads: nil, ownThreads: 1))
    _ = try Told(trainer, in: moved, isNew: false)
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try whole.bytes(of: name) == moved.bytes(of: name), "\(name)")
    }
  }

  /// A process that goes while others wait for it ends the run, which stands at its last step.
  @Test(.timeLimit(.minutes(20))) func aLostProcess() throws {
    let folder = try TemporaryFolder()
    let cluster = ThreadCluster(processes: 2, threads: 1)
    let trainer = try bench.trainer(
      on: .cluster(over: cluster.link, threads: nil, ownThreads: 1))
    #expect(
      throws: TrainingError.deviceFailed(
        step: 3,
        reason: "nothing was heard of host1 (rank 1) for 20 seconds: its machine or the network to "
          + "it is down")
    ) {
      _ = try trainer.run(
        in: RunFolder(path: folder.path, isNew: true),
        stops: {
          if trainer.progress.step == 3 {
            cluster.link.inbox.fail(.silent(name: cluster.link.names[1], seconds: 20))
          }
          return false
        })
    }
    let point = try ResumePoint(contentsOf: folder.path + "/resume.safetensors")
    #expect(point.progress.step == 3)
    // Others have their lanes' states, or none has.
    #expect(point.states.allSatisfy { $0.hidden.allSatisfy { $0 == 0 } })
    let resumed = try Trainer(
      resuming: point, path: folder.path, corpus: bench.corpus, device: .cpu(threads: 1))
    #expect(try Told(resumed).outcome == .completed)
  }
}
