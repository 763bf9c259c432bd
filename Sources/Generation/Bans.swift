import Patterns

/// Phrases that are not to be written.
///
///     let options = WritingOptions(length: 200, bans: ["the cat", "\n\n"])
///
/// Regular expressions, as `Pattern` describes them, ban whatever they match:
///
///     Bans(["Tom"], patterns: ["[0-9]{4}", "(very ){2}"])
///
/// Phrases are compared scalar by scalar, without Unicode normalisation. One with a character that
/// the model does not know never comes up, and does no harm.
public struct Bans: Codable, Equatable, Sendable {
  /// Each of one character or more.
  public var phrases: [String]
  /// Regular expressions, none of which matches the empty text.
  public var patterns: [String]
  /// Whether upper and lower case are the same, character by character: "ß" is "ẞ", not "SS".
  public var ignoresCase: Bool

  public init(_ phrases: [String] = [], patterns: [String] = [], ignoresCase: Bool = false) {
    self.phrases = phrases
    self.patterns = patterns
    self.ignoresCase = ignoresCase
  }

  /// Bans that were kept before there were patterns have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    phrases = try container.decode([String].self, forKey: .phrases)
    patterns = try container.decodeIfPresent([String].self, forKey: .patterns) ?? []
    ignoresCase = try container.decode(Bool.self, forKey: .ignoresCase)
  }

  /// Takes a phrase, or a pattern where it stands between slashes: `/[0-9]+/`.
  ///
  /// - Parameter phrase: what a phrase means as it is spelt, where backslashes stand for characters.
  package mutating func add(
    _ spelling: String, phrase: (String) throws -> String
  ) rethrows {
    if let pattern = Self.pattern(spelling) {
      Self.append(pattern, to: &patterns)
    } else {
      Self.append(try phrase(spelling), to: &phrases)
    }
  }

  /// Takes a text that is not among others. Strings of other scalars may be equal, and are another ban.
  package static func append(_ text: String, to texts: inout [String]) {
    let isKnown = texts.contains { $0.unicodeScalars.elementsEqual(text.unicodeScalars) }
    if !isKnown { texts.append(text) }
  }

  /// What stands between slashes; nil where it is a phrase.
  package static func pattern(_ spelling: String) -> String? {
    let scalars = spelling.unicodeScalars
    guard scalars.count > 2, scalars.first == "/", scalars.last == "/" else { return nil }
    return String(scalars.dropFirst().dropLast())
  }

  /// Patterns between slashes.
  package var patternSpellings: [String] { patterns.map { "/\($0)/" } }

  public var isEmpty: Bool { phrases.isEmpty && patterns.isEmpty }

  /// - Throws: `BansError` where a phrase is empty, or a pattern no regular expression or one that
  ///   matches the empty text.
  public func validate() throws(BansError) {
    for (index, phrase) in phrases.enumerated() where phrase.isEmpty {
      throw .empty(index: index)
    }
    for pattern in patterns { _ = try PatternBan(pattern, ignoresCase: ignoresCase) }
  }
}

extension Bans: ExpressibleByArrayLiteral {
  public init(arrayLiteral phrases: String...) { self.init(phrases) }
}

/// Bans that cannot be kept to.
public enum BansError: Error, Equatable, Sendable {
  /// The phrase at `index` of those given is empty.
  case empty(index: Int)
  /// No regular expression, or one that is too much.
  case pattern(PatternError)
  /// A pattern that every text contains, as it matches the empty one.
  case matchesNothing(pattern: String)
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
    case .pattern(let error):
      error.description
    case .matchesNothing(let pattern):
      "the banned pattern \(pattern) matches the empty text, which is everywhere; "
        + "let it need at least one character"
    case .nothingLeft(0):
      "the bans leave nothing to write: every character that the model knows would complete one; "
        + "ban less"
    case .nothingLeft(let most):
      "the bans leave nothing to write after \(most) character\(most == 1 ? "" : "s"); "
        + "ban less, or ask for no more than that"
    }
  }
}
