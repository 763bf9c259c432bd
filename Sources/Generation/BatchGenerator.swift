import Recurrent
import Synchronization
import Text

/// A text to be written.
public struct WritingRequest: Sendable {
  /// What the text goes on from, in the model's symbols; it is not part of what is written.
  public var prompt: [Int32]
  /// Chooses the text. One request and seed give the same text in any company.
  public var generator: Xoshiro256

  public init(prompt: [Int32], generator: Xoshiro256) {
    self.prompt = prompt
    self.generator = generator
  }
}

/// Writes many texts beside each other: one matrix product a step for all lanes of a worker.
///
/// A lane whose text ends goes on with the next request at once, so that batches stay full.
public final class BatchGenerator {
  private let vocabulary: Vocabulary
  private let team: WorkerTeam
  private let workers: [BatchWorker]

  /// - Parameters:
  ///   - lanes: texts written at a time, by all workers together.
  ///   - threads: workers, each with its own lanes.
  public init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision = .native, lanes: Int,
    threads: Int = 1
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize && lanes > 0)
    self.vocabulary = vocabulary
    let count = max(1, min(lanes, threads))
    team = WorkerTeam(count: count)
    let weights = PackedWeights(
      model,
      for: .init(
        precision: precision, lanes: (lanes + count - 1) / count, training: false,
        inputTable: true))
    let allowed = AllowedSymbols(vocabulary)
    workers = (0..<count).map { worker in
      BatchWorker(
        weights, configuration: model.configuration, vocabulary: vocabulary, allowed: allowed,
        lanes: lanes * (worker + 1) / count - lanes * worker / count)
    }
  }

  /// Writes `count` texts.
  ///
  /// - Parameters:
  ///   - request: the text of a number from 0; called from any worker's thread.
  ///   - deliver: takes each text when it is complete, in the order of numbers, from any worker's
  ///     thread but one call at a time; returns whether to go on.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, or the first error of `deliver`.
  public func write(
    count: Int, _ options: WritingOptions,
    request: @escaping @Sendable (_ index: Int) -> WritingRequest,
    deliver: @escaping @Sendable (_ index: Int, _ text: [UInt8], Passage) throws -> Bool
  ) throws {
    let sampler = try Sampler(vocabularySize: vocabulary.count, options: options.sampling)
    let stops = try StopStrings(options.stops)
    let desk = Desk()
    team.run { [workers] worker in
      workers[worker].write(
        options, sampler: sampler, stops: stops,
        next: {
          let index = desk.nextRequest.add(1, ordering: .relaxed).oldValue
          return index < count ? (index, request(index)) : nil
        },
        deliver: { finished in
          desk.outbox.withLock { $0.add(finished, deliver: deliver) }
        })
    }
    if let error = desk.outbox.withLock({ $0.error }) { throw error }
  }
}

/// A text that is complete.
private struct FinishedText: Sendable {
  var index: Int
  var text: [UInt8]
  var passage: Passage
}

/// What the workers share: which text is next, and where complete ones go.
private final class Desk: Sendable {
  let nextRequest = Atomic(0)
  let outbox = Mutex(Outbox())
}

/// Puts texts in order that are completed in any.
private struct Outbox: Sendable {
  private var waiting: [Int: FinishedText] = [:]
  private var next = 0
  private var goesOn = true
  private(set) var error: (any Error)?

  /// Delivers all that are next in order; returns whether to go on.
  mutating func add(
    _ finished: FinishedText, deliver: (Int, [UInt8], Passage) throws -> Bool
  ) -> Bool {
    waiting[finished.index] = finished
    while goesOn, let finished = waiting.removeValue(forKey: next) {
      do {
        goesOn = try deliver(next, finished.text, finished.passage)
      } catch {
        self.error = error
        goesOn = false
      }
      next += 1
    }
    return goesOn
  }
}

/// One worker's lanes, each writing one text after the other.
///
/// Unchecked: a worker has it to itself while the team runs.
private final class BatchWorker: @unchecked Sendable {
  private let configuration: ModelConfiguration
  private let vocabulary: Vocabulary
  private let allowed: AllowedSymbols
  private let workspace: LanguageModelWorkspace
  private var lanes: [Lane?]

  private struct Lane {
    var index: Int
    var generator: Xoshiro256
    /// Symbols to read before the first is drawn, and which of them is at hand.
    var prompt: [Int32]
    var read = 0
    var writer: TextWriter
    var text: [UInt8] = []
    /// The symbol to read next.
    var symbol: Int32

    /// Whether the symbol after that is of the prompt too, and nothing is to be drawn yet.
    var readsOn: Bool { read + 1 < prompt.count }

    mutating func readOn() {
      read += 1
      symbol = prompt[read]
    }
  }

  init(
    _ weights: PackedWeights, configuration: ModelConfiguration, vocabulary: Vocabulary,
    allowed: AllowedSymbols, lanes: Int
  ) {
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.allowed = allowed
    workspace = LanguageModelWorkspace(weights, steps: 1, lanes: lanes)
    self.lanes = Array(repeating: nil, count: lanes)
  }

  func write(
    _ options: WritingOptions, sampler: Sampler, stops: StopStrings,
    next: () -> (Int, WritingRequest)?, deliver: (FinishedText) -> Bool
  ) {
    var sampler = sampler
    var symbols = [Int32](repeating: 0, count: lanes.count)
    var goesOn = true

    /// Gives a free lane the next text that has anything to be written.
    func fill(_ index: Int) {
      lanes[index] = nil
      while goesOn, lanes[index] == nil, let (number, request) = next() {
        let lane = start(number, request, options, stops: stops)
        if lane.writer.isFinished {
          goesOn = deliver(FinishedText(index: number, text: [], passage: lane.writer.passage))
        } else {
          lanes[index] = lane
          workspace.load(RecurrentState(configuration), lane: index)
        }
      }
      symbols[index] = lanes[index]?.symbol ?? 0
    }

    for index in lanes.indices { fill(index) }
    while goesOn && lanes.contains(where: { $0 != nil }) {
      guard lanes.contains(where: { $0?.readsOn == false }) else {
        workspace.read(symbols)
        for index in lanes.indices {
          lanes[index]?.readOn()
          symbols[index] = lanes[index]?.symbol ?? 0
        }
        continue
      }
      let logits = workspace.logits(after: symbols)
      for index in lanes.indices where lanes[index] != nil {
        let row = UnsafeBufferPointer(
          start: logits + index * vocabulary.count, count: vocabulary.count)
        let finished = advance(&lanes[index], row, sampler: &sampler)
        if let finished {
          goesOn = deliver(finished)
          fill(index)
        } else if let lane = lanes[index] {
          symbols[index] = lane.symbol
        }
      }
    }
    for index in lanes.indices { lanes[index] = nil }
  }

  private func start(
    _ number: Int, _ request: WritingRequest, _ options: WritingOptions, stops: StopStrings
  ) -> Lane {
    var context = TextContext(vocabulary: vocabulary)
    var ignored: [UInt8] = []
    for symbol in request.prompt { context.append(symbol, output: &ignored) }
    let prompt = openingSymbols(vocabulary) + request.prompt
    return Lane(
      index: number, generator: request.generator, prompt: prompt,
      writer: TextWriter(options, stops: stops, from: context), symbol: prompt[0])
  }

  /// Takes the logits after a lane's symbol; returns its text if that was the last one.
  private func advance(
    _ lane: inout Lane?, _ logits: UnsafeBufferPointer<Float>, sampler: inout Sampler
  ) -> FinishedText? {
    guard var current = lane.take() else { return nil }
    if current.readsOn {
      current.readOn()
    } else {
      current.symbol = current.writer.draw(
        logits, sampler: &sampler, allowed: allowed, using: &current.generator,
        output: &current.text)
      if current.writer.isFinished {
        return FinishedText(
          index: current.index, text: current.text, passage: current.writer.passage)
      }
    }
    lane = consume current
    return nil
  }
}
