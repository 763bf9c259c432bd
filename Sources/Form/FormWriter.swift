import CPU
import Generation
import Glibc
import Recurrent
import Text

/// Writes texts that keep to a form.
///
///     var form = Form()
///     form.match = "[A-Z][a-z ,]+\\."
///     let writer = FormWriter(trained.model, vocabulary: trained.vocabulary, particles: 64)
///     let text = try writer.text(FormRequest(form, length: 80), from: generator.start(), using: &random)
///
/// A text t of the form, at most `length` characters long, has the weight π(t) = p(t) · e(t), p(t) being its
/// probability under the model. e(t) is that of the model then leaving the form: the sum over all characters
/// after which the form can no longer be kept to; 1 for a text of the full length. So a text that could end or
/// go on ends where the model itself would write what does not fit. Where a text must follow, e(t) is instead
/// the probability that it does.
///
/// `text` draws from π by a particle filter (Doucet, de Freitas and Gordon 2001; for language models Lew et al.
/// 2023), from π itself as the particles become many: for particles N the error falls as 1/N. `mostProbable`
/// looks for the largest π with a beam.
///
/// Not for several threads at a time.
public final class FormWriter {
  let vocabulary: Vocabulary
  let alphabet: FormAlphabet
  let lanes: FormLanes
  private let device: Device
  private let start: RecurrentState
  /// By letter: how frequent it is in the model's texts; empty until it has been needed.
  private var frequencies: [Double] = []
  /// Nil until they have been needed.
  private var freeTexts: FreeTexts?

  /// Texts that are written side by side.
  public var particles: Int { lanes.count }

  /// Particles for those who do not say how many.
  package static let usualParticles = 64
  /// Most particles, or the widest beam.
  public static let mostParticles = 65_536

  /// - Parameters:
  ///   - precision: what the device reads fastest in if nil.
  ///   - particles: N, texts that are written side by side, 1 to `mostParticles`; for `mostProbable` the
  ///     beam's width.
  public init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision? = nil, particles: Int,
    device: Device = .cpu()
  ) {
    precondition(vocabulary.count == model.configuration.vocabularySize)
    precondition((1...Self.mostParticles).contains(particles))
    self.vocabulary = vocabulary
    self.device = device
    alphabet = FormAlphabet(vocabulary)
    start = RecurrentState(model.configuration)
    lanes = FormLanes(
      model, precision: precision ?? device.precision(for: .reading), lanes: particles,
      device: device)
  }

  /// What a request comes to with this model: made once for many texts.
  ///
  /// - Throws: `FormError`, `FormError.impossible` among them.
  public func prepare(_ request: FormRequest) throws(FormError) -> PreparedForm {
    try request.validate()
    let rules = try request.form.rules(over: alphabet)
    let automaton = try FormAutomaton.possible(
      rules, letters: alphabet.scalars.count, length: request.length)
    let (following, unknown) = vocabulary.encode(request.following ?? "")
    if let scalar = unknown.first { throw .unknownCharacter(scalar) }
    let frequencies = measuredFrequencies()
    let endsAnywhere = request.following != nil
    let outlook: (any Outlook)? =
      FormOutlook(
        automaton, frequencies: frequencies, length: request.length, endsAnywhere: endsAnywhere)
      ?? RhymeOutlook(
        automaton, scheme: request.form.rhyme, frequencies: frequencies, alphabet: alphabet,
        length: request.length, endsAnywhere: endsAnywhere, texts: { writtenTexts() })
    return PreparedForm(
      request: request, automaton: automaton, outlook: outlook,
      following: request.following == nil ? nil : following)
  }

  /// By letter, of some free text that is always the same for a model, with a little for every letter.
  private func measuredFrequencies() -> [Double] {
    guard frequencies.isEmpty else { return frequencies }
    let letters = alphabet.symbols
    var sums = [Double](repeating: 0, count: letters.count)
    var random = Xoshiro256(seed: 1, stream: [0xF0])
    lanes.begin(
      start, logits: Array(repeating: 0, count: vocabulary.count), temperature: 1)
    var next = Array(repeating: openingSymbols(vocabulary)[0], count: lanes.count)
    for step in 0..<max(8, 512 / lanes.count) {
      lanes.read(next, temperature: 1)
      let expected = lanes.expectations()
      for lane in next.indices {
        var rest = Double(random.next() >> 11) * 0x1p-53
        for (letter, symbol) in letters.enumerated() {
          let probability = exp(Double(expected[lane, symbol]))
          if step > 0 { sums[letter] += probability }
          if rest >= 0 { next[lane] = symbol }
          rest -= probability
        }
      }
    }
    let total = sums.reduce(0, +)
    frequencies = sums.map { 0.98 * $0 / max(total, 1e-9) + 0.02 / Double(letters.count) }
    return frequencies
  }

  private func writtenTexts() -> FreeTexts? {
    if freeTexts == nil {
      freeTexts = FreeTexts(alphabet, lanes: lanes.count)
      freeTexts?.write(
        lanes, alphabet: alphabet, from: start, opening: openingSymbols(vocabulary)[0])
    }
    return freeTexts
  }

  var isWorking: Bool { device.backend.failure == nil }

  /// - Throws: `FormError.deviceFailed` where what the lanes expect counts for nothing.
  func checkDevice() throws(FormError) {
    if let failure = device.backend.failure { throw .deviceFailed(reason: failure.description) }
  }

  /// The text of symbols that were chosen from the alphabet.
  func text(of symbols: [Int32]) -> String {
    var text = String.UnicodeScalarView()
    for symbol in symbols { text.append(alphabet.scalars[Int(alphabet.letters[Int(symbol)])]) }
    return String(text)
  }
}

/// A request that is proved possible for a model's characters.
public final class PreparedForm {
  public let request: FormRequest
  let automaton: FormAutomaton
  /// Nil where texts are written without looking further ahead than a character.
  let outlook: (any Outlook)?
  /// In symbols.
  let following: [Int32]?

  init(
    request: FormRequest, automaton: FormAutomaton, outlook: (any Outlook)?,
    following: [Int32]?
  ) {
    self.request = request
    self.automaton = automaton
    self.outlook = outlook
    self.following = following
  }

  /// Whether every state of the form is known, so that no particle comes to a dead end.
  public var isExact: Bool { automaton.isComplete }

  var temperature: Float { Float(request.temperature) }
}
