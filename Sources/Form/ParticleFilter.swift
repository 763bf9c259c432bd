import Generation
import Glibc
import Recurrent

/// Texts in the making, each with a weight: sequential Monte Carlo with the form as its likelihood.
///
/// At each step a particle's weight is multiplied by the probability of the characters that the form allows
/// next, and only then, after resampling where weights have become unequal, one of these is drawn: weights look
/// a character ahead (Pitt and Shephard 1999). Wherever the form accepts, what a particle has so far is kept as a
/// finished text with the weight of ending there, and the particle goes on. A twist favours particles on their way
/// to what must come, and is divided out of all weights (Zhao et al. 2024).
struct ParticleFilter {
  private struct Particle {
    var node: Int32 = 0
    var state: Int32
    /// Of the text as it is.
    var logWeight: Double
  }

  /// A text that may end where it does.
  private struct Finished {
    var node: Int32
    var logWeight: Double
    var surprisalAfter: Double?
  }

  private let form: PreparedForm
  private let alphabet: FormAlphabet
  private let lanes: FormLanes
  private var particles: [Particle]
  private var finished: [Finished] = []
  private var tree = TextTree()
  private var isStopped = false

  /// How much the probability of what must follow right here says of the places to come: the exponent of
  /// a twist.
  private static let followingTwist = 0.25

  init(_ form: PreparedForm, _ alphabet: FormAlphabet, _ lanes: FormLanes) {
    self.form = form
    self.alphabet = alphabet
    self.lanes = lanes
    particles = Array(
      repeating: Particle(
        state: form.automaton.start, logWeight: -log(Double(lanes.count))), count: lanes.count)
  }

  /// Writes on from where the lanes are, at most as many characters as were asked for.
  ///
  /// - Parameter goesOn: asked before each character that is read.
  mutating func run(using random: inout Xoshiro256, goesOn: () -> Bool) {
    let length = form.request.length
    for written in 0...length {
      guard goesOn() else { return isStopped = true }
      let expected = lanes.expectations()
      guard let after = logProbabilitiesAfter(expected, goesOn: goesOn) else {
        return isStopped = true
      }
      let choices = particles.indices.map { lane in
        FormChoices(
          form, alphabet, at: particles[lane].state, room: length - written, expected,
          lane: lane)
      }
      keep(choices, after, isFull: written == length)
      guard written < length else { return }

      var ahead = particles.indices.map { lane -> Double in
        let weight = particles[lane].logWeight
        return weight == -.infinity ? weight : weight + choices[lane].logTotal
      }
      let ancestors = resample(
        &ahead, twists: after.map { $0 * Self.followingTwist }, using: &random)
      guard let ancestors else { return }
      draw(choices, ancestors, ahead, expected, using: &random)
    }
  }

  /// By lane: of what must follow, 0 where nothing must; nil where it was given up.
  private func logProbabilitiesAfter(
    _ expected: FormExpectations, goesOn: () -> Bool
  ) -> [Double]? {
    guard let following = form.following else { return Array(repeating: 0, count: lanes.count) }
    return lanes.logProbabilities(
      of: following, expected, temperature: form.temperature, goesOn: goesOn)
  }

  private mutating func keep(_ choices: [FormChoices], _ after: [Double], isFull: Bool) {
    for (lane, particle) in particles.enumerated() where form.automaton.accepts(particle.state) {
      var weight = particle.logWeight
      if form.following != nil {
        weight += after[lane]
      } else if !isFull {
        weight += log(choices[lane].leaving)
      }
      guard weight > -.infinity else { continue }
      finished.append(
        Finished(
          node: particle.node, logWeight: weight,
          surprisalAfter: form.following == nil ? nil : -after[lane]))
    }
  }

  /// Chooses which particles go on, by their weights.
  ///
  /// - Parameters:
  ///   - weights: by particle, with what it may go on with; afterwards those of the chosen.
  ///   - twists: by particle, what its weight is multiplied by for this choice alone.
  /// - Returns: whom each particle goes on from; nil where all have come to an end.
  private func resample(
    _ weights: inout [Double], twists: [Double], using random: inout Xoshiro256
  ) -> [Int]? {
    let count = weights.count
    let twisted = zip(weights, twists).map { $0 == -.infinity ? $0 : $0 + $1 }
    let total = logSum(twisted)
    guard total > -.infinity else { return nil }
    let shares = twisted.map { exp($0 - total) }
    guard 1 / shares.reduce(0, { $0 + $1 * $1 }) < Double(count) / 2 else {
      return Array(weights.indices)
    }
    // Systematic resampling (Kitagawa 1996): one random number, a share of 1/N for each.
    let offset = Double(random.next() >> 11) * 0x1p-53
    var ancestors: [Int] = []
    var sum = 0.0
    for (index, share) in shares.enumerated() {
      sum += share * Double(count)
      while ancestors.count < count, offset + Double(ancestors.count) < sum {
        ancestors.append(index)
      }
    }
    let last = shares.lastIndex { $0 > 0 } ?? 0
    while ancestors.count < count { ancestors.append(last) }
    weights = ancestors.map { total - log(Double(count)) - twists[$0] }
    let states = lanes.states()
    lanes.load(ancestors.map { states[$0] })
    return ancestors
  }

  private mutating func draw(
    _ choices: [FormChoices], _ ancestors: [Int], _ weights: [Double],
    _ expected: FormExpectations, using random: inout Xoshiro256
  ) {
    var next = [Int32](repeating: alphabet.symbols.first ?? 0, count: lanes.count)
    let before = particles
    for (lane, ancestor) in ancestors.enumerated() {
      let fraction = Double(random.next() >> 11) * 0x1p-53
      let own = choices[ancestor]
      guard weights[lane] > -.infinity else {
        particles[lane].logWeight = -.infinity
        continue
      }
      let choice = own.choice(at: fraction)
      next[lane] = own.symbols[choice]
      particles[lane] = Particle(
        node: tree.grow(
          before[ancestor].node, next[lane],
          surprisal: expected.surprisal(
            lane: ancestor, symbol: next[lane], temperature: form.temperature)),
        state: own.states[choice], logWeight: weights[lane] - own.logTwists[choice])
    }
    lanes.read(next, temperature: form.temperature)
  }

  /// One of the finished texts, drawn by their weights; where there is none yet and the writing was stopped,
  /// one of the beginnings.
  func choose(
    _ text: ([Int32]) -> String, using random: inout Xoshiro256
  ) throws(FormError) -> FormedText {
    var finished = finished
    let isWhole = !isStopped || finished.contains { $0.logWeight > -.infinity }
    if !isWhole {
      finished = particles.map {
        Finished(node: $0.node, logWeight: $0.logWeight, surprisalAfter: nil)
      }
    }
    let total = logSum(finished.map(\.logWeight))
    guard total > -.infinity else {
      throw .nothingFound(
        rules: form.request.ruleNames, particles: lanes.count, isBeam: false)
    }
    let shares = finished.map { exp($0.logWeight - total) }
    let fraction = Double(random.next() >> 11) * 0x1p-53
    var sum = 0.0
    var found = 0
    for (index, share) in shares.enumerated() where share > 0 {
      found = index
      sum += share
      if sum > fraction { break }
    }
    let chosen = finished[found]
    let symbols = tree.symbols(of: chosen.node)
    return FormedText(
      text: text(symbols), symbols: symbols, surprisal: tree.surprisal(of: chosen.node),
      surprisalAfter: chosen.surprisalAfter,
      effectiveSampleSize: 1 / shares.reduce(0) { $0 + $1 * $1 }, logProbability: total,
      isWhole: isWhole)
  }
}

extension FormWriter {
  /// Draws a text from the model's distribution given the form, as nearly as its particles can.
  ///
  /// The same model, form, particles and `random` give the same text.
  ///
  /// - Parameters:
  ///   - state: what the text goes on from.
  ///   - goesOn: asked before each character. Once it says no, the text is drawn from those that are
  ///     finished, or if there is none yet it is one of the beginnings, which `isWhole` tells.
  /// - Throws: `FormError.nothingFound`; `.deviceFailed`.
  public func text(
    _ form: PreparedForm, from state: TextState, using random: inout Xoshiro256,
    goesOn: () -> Bool = { true }
  ) throws(FormError) -> FormedText {
    lanes.begin(state.recurrent, logits: state.logits, temperature: form.temperature)
    var filter = ParticleFilter(form, alphabet, lanes)
    filter.run(using: &random) { isWorking && goesOn() }
    try checkDevice()
    return try filter.choose(text(of:), using: &random)
  }

  /// The same for one text.
  ///
  /// - Throws: `FormError`.
  public func text(
    _ request: FormRequest, from state: TextState, using random: inout Xoshiro256,
    goesOn: () -> Bool = { true }
  ) throws(FormError) -> FormedText {
    try text(prepare(request), from: state, using: &random, goesOn: goesOn)
  }
}
