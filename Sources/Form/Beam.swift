import Generation
import Glibc

/// The most probable beginnings of texts, of each length as many as there are lanes.
///
/// Beginnings differ from each other, as each continues another by another symbol. Of two that are equally
/// probable the one whose parent is more probable comes first, then the one whose last symbol is lower.
private struct Beam {
  private struct Beginning {
    var node: Int32 = 0
    var state: Int32
    var logProbability = 0.0
  }

  private struct Candidate {
    var parent: Int
    var symbol: Int32
    var state: Int32
    var logProbability: Double
  }

  private let form: PreparedForm
  private let alphabet: FormAlphabet
  private let lanes: FormLanes
  private var beginnings: [Beginning]
  private var tree = TextTree()
  private var isWhole = true
  private var best: (node: Int32, logProbability: Double, surprisalAfter: Double?)?

  init(_ form: PreparedForm, _ alphabet: FormAlphabet, _ lanes: FormLanes) {
    self.form = form
    self.alphabet = alphabet
    self.lanes = lanes
    beginnings = [Beginning(state: form.automaton.start)]
  }

  /// - Parameter goesOn: asked before each character that is read.
  mutating func run(goesOn: () -> Bool) {
    let length = form.request.length
    for written in 0...length {
      guard goesOn() else { return stop() }
      let expected = lanes.expectations()
      var after: [Double]?
      if let following = form.following {
        after = lanes.logProbabilities(
          of: following, expected, temperature: form.temperature, goesOn: goesOn)
        guard after != nil else { return stop() }
      }
      var candidates: [Candidate] = []
      for (rank, beginning) in beginnings.enumerated() {
        let choices = FormChoices(
          form, alphabet, at: beginning.state, room: length - written, expected,
          lane: rank)
        if form.automaton.accepts(beginning.state) {
          let end = after?[rank] ?? (written == length ? 0 : log(choices.leaving))
          keep(beginning, end, surprisalAfter: after.map { -$0[rank] })
        }
        for index in choices.symbols.indices {
          candidates.append(
            Candidate(
              parent: rank, symbol: choices.symbols[index], state: choices.states[index],
              logProbability: beginning.logProbability + choices.logProbabilities[index]))
        }
      }
      // Longer texts are never more probable than their beginnings.
      candidates.removeAll { $0.logProbability <= best?.logProbability ?? -.infinity }
      guard written < length, !candidates.isEmpty else { return }
      goOn(candidates, expected)
    }
  }

  /// Takes the most probable beginning where there is no text yet.
  private mutating func stop() {
    guard best == nil, let first = beginnings.first else { return }
    best = (first.node, first.logProbability, nil)
    isWhole = false
  }

  private mutating func keep(_ beginning: Beginning, _ end: Double, surprisalAfter: Double?) {
    let logProbability = beginning.logProbability + end
    guard logProbability > best?.logProbability ?? -.infinity else { return }
    best = (beginning.node, logProbability, surprisalAfter)
  }

  private mutating func goOn(_ candidates: [Candidate], _ expected: FormExpectations) {
    let chosen = candidates.sorted {
      ($1.logProbability, $0.parent, $0.symbol) < ($0.logProbability, $1.parent, $1.symbol)
    }.prefix(lanes.count)
    let states = lanes.states()
    var next = [Int32](repeating: alphabet.symbols.first ?? 0, count: lanes.count)
    var loaded = states
    let before = beginnings
    beginnings = []
    for (rank, candidate) in chosen.enumerated() {
      next[rank] = candidate.symbol
      loaded[rank] = states[candidate.parent]
      beginnings.append(
        Beginning(
          node: tree.grow(
            before[candidate.parent].node, candidate.symbol,
            surprisal: expected.surprisal(
              lane: candidate.parent, symbol: candidate.symbol, temperature: form.temperature)),
          state: candidate.state, logProbability: candidate.logProbability))
    }
    lanes.load(loaded)
    lanes.read(next, temperature: form.temperature)
  }

  func text(_ spell: ([Int32]) -> String) throws(FormError) -> FormedText {
    guard let best else {
      throw .nothingFound(rules: form.request.ruleNames, particles: lanes.count, isBeam: true)
    }
    let symbols = tree.symbols(of: best.node)
    return FormedText(
      text: spell(symbols), symbols: symbols, surprisal: tree.surprisal(of: best.node),
      surprisalAfter: best.surprisalAfter, effectiveSampleSize: nil,
      logProbability: best.logProbability, isWhole: isWhole)
  }
}

extension FormWriter {
  /// The most probable text of a form, as far as a beam as wide as there are particles finds it.
  ///
  /// - Parameters:
  ///   - state: what the text goes on from.
  ///   - goesOn: asked before each character. Once it says no, the text is the most probable one yet, or if
  ///     there is none the most probable beginning, which `isWhole` tells.
  /// - Throws: `FormError.nothingFound`; `.deviceFailed`.
  public func mostProbable(
    _ form: PreparedForm, from state: TextState, goesOn: () -> Bool = { true }
  ) throws(FormError) -> FormedText {
    lanes.begin(state.recurrent, logits: state.logits, temperature: form.temperature)
    var beam = Beam(form, alphabet, lanes)
    beam.run { isWorking && goesOn() }
    try checkDevice()
    return try beam.text(text(of:))
  }
}
