/// Watches a stream of text for strings at which it is to end.
///
/// Text is passed on as soon as it cannot be part of a stop string any more; of a stop string
/// nothing is. Texts are compared byte by byte, without Unicode normalisation. To watch another
/// text, start from a copy of the fresh value.
///
///     var stops = try StopStrings(["\n\n"])
///     output += stops.append("one\n".utf8)   // "one"
///     output += stops.append("two\n".utf8)   // "\ntwo"
///     output += stops.append("\n".utf8)      // ""
///     stops.found                            // "\n\n"
public struct StopStrings: Sendable {
  private var matchers: [PrefixMatcher]

  /// The end of the text so far, as long as the longest beginning of a stop string it could be.
  private var held: [UInt8] = []

  /// The stop string that ended the text, once there is one.
  ///
  /// It is the one that was complete first, and the longest of those that were complete at the
  /// same byte.
  public private(set) var found: String?

  /// Creates the watch for `stops`; with none, all text passes.
  ///
  /// - Throws: `StopStringsError` if one of them is empty.
  public init(_ stops: [String]) throws(StopStringsError) {
    for (index, stop) in stops.enumerated() where stop.isEmpty {
      throw .empty(index: index)
    }
    matchers = stops.map(PrefixMatcher.init)
  }

  /// Whether there are none, and all text passes.
  var isEmpty: Bool { matchers.isEmpty }

  /// Takes the next bytes of the text and returns those that may be shown.
  ///
  /// O(bytes · stops).
  /// Where `bytes` are whole Unicode scalars in UTF-8, so are the returned ones. After a stop
  /// string was found nothing is taken or returned any more.
  public mutating func append(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    guard found == nil else { return [] }
    for byte in bytes {
      held.append(byte)
      if let stop = advance(byte) {
        found = stop
        defer { held = [] }
        return Array(held.dropLast(stop.utf8.count))
      }
    }
    let heldCount = matchers.reduce(0) { max($0, $1.matched) }
    let released = Array(held.dropLast(heldCount))
    held.removeFirst(released.count)
    return released
  }

  /// Ends the text: returns what was held back because a stop string could have followed.
  public mutating func finish() -> [UInt8] {
    defer { held = [] }
    return held
  }

  /// Advances every matcher by `byte`, and returns the longest stop string complete with it.
  private mutating func advance(_ byte: UInt8) -> String? {
    var longest: PrefixMatcher?
    for index in matchers.indices {
      matchers[index].advance(byte)
      let matcher = matchers[index]
      if matcher.isComplete, matcher.matched > longest?.matched ?? 0 { longest = matcher }
    }
    return longest?.stop
  }
}

/// An empty stop string, which would end every text before its first character.
public enum StopStringsError: Error, Equatable, Sendable {
  /// The stop string at `index` of those given is empty.
  case empty(index: Int)
}

extension StopStringsError: CustomStringConvertible {
  /// One line that says which stop string it is.
  public var description: String {
    switch self {
    case .empty(let index):
      "stop string \(index + 1) is empty; a stop string needs at least one character"
    }
  }
}

/// How much of one stop string a text ends with (Knuth, Morris and Pratt 1977).
private struct PrefixMatcher: Sendable {
  let stop: String
  private let pattern: [UInt8]

  /// For each length of matched prefix, from 1: the length of the longest shorter prefix that it
  /// ends with.
  private let fallback: [Int]

  /// The length in bytes of the longest prefix of `stop` that the text ends with.
  private(set) var matched = 0

  /// - Precondition: `stop` is not empty.
  init(_ stop: String) {
    self.stop = stop
    let pattern = Array(stop.utf8)
    var fallback = [0]
    var matched = 0
    for byte in pattern.dropFirst() {
      while matched > 0, pattern[matched] != byte { matched = fallback[matched - 1] }
      if pattern[matched] == byte { matched += 1 }
      fallback.append(matched)
    }
    self.pattern = pattern
    self.fallback = fallback
  }

  var isComplete: Bool { matched == pattern.count }

  /// - Precondition: the match is not complete.
  mutating func advance(_ byte: UInt8) {
    while matched > 0, pattern[matched] != byte { matched = fallback[matched - 1] }
    if pattern[matched] == byte { matched += 1 }
  }
}
