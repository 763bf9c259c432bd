import CPU
import Recurrent
import Text

/// Writes one text at a time with a resident model, symbol by symbol.
///
/// What has been read is a `TextState`, a value of the caller's; the generator keeps nothing between
/// calls but the model. Not for several threads at a time.
public final class Generator {
  /// The symbols that the model knows.
  public let vocabulary: Vocabulary
  private let configuration: ModelConfiguration
  private let device: Device
  private let streams: any Streams
  private let allowed: AllowedSymbols

  /// - Parameter precision: what the device reads fastest in if nil.
  public init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision? = nil,
    device: Device = .cpu()
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize)
    self.vocabulary = vocabulary
    configuration = model.configuration
    self.device = device
    streams = device.backend.streams(
      through: model,
      StreamUse(precision: precision ?? device.precision(for: .reading), lanes: 1, steps: 1))
    allowed = AllowedSymbols(vocabulary)
  }

  /// The state at the beginning of a text: the model has read one line feed, which is not part of
  /// it, or its first symbol where it knows no line feed. A language model predicts from what came
  /// before, so something must have.
  public func start() -> TextState {
    var state = TextState(
      recurrent: RecurrentState(configuration), logits: [],
      context: TextContext(vocabulary: vocabulary))
    let context = state.context
    read(openingSymbols(vocabulary), into: &state)
    state.context = context
    return state
  }

  /// Reads symbols, as a prompt or a text to go on from.
  ///
  /// Logits are those after the last one: only from there can be drawn. Where the device fails, `write`
  /// says so.
  public func read(_ symbols: some Collection<Int32>, into state: inout TextState) {
    guard !symbols.isEmpty else { return }
    let beginning = symbols.dropLast()
    streams.withOnlyPart { lane in
      lane.load(state.recurrent, lane: 0)
      for symbol in beginning { lane.read(symbol) }
      state.logits.replaceSubrange(0..., with: lane.logits(after: symbols[beginning.endIndex]))
      lane.save(lane: 0, into: &state.recurrent)
    }
    var ignored: [UInt8] = []
    for symbol in symbols {
      state.context.append(symbol, output: &ignored)
      ignored.removeAll(keepingCapacity: true)
    }
  }

  /// Writes on from `state`, which then is the one after the last symbol drawn.
  ///
  /// - Parameters:
  ///   - preceding: the end of what the state has read, as far as a banned phrase or a bias's text may
  ///     have begun there.
  ///   - passages: what is written never contains one of them, wherever it began in what the model
  ///     itself wrote.
  ///   - random: its next number draws the next symbol.
  ///   - emit: takes the UTF-8 of whole characters as they come; returns whether to go on.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BansError`, `BiasError`, or what `emit`
  ///   throws; `state` is then that after the last symbol drawn. Where the device fails, its error, and
  ///   `state` cannot be gone on from.
  public func write(
    from state: inout TextState, _ options: WritingOptions, after preceding: TextRead = [],
    avoiding passages: PassageSet? = nil, using random: inout Xoshiro256,
    emit: (_ bytes: [UInt8]) throws -> Bool
  ) throws -> Passage {
    let rules = try WritingRules(
      options, avoiding: passages, vocabulary: vocabulary, configuration)
    var writer = try rules.writer(from: state.context, after: preceding)
    try device.check()
    guard !writer.isFinished else { return writer.passage }
    var candidates = Candidates(vocabularySize: vocabulary.count)
    var output: [UInt8] = []
    let part = streams.withOnlyPart { $0 }
    part.load(state.recurrent, lane: 0)
    defer {
      part.save(lane: 0, into: &state.recurrent)
      state.context = writer.context
    }
    var goesOn = true
    while goesOn && !writer.isFinished {
      let symbol = try state.logits.withUnsafeBufferPointer {
        try writer.draw(
          $0, allowed: allowed, candidates: &candidates, lane: (part, 0), using: &random,
          output: &output)
      }
      streams.withOnlyPart { state.logits.replaceSubrange(0..., with: $0.logits(after: symbol)) }
      try device.check()
      if !output.isEmpty {
        goesOn = try emit(output)
        output.removeAll(keepingCapacity: true)
      }
    }
    if !goesOn {
      writer.finish(output: &output)
      if !output.isEmpty { _ = try emit(output) }
    }
    return writer.passage
  }
}

extension StreamPart {
  /// The logits after a symbol of the only lane, `[V]`, valid until the next call.
  fileprivate func logits(after symbol: Int32) -> UnsafeBufferPointer<Float> {
    withUnsafePointer(to: symbol) {
      logits(after: UnsafeBufferPointer(start: $0, count: 1))
    }
  }

  fileprivate func read(_ symbol: Int32) {
    withUnsafePointer(to: symbol) { read(UnsafeBufferPointer(start: $0, count: 1)) }
  }
}

/// What a model reads before the beginning of a text.
package func openingSymbols(_ vocabulary: Vocabulary) -> [Int32] {
  let newline = Array(vocabulary.symbols(for: "\n"))
  return newline.isEmpty ? [0] : newline
}
