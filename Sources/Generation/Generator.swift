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
  private let workspace: LanguageModelWorkspace
  private let threads: Int
  private let allowed: AllowedSymbols

  /// - Parameter threads: those that share each matrix product.
  public init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision = .native,
    threads: Int = 1
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize)
    self.vocabulary = vocabulary
    self.threads = threads
    configuration = model.configuration
    workspace = withProductThreads(threads) {
      LanguageModelWorkspace(
        PackedWeights(
          model, for: .init(precision: precision, lanes: 1, training: false, inputTable: true)),
        steps: 1, lanes: 1)
    }
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
  /// Logits are those after the last one: only from there can be drawn.
  public func read(_ symbols: some Collection<Int32>, into state: inout TextState) {
    guard !symbols.isEmpty else { return }
    let beginning = symbols.dropLast()
    workspace.load(state.recurrent, lane: 0)
    withProductThreads(threads) {
      for symbol in beginning { withUnsafePointer(to: symbol) { workspace.read($0) } }
      state.logits.replaceSubrange(0..., with: logits(after: symbols[beginning.endIndex]))
    }
    workspace.save(lane: 0, into: &state.recurrent)
    var ignored: [UInt8] = []
    for symbol in symbols {
      state.context.append(symbol, output: &ignored)
      ignored.removeAll(keepingCapacity: true)
    }
  }

  /// Writes on from `state`, which then is the one after the last symbol drawn.
  ///
  /// - Parameters:
  ///   - generator: its next number draws the next symbol.
  ///   - emit: takes the UTF-8 of whole characters as they come; returns whether to go on.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, or what `emit` throws; `state` is then
  ///   that after the last symbol drawn.
  public func write(
    from state: inout TextState, _ options: WritingOptions, using generator: inout Xoshiro256,
    emit: (_ bytes: [UInt8]) throws -> Bool
  ) throws -> Passage {
    var sampler = try Sampler(vocabularySize: vocabulary.count, options: options.sampling)
    var writer = TextWriter(
      options, stops: try StopStrings(options.stops), from: state.context)
    guard !writer.isFinished else { return writer.passage }
    var output: [UInt8] = []
    workspace.load(state.recurrent, lane: 0)
    defer {
      workspace.save(lane: 0, into: &state.recurrent)
      state.context = writer.context
    }
    var goesOn = true
    while goesOn && !writer.isFinished {
      let symbol = state.logits.withUnsafeBufferPointer {
        writer.draw(
          $0, sampler: &sampler, allowed: allowed, using: &generator, output: &output)
      }
      let logits = withProductThreads(threads) { self.logits(after: symbol) }
      state.logits.replaceSubrange(0..., with: logits)
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

  private func logits(after symbol: Int32) -> UnsafeBufferPointer<Float> {
    let logits = withUnsafePointer(to: symbol) { workspace.logits(after: $0) }
    return UnsafeBufferPointer(start: logits, count: vocabulary.count)
  }
}

/// What a model reads before the beginning of a text.
func openingSymbols(_ vocabulary: Vocabulary) -> [Int32] {
  let newline = Array(vocabulary.symbols(for: "\n"))
  return newline.isEmpty ? [0] : newline
}
