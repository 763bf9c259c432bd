/// Something that can be said of every character of a text, as a number from 0 to 255.
///
/// A feature says what is so once a character has been read, which is when cells are looked at.
package enum TextFeature: String, CaseIterable, Sendable {
  case quotes = "inside quotes"
  case brackets = "depth of brackets"
  case linePosition = "distance to last newline"
  case lineRest = "characters left in line"
  case wordPosition = "position in word"
  case wordEnd = "last letter of a word"
  case lineStart = "first character of a line"
  case newline = "newline"
  case blankLine = "blank line"
  case capital = "capital letter"
  case capitals = "word in capitals"
  case digit = "digit"
  case space = "blank"
  case punctuation = "punctuation"
  case speaker = "speaker name"
  case indentation = "depth of indentation"

  /// Quotes and brackets that nobody closes end after so many characters.
  package static let longestEnclosure = 1000
  /// A speaker's name is at most so long.
  package static let longestName = 40
}

/// The features of each character of a passage.
struct FeatureReader {
  private let text: [Unicode.Scalar]
  private let newline: Unicode.Scalar = "\n"

  init(_ text: [Unicode.Scalar]) { self.text = text }

  func values(of feature: TextFeature) -> [UInt8] {
    switch feature {
    case .quotes: quotes()
    case .brackets: brackets()
    case .linePosition: distance { $0 == newline }
    case .lineRest: lineRest()
    case .wordPosition: run { $0.isLetter }
    case .wordEnd:
      flags { $0.isLetter && $1 + 1 < text.count && !text[$1 + 1].isLetter }
    case .lineStart: flags { $0 != newline && $1 > 0 && text[$1 - 1] == newline }
    case .newline: flags { scalar, _ in scalar == newline }
    case .blankLine: flags { $0 == newline && $1 > 0 && text[$1 - 1] == newline }
    case .capital: flags { scalar, _ in scalar.properties.isUppercase }
    case .capitals:
      flags { $0.properties.isUppercase && $1 > 0 && text[$1 - 1].properties.isUppercase }
    case .digit: flags { scalar, _ in scalar.properties.numericType == .decimal }
    case .space: flags { scalar, _ in scalar == " " || scalar == "\t" }
    case .punctuation: flags { scalar, _ in scalar.isPunctuation }
    case .speaker: speakers()
    case .indentation: indentation()
    }
  }

  private func flags(_ isSo: (Unicode.Scalar, Int) -> Bool) -> [UInt8] {
    text.indices.map { isSo(text[$0], $0) ? 1 : 0 }
  }

  /// How many characters after the last for which `isMark` holds; from the passage's beginning on
  /// until there is one.
  private func distance(_ isMark: (Unicode.Scalar) -> Bool) -> [UInt8] {
    var count = 0
    return text.map { scalar in
      count = isMark(scalar) ? 0 : min(count + 1, 255)
      return UInt8(count)
    }
  }

  /// The how many-th of a row of characters for which `belongs` holds, 0 for others.
  private func run(_ belongs: (Unicode.Scalar) -> Bool) -> [UInt8] { distance { !belongs($0) } }

  private func lineRest() -> [UInt8] {
    var values = text.map { _ in UInt8(255) }
    var rest = 255
    for index in text.indices.reversed() {
      values[index] = UInt8(rest)
      rest = text[index] == newline ? 0 : min(rest + 1, 255)
    }
    return values
  }

  private func quotes() -> [UInt8] {
    var isInside = false
    var length = 0
    return text.map { scalar in
      switch scalar {
      case "\"": isInside.toggle()
      case "“", "„", "«": isInside = true
      case "”", "»": isInside = false
      default: break
      }
      length = isInside ? length + 1 : 0
      if length > TextFeature.longestEnclosure { isInside = false }
      return isInside ? 1 : 0
    }
  }

  private func brackets() -> [UInt8] {
    var depth = 0
    var length = 0
    return text.map { scalar in
      switch scalar {
      case "(", "[", "{": (depth, length) = (min(depth + 1, 255), 0)
      case ")", "]", "}": (depth, length) = (max(depth - 1, 0), 0)
      default: length += 1
      }
      if length > TextFeature.longestEnclosure { depth = 0 }
      return UInt8(depth)
    }
  }

  /// A line such as `First Citizen:`, at the beginning or after a blank line.
  private func speakers() -> [UInt8] {
    var values = text.map { _ in UInt8(0) }
    var start = 0
    while start < text.count {
      let limit = min(start + TextFeature.longestName + 2, text.count)
      let end = text[start..<limit].firstIndex(of: newline)
      let isAfterBlank = start == 0 || start > 1 && text[start - 2] == newline
      if let end, end > start + 1, isAfterBlank, text[end - 1] == ":",
        text[start].properties.isUppercase
      {
        for index in start..<end { values[index] = 1 }
      }
      guard let next = text[start...].firstIndex(of: newline) else { break }
      start = next + 1
    }
    return values
  }

  /// Blanks and tabs at the beginning of the line so far.
  private func indentation() -> [UInt8] {
    var depth = 0
    var isLeading = true
    return text.map { scalar in
      if scalar == newline {
        (depth, isLeading) = (0, true)
      } else if isLeading, scalar == " " || scalar == "\t" {
        depth = min(depth + 1, 255)
      } else {
        isLeading = false
      }
      return UInt8(depth)
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool { properties.isAlphabetic || self == "'" || self == "’" }

  fileprivate var isPunctuation: Bool {
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }
}
