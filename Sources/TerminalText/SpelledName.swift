/// A file's name as text: bytes that are no UTF-8 stand as `\xE9`.
///
/// For messages and the names of classes; the name cannot be opened by it.
package func spelledName(_ bytes: some Collection<UInt8>) -> String {
  var result = ""
  var parser = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var rest = bytes[...]
  while true {
    switch parser.parseScalar(from: &iterator) {
    case .valid(let scalar):
      result.unicodeScalars.append(Unicode.UTF8.decode(scalar))
      rest = rest.dropFirst(scalar.count)
    case .error(let length):
      for byte in rest.prefix(length) {
        result += "\\x" + String(byte, radix: 16, uppercase: true)
      }
      rest = rest.dropFirst(length)
    case .emptyInput:
      return result
    }
  }
}
