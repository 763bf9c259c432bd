import CPU
import Recurrent

/// Streams whose lanes are divided among processes: the first ones are this process's.
///
/// Unchecked: as `CPUStreams`; what is remote goes over the link, which is safe to use.
final class ClusterStreams: Streams, @unchecked Sendable {
  let parts: [any StreamPart]
  let division: BatchDivision
  private let own: any Streams
  private let leader: Leader
  private let body: Int
  /// The others that have lanes.
  private let others: [Int]
  /// Where steps are local.
  private let averaging: WeightAverage?
  private let averageEvery: Int
  /// One thread for this process, and one that waits for each part of another.
  private let waiting: WorkerTeam

  init(_ network: Network, _ use: StreamUse, own: CPUBackend, leader: Leader) {
    let configuration = network.configuration
    let division = BatchDivision(for: use, of: configuration, threads: leader.threads)
    let isTrained = use.training != nil
    let shares = Self.shares(of: isTrained ? division.blocks : use.lanes, division, leader.threads)
    let members =
      isTrained
      ? shares.enumerated().filter { !$1.isEmpty }.map { BodyPlan.Member(rank: $0, blocks: $1) }
      : []
    let body = leader.nextBody()

    /// What a process is to make room for.
    func part(of rank: Int) -> StreamUse {
      var part = use
      if isTrained {
        part.training?.blocks = division.blocks
        part.training?.division = division.within
        part.training?.blocksHere = shares[rank]
      } else {
        part.lanes = shares[rank].count
      }
      return part
    }

    var parts: [any StreamPart] = []
    var others: [Int] = []
    for rank in shares.indices.dropFirst() where !shares[rank].isEmpty {
      let lanes =
        isTrained
        ? shares[rank].map { division.lanes(ofBlock: $0, of: use.lanes) }
        : Self.lanes(of: shares[rank], threads: leader.threads[rank])
      let channels = lanes.map { _ in leader.nextChannel() }
      leader.ask(
        rank,
        .make(
          BodyPlan(
            body: body, configuration: configuration, use: part(of: rank), channels: channels,
            members: members, blocks: division.blocks),
          parameters: Array(network.parameters.elements)))
      others.append(rank)
      parts += zip(lanes, channels).map { lanes, channel in
        RemotePart(
          lanes: lanes, vocabularySize: configuration.vocabularySize, rank: rank,
          channel: channel, over: leader.link)
      }
    }
    let exchange = BodyPlan(
      body: body, configuration: configuration, use: use, channels: [], members: members,
      blocks: division.blocks
    ).exchange(over: leader.link)
    averaging = exchange as? WeightAverage
    averageEvery = use.training?.averageEvery ?? 1
    let own = own.exchanging(exchange).streams(through: network, part(of: 0))
    self.own = own
    self.parts = own.parts + parts
    self.division = division
    self.leader = leader
    self.body = body
    self.others = others
    waiting = WorkerTeam(count: 1 + parts.count)
  }

  deinit { leader.ask(others, .release(body: body)) {} }

  /// Consecutive parts of `total`, in proportion to what each process has to compute them with.
  private static func shares(
    of total: Int, _ division: BatchDivision, _ threads: [Int]
  ) -> [Range<Int>] {
    let weights = division.within == .units ? threads.map { _ in 1 } : threads
    let all = weights.reduce(0, +)
    var before = 0
    return weights.map { weight in
      defer { before += weight }
      // Rounded up, so that the leader has some.
      return (total * before + all - 1) / all..<(total * (before + weight) + all - 1) / all
    }
  }

  /// How a process divides what it reads among its threads.
  private static func lanes(of share: Range<Int>, threads: Int) -> [Range<Int>] {
    let division = BatchDivision(blocks: min(threads, share.count), within: .lanes)
    return (0..<division.blocks).map { block in
      let lanes = division.lanes(ofBlock: block, of: share.count)
      return share.lowerBound + lanes.lowerBound..<share.lowerBound + lanes.upperBound
    }
  }

  var workers: String {
    let threads = ([0] + others).reduce(0) { $0 + leader.threads[$1] }
    return "\(threads) threads in \(others.count + 1) processes"
      + (division.within == .units ? ", which divide the hidden units" : "")
  }

  func run(_ body: @escaping @Sendable (_ part: Int) -> Void) {
    let ownCount = own.parts.count
    waiting.run(workers: waiting.count) { [own] worker in
      if worker == 0 { own.run(body) } else { body(ownCount + worker - 1) }
    }
  }

  func withOnlyPart<Result>(_ body: (any StreamPart) throws -> Result) rethrows -> Result {
    preconditionFailure("lanes that are divided have no only part")
  }

  func load(_ parameters: FloatBuffer) {
    leader.ask(others, .load(body: body, parameters: Array(parameters.elements))) {
      own.load(parameters)
    }
  }

  func refresh(dropping random: Xoshiro256) {
    leader.ask(others, .refresh(body: body, random: random)) { own.refresh(dropping: random) }
  }

  func optimizer(_ options: AdamWOptions) -> any Optimizer {
    var optimizer: (any Optimizer)?
    leader.ask(others, .optimizer(body: body, options)) { optimizer = own.optimizer(options) }
    guard let optimizer else { preconditionFailure("this process makes one whatever others do") }
    return ClusterOptimizer(
      optimizer, body: body, others: others, leader: leader,
      averaging: averaging, every: averageEvery)
  }

  func adaptation(rate: Float, decay: Float) -> any Adaptation {
    preconditionFailure("one lane in training is needed")
  }
}
