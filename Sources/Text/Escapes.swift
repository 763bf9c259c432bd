/// What a backslash and what follows it stand for where a person types characters that cannot be
/// typed: `\n`, `\t`, `\r`, `\"`, `\\` and `\u{…}`.
///
/// - Parameter rest: what follows the backslash; what is meant is taken.
/// - Returns: `nil` where nothing is meant.
package func takeEscape(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
  switch rest.popFirst() {
  case "n": return "\n"
  case "t": return "\t"
  case "r": return "\r"
  case "\"": return "\""
  case "\\": return "\\"
  case "u":
    guard rest.popFirst() == "{", let end = rest.firstIndex(of: "}") else { return nil }
    let digits = String(rest[..<end])
    rest = rest[rest.index(after: end)...]
    guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
    return UInt32(digits, radix: 16).flatMap { Unicode.Scalar($0) }
  default: return nil
  }
}

/// What must follow a backslash, to be said where something else does.
package let escapeRule = "after a backslash there must be n, t, r, u{…}, \" or another backslash"

/// A text in which backslashes stand for what cannot be typed; `nil` where one stands for nothing.
package func unescaped(_ text: String) -> String? {
  var result = String.UnicodeScalarView()
  var rest = text[...].unicodeScalars
  while let scalar = rest.popFirst() {
    guard scalar == "\\" else {
      result.append(scalar)
      continue
    }
    guard let meant = takeEscape(&rest) else { return nil }
    result.append(meant)
  }
  return String(result)
}

/// A text as a person would type it, who cannot type controls: what `unescaped` makes it of again.
package func escapedSpelling(of text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}
