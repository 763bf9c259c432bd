import CReadline
import Glibc
import Paths

/// The path meant by the rest of a command line, as file name completion writes it: blanks and line
/// ends around it go, then one pair of quotes (the closing one may be missing), and a leading `~` or
/// `~user` becomes the home directory.
///
/// - Parameter argument: bytes that are no UTF-8 stand in it as in a path.
package func fileName(fromArgument argument: String) -> String {
  // By bytes: to Swift, a blank and a combining mark behind it are one character.
  var name = argument.utf8.drop(while: isBlank)
  while let last = name.last, isBlank(last) { name.removeLast() }
  if let quote = name.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
    name.removeFirst()
    if name.last == quote { name.removeLast() }
  }
  let path = String(Substring(name))
  guard name.first == UInt8(ascii: "~"), let expanded = tilde_expand(path.cPath) else {
    return path
  }
  defer { free(expanded) }
  return String(cPath: expanded)
}

private func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
