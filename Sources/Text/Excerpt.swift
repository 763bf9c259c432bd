extension String {
  /// Control characters, but for line feed and tab, as the pictures that Unicode has for them: a
  /// terminal would obey them.
  package var withControlPictures: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x09: result.append(scalar)
      case 0x00...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case 0x7F: result.append("\u{2421}")
      case 0x80...0x9F: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// `text` on one line and not longer than `limit` scalars, its beginning cut off if `fromEnd`.
package func excerpt(_ text: some StringProtocol, limit: Int, fromEnd: Bool = false) -> String {
  let scalars = text.unicodeScalars
  let part =
    fromEnd ? Array(scalars.suffix(limit + 1)) : Array(scalars.prefix(limit + 1))
  var kept = String.UnicodeScalarView()
  kept.append(contentsOf: fromEnd ? part.suffix(limit) : part.prefix(limit))
  let shown = String(kept).withControlPictures
    .replacing("\n", with: "\u{23CE}").replacing("\t", with: " ")
  guard part.count > limit else { return shown }
  return fromEnd ? "…" + shown : shown + "…"
}
