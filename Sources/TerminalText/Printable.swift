/// The text on one line, safe to print on a terminal.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += scalar.escaped(asASCII: true)
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A name from a file or for one, as errors print it: shortened, in quotes.
package func quoted(_ name: String) -> String {
  let limit = 80
  let shown = String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit)))
  return "'" + printable(shown) + (shown.utf8.count < name.utf8.count ? "…" : "") + "'"
}
