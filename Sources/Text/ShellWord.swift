import Paths

/// A word as a shell would take it, to be pasted.
package func shellQuoted(_ word: String) -> String {
  shellQuoted(bytesOf: String(pathBytes: word.utf8))
}

/// A path as a shell would take it, and a command not for an option.
package func shellQuoted(path: String) -> String {
  shellQuoted(bytesOf: path.utf8.first == UInt8(ascii: "-") && path != "-" ? "./" + path : path)
}

/// A word whose bytes a path has.
private func shellQuoted(bytesOf path: String) -> String {
  let isPlain = path.utf8.allSatisfy {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
      || UInt8(ascii: "-")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "_")
  }
  if isPlain, !path.isEmpty { return path }
  guard path.unicodeScalars.contains(where: { !canBePasted($0) }) else {
    return path.unicodeScalars.reduce(into: "'") { $0 += $1 == "'" ? "'\\''" : String($1) } + "'"
  }
  // On one line, and nothing for a terminal to obey.
  var quoted = "$'"
  for scalar in path.unicodeScalars {
    if scalar == "'" || scalar == "\\" {
      quoted += "\\" + String(scalar)
    } else if canBePasted(scalar) {
      quoted.unicodeScalars.append(scalar)
    } else {
      for byte in String(scalar).pathBytes {
        let digits = String(byte, radix: 8)
        quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
  }
  return quoted + "'"
}

/// Whether a scalar is one of a text, and neither for a terminal to obey nor a byte that is no UTF-8.
private func canBePasted(_ scalar: Unicode.Scalar) -> Bool {
  guard scalar.escapedByte == nil else { return false }
  return switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator: false
  default: true
  }
}
