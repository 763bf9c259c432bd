/// A field of CSV, in quotes where it needs them.
package func csvField(_ text: String) -> String {
  // By scalars: CR LF is one Character, and so is a quote with an accent.
  let scalars = text.unicodeScalars
  guard scalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return text }
  return "\"" + scalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}
