/// `prompt` with its colour sequences (`ESC [ … letter`) marked as taking no columns.
///
/// Readline's marks are U+0001 before and U+0002 after. A prompt that holds some already is left as
/// it is.
func markingInvisibleParts(of prompt: String) -> String {
  guard !prompt.unicodeScalars.contains("\u{1}") else { return prompt }
  var marked = String.UnicodeScalarView()
  var rest = Substring(prompt).unicodeScalars
  while let escape = rest.firstIndex(of: "\u{1B}") {
    marked.append(contentsOf: rest[..<escape])
    let sequence = rest[escape...]
    let body = sequence.dropFirst()
    guard body.first == "[",
      let final = body.dropFirst().firstIndex(where: { "\u{40}"..."\u{7E}" ~= $0 })
    else {
      marked.append(contentsOf: sequence)
      return String(marked)
    }
    marked.append("\u{1}")
    marked.append(contentsOf: rest[escape...final])
    marked.append("\u{2}")
    rest = rest[rest.index(after: final)...]
  }
  marked.append(contentsOf: rest)
  return String(marked)
}
