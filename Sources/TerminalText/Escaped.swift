/// `text` in quotes, with escapes for what would break the line or the quotes.
package func escaped(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    default: result += String(scalar).withControlPictures
    }
  }
  return result + "\""
}
