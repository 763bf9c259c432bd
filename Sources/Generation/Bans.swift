/// Phrases that are not to be written.
///
///     let options = WritingOptions(length: 200, bans: ["the cat", "\n\n"])
///
/// Phrases are compared scalar by scalar, without Unicode normalisation. One with a character that
/// the model does not know never comes up, and does no harm.
public struct Bans: Codable, Equatable, Sendable {
  /// Each of one character or more.
  public var phrases: [String]
  /// Whether upper and lower case are the same, character by character: "ß" is "ẞ", not "SS".
  public var ignoresCase: Bool

  public init(_ phrases: [String] = [], ignoresCase: Bool = false) {
    self.phrases = phrases
    self.ignoresCase = ignoresCase
  }

  /// - Throws: `BansError` where a phrase is empty.
  public func validate() throws(BansError) {
    for (index, phrase) in phrases.enumerated() where phrase.isEmpty {
      throw .empty(index: index)
    }
  }
}

extension Bans: ExpressibleByArrayLiteral {
  public init(arrayLiteral phrases: String...) { self.init(phrases) }
}

/// Bans that cannot be kept to.
public enum BansError: Error, Equatable, Sendable {
  /// The phrase at `index` of those given is empty.
  case empty(index: Int)
  /// Every text longer than `most` characters after this prompt would contain a phrase, and a longer
  /// one was asked for.
  case nothingLeft(most: Int)
}

extension BansError: CustomStringConvertible {
  /// One line: what is wrong, and what to do.
  public var description: String {
    switch self {
    case .empty(let index):
      "ban \(index + 1) is empty; a ban needs at least one character"
    case .nothingLeft(0):
      "the bans leave nothing to write: every character that the model knows would complete one; "
        + "ban less"
    case .nothingLeft(let most):
      "the bans leave nothing to write after \(most) character\(most == 1 ? "" : "s"); "
        + "ban less, or ask for no more than that"
    }
  }
}
