/// Whether JSON is nested no more than 64 deep: a parser's stack is finite.
///
/// What is no JSON at all may be either.
package func isShallowJSON(_ json: [UInt8]) -> Bool {
  var depth = 0
  var isString = false
  var isEscaped = false
  for byte in json {
    switch byte {
    case _ where isEscaped: isEscaped = false
    case UInt8(ascii: "\\"): isEscaped = isString
    case UInt8(ascii: "\""): isString.toggle()
    case UInt8(ascii: "["), UInt8(ascii: "{"): if !isString { depth += 1 }
    case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isString { depth -= 1 }
    default: break
    }
    if depth > 64 { return false }
  }
  return true
}
