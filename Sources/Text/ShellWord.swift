/// A word as a shell would take it, to be pasted.
package func shellQuoted(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
      || UInt8(ascii: "-")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "_")
  }
  if isPlain, !word.isEmpty { return word }
  guard word.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }
  // On one line, and nothing for a terminal to obey.
  var quoted = "$'"
  for scalar in word.unicodeScalars {
    switch scalar {
    case "'", "\\": quoted += "\\" + String(scalar)
    case "\0"..<" ", "\u{7F}":
      let digits = String(scalar.value, radix: 8)
      quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "'"
}

/// A path as a shell would take it, and a command not for an option.
package func shellQuoted(path: String) -> String {
  shellQuoted(path.hasPrefix("-") && path != "-" ? "./" + path : path)
}
