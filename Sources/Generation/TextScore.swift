#if canImport(Glibc)
  import Glibc
#endif

/// How well a model predicts a text.
///
/// A character here is a symbol of the model's vocabulary: a Unicode scalar, or a byte where the
/// vocabulary has bytes. The first one has nothing before it and is not scored.
public struct TextScore: Equatable, Sendable {
  /// Characters that were predicted.
  public var characters: Int
  /// Bytes of their UTF-8.
  public var bytes: Int
  /// The sum of their surprisal, in nats.
  public var nats: Double

  public init(characters: Int, bytes: Int, nats: Double) {
    self.characters = characters
    self.bytes = bytes
    self.nats = nats
  }

  public var natsPerCharacter: Double { nats / Double(characters) }
  public var bitsPerCharacter: Double { natsPerCharacter / log(2) }
  public var bitsPerByte: Double { nats / log(2) / Double(bytes) }
  /// The number of equally probable characters that would be as hard to predict.
  public var perplexity: Double { exp(natsPerCharacter) }
}
