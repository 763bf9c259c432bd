import Foundation
import Text

/// SplitMix64 (Steele, Lea and Flood 2014): the same texts in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// What an encoded text must hold, the slow and plain way.
func naiveSymbols(_ text: String, _ vocabulary: Vocabulary) -> [Int32] {
  text.unicodeScalars.flatMap { scalar -> [Int32] in
    if let index = vocabulary.scalars.firstIndex(of: scalar) { return [Int32(index)] }
    guard vocabulary.hasByteSymbols else { return [] }
    return String(scalar).utf8.map { Int32(vocabulary.scalars.count) + Int32($0) }
  }
}

extension EncodedText.Cursor {
  mutating func read(_ count: Int) -> [Int32] {
    var symbols = [Int32](repeating: -7, count: count)
    symbols.withUnsafeMutableBufferPointer { read(count, into: $0) }
    return symbols
  }
}

/// A text of `count` scalars drawn from `alphabet`.
func randomText(
  _ count: Int, from alphabet: String, using generator: inout SeededGenerator
) -> String {
  let scalars = Array(alphabet.unicodeScalars)
  var text = String.UnicodeScalarView()
  for _ in 0..<count {
    text.append(scalars[Int.random(in: 0..<scalars.count, using: &generator)])
  }
  return String(text)
}

/// Scripts of one to four bytes a scalar, and what goes wrong with characters.
let mixedAlphabet = "ab \r\n\u{0}e\u{301}é\u{FEFF}မြန်မာစာ語🙂👩\u{200D}🚀\u{10FFFF}"
