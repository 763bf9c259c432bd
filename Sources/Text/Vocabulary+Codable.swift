/// Why a list of scalars is no vocabulary.
///
/// There is no error for one too large: scalars in order of value, no two alike, are never more
/// than Unicode has.
public enum VocabularyError: Error, Equatable, Sendable {
  /// Neither scalars nor byte symbols.
  case empty
  /// A scalar is there twice.
  case duplicate(Unicode.Scalar)
  /// The scalar at `index` is smaller than the one before it.
  case outOfOrder(Unicode.Scalar, index: Int)
  /// A byte vocabulary that also lists scalars, or says that it has byte symbols.
  case bytesWithScalars
}

extension VocabularyError: CustomStringConvertible {
  /// One line: what is wrong, and where.
  public var description: String {
    switch self {
    case .empty:
      "the vocabulary is empty: it has no scalars and no byte symbols"
    case .duplicate(let scalar):
      "the vocabulary has \(Vocabulary.Symbol.scalar(scalar)) twice"
    case .outOfOrder(let scalar, let index):
      "the vocabulary is not in order of value: \(Vocabulary.Symbol.scalar(scalar)) at \(index)"
    case .bytesWithScalars:
      "a vocabulary of kind bytes has neither scalars nor byteFallback"
    }
  }
}

/// `{"kind":"bytes"}`, or `{"kind":"scalars","scalars":"…","byteFallback":false}` with all scalars
/// in order of value as one string.
extension Vocabulary: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, scalars, byteFallback
  }

  /// Writes the form above.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    guard kind == .scalars else { return }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    try container.encode(String(text), forKey: .scalars)
    try container.encode(hasByteSymbols, forKey: .byteFallback)
  }

  /// Reads the form above and accepts no other.
  ///
  /// - Throws: `DecodingError`; where the form is right and the content is not, its underlying
  ///   error is a `VocabularyError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    do {
      switch try container.decode(Kind.self, forKey: .kind) {
      case .bytes:
        guard !container.contains(.scalars), !container.contains(.byteFallback) else {
          throw VocabularyError.bytesWithScalars
        }
        self = .bytes
      case .scalars:
        let scalars = Array(try container.decode(String.self, forKey: .scalars).unicodeScalars)
        guard !scalars.isEmpty else { throw VocabularyError.empty }
        try self.init(
          scalars: scalars,
          byteFallback: try container.decode(Bool.self, forKey: .byteFallback))
      }
    } catch let error as VocabularyError {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: container.codingPath, debugDescription: error.description,
          underlyingError: error))
    }
  }
}
