/// Bytes as text that may stand in a script of a page: five characters for four bytes, where Base64 has
/// five and a third.
///
/// A digit is the character so many after `(`, but for `<`, which could end the script: there `}` stands.
enum Base85 {
  /// - Precondition: the number of bytes is a multiple of four.
  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count % 4 == 0)
    return [UInt8](unsafeUninitializedCapacity: bytes.count / 4 * 5) { text, count in
      for word in 0..<bytes.count / 4 {
        // Little-endian, as the browser reads words.
        var value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * word + $1]) << (8 * $1) }
        for digit in (0..<5).reversed() {
          text[5 * word + digit] = character(UInt8(value % 85))
          value /= 85
        }
      }
      count = bytes.count / 4 * 5
    }
  }

  private static func character(_ digit: UInt8) -> UInt8 {
    digit == UInt8(ascii: "<") - UInt8(ascii: "(") ? UInt8(ascii: "}") : UInt8(ascii: "(") + digit
  }
}
