import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

extension BatchDivision {
  /// How streams are divided among processes with so many threads each: as is asked for, where that is
  /// possible, or as it should take the least time.
  package init(for use: StreamUse, of configuration: ModelConfiguration, threads: [Int]) {
    let asked = use.training?.division
    // About a block, or what a process has of it.
    var block = use
    block.lanes = max(1, use.lanes / (use.training?.blocks ?? threads.count))
    var within = asked ?? .lanes
    var blocks = use.training?.blocks
    if asked == nil, blocks == nil {
      within = .fastest(for: block, of: configuration, threads: threads.min() ?? 1)
    } else if !within.isPossible(for: block, of: configuration) {
      // Blocks for those who would divide each are too few for those who have one each.
      (within, blocks) = (.lanes, nil)
    }
    let workers = within == .units ? threads.count : threads.reduce(0, +)
    self.init(blocks: min(use.lanes, blocks ?? workers), within: within)
  }
}

extension Division {
  /// Whether streams can be divided so. What is only read is divided by lanes, of which each is computed
  /// as if it were alone; and oneDNN (2.6) has but its reference loops, thousands of times slower, to write
  /// some columns of a product.
  func isPossible(for use: StreamUse, of configuration: ModelConfiguration) -> Bool {
    self == .lanes
      || use.training != nil && use.lanes > 1 && !configuration.bidirectional
        && ProductEngine.best(for: use.precision, rows: use.lanes) == .panels
  }

  /// How many threads can divide the units: as many as there are blocks of them.
  static func mostShares(of configuration: ModelConfiguration, threads: Int) -> Int {
    min(threads, (configuration.hiddenSize + GateOrder.block - 1) / GateOrder.block)
  }

  /// How much less time units have to take, by what is reckoned.
  private static let leastGain = 0.1

  /// What should take the least time. It depends on the kind of processor alone, so that a run has the
  /// same bytes each time.
  static func fastest(
    for use: StreamUse, of configuration: ModelConfiguration, threads: Int
  ) -> Division {
    guard threads > 1, units.isPossible(for: use, of: configuration) else { return .lanes }
    let cost = StepCost(use, configuration)
    let byLanes = cost.seconds(
      lanes: use.lanes.dividedRoundingUp(by: min(threads, use.lanes)), shares: 1)
    let byUnits = cost.seconds(
      lanes: use.lanes, shares: mostShares(of: configuration, threads: threads))
    return byUnits < (1 - leastGain) * byLanes ? .units : .lanes
  }
}

/// What a thread takes for a step of a layer, about: its recurrent products or, where that takes longer,
/// reading their weights, which are fetched ahead; and waiting for others.
///
/// The figures are rough, of cores as they are. On two cores of a Xeon with AMX (2 MB of L2), in turns
/// (`charlstm benchmark --divide`), 2 × 512 trained 1.11 and 1.14 times as fast by units, 2 × 1024 1.13
/// times; 2 × 128 took 1.28 times as long, and 2 × 512 in single precision by AVX2 1.07 times. Without
/// AMX 2 × 512 took 1.14 times as long by units in single precision, in int16 1.22, and 2 × 1024 1.04.
private struct StepCost {
  /// Multiplications and additions of a lane.
  private let operations: Double
  private let weightBytes: Double
  private let operationsPerSecond: Double

  /// Of weights that fit the core's own cache, and of others.
  private static let nearBytesPerSecond = 60e9
  private static let farBytesPerSecond = 12e9
  /// A little longer than the slowest thread.
  private static let meetingSeconds = 8e-6

  init(_ use: StreamUse, _ configuration: ModelConfiguration) {
    let weights = Double(
      configuration.cell.gateCount * configuration.hiddenSize * configuration.hiddenSize)
    operations = 2 * weights
    weightBytes = weights * use.precision.packedSize
    operationsPerSecond =
      switch InstructionSet.current {
      case .amx: use.precision == .bfloat16 ? 500e9 : 100e9
      case .avx512BFloat16: use.precision == .float32 ? 100e9 : 200e9
      case .avx512VNNI: use.precision == .int16 ? 200e9 : 100e9
      case .avx512: 100e9
      case .avx2, .avx2VNNI: use.precision == .int16 ? 110e9 : 80e9
      case .baseline: 10e9
      }
  }

  /// - Parameter shares: of the units.
  func seconds(lanes: Int, shares: Int) -> Double {
    let bytes = weightBytes / Double(shares)
    let isNear = bytes < 0.75 * Self.ownCacheBytes
    return max(
      Double(lanes) * operations / Double(shares) / operationsPerSecond,
      bytes / (isNear ? Self.nearBytesPerSecond : Self.farBytesPerSecond))
      + (shares > 1 ? Self.meetingSeconds : 0)
  }

  /// Of a core's second-level cache; a megabyte where the system does not tell.
  private static let ownCacheBytes: Double = {
    let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
    return bytes > 0 ? Double(bytes) : 1_048_576
  }()
}

extension Precision {
  /// Bytes of a packed weight.
  fileprivate var packedSize: Double {
    switch self {
    case .float32: 4
    case .bfloat16, .int16: 2
    case .int8: 1
    }
  }
}

extension Int {
  fileprivate func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
