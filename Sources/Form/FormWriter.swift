import CPU
import Generation
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
    alphabet = FormAlphabet(vocabulary)
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
    return PreparedForm(
      request: request, automaton: automaton,
      following: request.following == nil ? nil : following)
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
  /// In symbols.
  let following: [Int32]?

  init(request: FormRequest, automaton: FormAutomaton, following: [Int32]?) {
    self.request = request
    self.automaton = automaton
    self.following = following
  }

  /// Whether every state of the form is known, so that no particle comes to a dead end.
  public var isExact: Bool { automaton.isComplete }

  var temperature: Float { Float(request.temperature) }
}
