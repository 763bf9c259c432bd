import CReadline
import Glibc

/// The file name meant by the rest of a command line, as file name completion writes it: blanks
/// around it go, then one pair of quotes (the closing one may be missing), and a leading `~` or
/// `~user` becomes the home directory.
package func fileName(fromArgument argument: String) -> String {
  let isBlank = { (character: Character) in character == " " || character == "\t" }
  var name = argument.drop(while: isBlank)
  while let last = name.last, isBlank(last) { name.removeLast() }
  if let quote = name.first, quote == "\"" || quote == "'" {
    name.removeFirst()
    if name.last == quote { name.removeLast() }
  }
  guard name.first == "~", let expanded = tilde_expand(String(name)) else { return String(name) }
  defer { free(expanded) }
  return String(cString: expanded)
}
