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

/// `scalar` as one that can be seen and does nothing to a terminal.
package func picture(of scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\n": "\u{23CE}"
  case "\t": "\u{2409}"
  default: String(scalar).withControlPictures
  }
}
