/// A text that keeps to a form, and how it was found.
public struct FormedText: Equatable, Sendable {
  /// What was written, without prompt and without what follows it.
  public var text: String
  /// The same in the model's symbols.
  public var symbols: [Int32]
  /// The sum of the symbols' surprisal in nats, under the model's own distribution.
  public var surprisal: Double
  /// The surprisal of what must follow, in nats; nil where nothing must.
  public var surprisalAfter: Double?
  /// Of the weighted texts that this one was drawn from: (Σw)² / Σw² (Kong, Liu and Wong 1994); nil for a
  /// beam's.
  public var effectiveSampleSize: Double?
  /// The natural logarithm of the estimated probability that a free text of the model keeps to the form as
  /// this one does; of a beam's text, of its own.
  public var logProbability: Double

  /// Whether it keeps to the form. One that was stopped on its way is only the beginning of a text.
  public var isWhole = true

  /// Characters written.
  public var characters: Int { symbols.count }
  /// Nats a character.
  public var meanSurprisal: Double { symbols.isEmpty ? 0 : surprisal / Double(symbols.count) }
}
