/// A scalar read from UTF-8: its value and how many bytes it took, 1 to 4.
struct DecodedScalar {
  let value: UInt32
  let length: Int
}

/// Bytes that are no UTF-8, from `offset` on.
struct InvalidUTF8: Error {
  let offset: Int
}

/// Receives the scalars of a text, in order within a block of it.
protocol UTF8Sink: ~Copyable, SendableMetatype {
  /// How many symbols the scalars so far have come to.
  var symbolCount: Int { get }
  /// Eight ASCII scalars, the first in the lowest byte.
  mutating func ascii(_ word: UInt64)
  mutating func scalar(_ scalar: DecodedScalar)
}

/// Strict reading of UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing
/// above U+10FFFF.
enum UTF8Scan {
  /// The scalar that begins at `pointer`, or `nil` where none does within `available` bytes,
  /// of which there is at least one.
  @inline(__always)
  static func decode(_ pointer: UnsafeRawPointer, available: Int) -> DecodedScalar? {
    // A continuation byte with its top bit flipped is below 0x40; nothing else is.
    @inline(__always) func continuation(_ index: Int) -> UInt32 {
      UInt32(pointer.load(fromByteOffset: index, as: UInt8.self) ^ 0x80)
    }
    let lead = UInt32(pointer.load(as: UInt8.self))
    switch lead {
    case 0x00...0x7F:
      return DecodedScalar(value: lead, length: 1)
    case 0xC2...0xDF:
      guard available >= 2 else { return nil }
      let second = continuation(1)
      guard second < 0x40 else { return nil }
      return DecodedScalar(value: (lead & 0x1F) << 6 | second, length: 2)
    case 0xE0...0xEF:
      guard available >= 3 else { return nil }
      let (second, third) = (continuation(1), continuation(2))
      let value = (lead & 0x0F) << 12 | second << 6 | third
      guard second | third < 0x40, value >= 0x800, value >> 11 != 0xD800 >> 11 else { return nil }
      return DecodedScalar(value: value, length: 3)
    case 0xF0...0xF4:
      guard available >= 4 else { return nil }
      let (second, third, fourth) = (continuation(1), continuation(2), continuation(3))
      let value = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
      guard second | third | fourth < 0x40, value >= 0x10000, value <= 0x10FFFF else { return nil }
      return DecodedScalar(value: value, length: 4)
    default:
      return nil
    }
  }

  /// Walks `bytes` from `start`, where a scalar begins, and returns the offset reached.
  ///
  /// That is `stop`, or up to three bytes more: a scalar that straddles it is taken whole.
  @inline(__always)
  static func walk<Sink: UTF8Sink & ~Copyable>(
    _ bytes: UnsafeRawBufferPointer, from start: Int, to stop: Int, into sink: inout Sink
  ) throws(InvalidUTF8) -> Int {
    guard let base = bytes.baseAddress else { return start }
    var offset = start
    while offset < stop {
      while stop - offset >= 8 {
        let word = (base + offset).loadUnaligned(as: UInt64.self)
        guard word & 0x8080_8080_8080_8080 == 0 else { break }
        sink.ascii(UInt64(littleEndian: word))
        offset += 8
      }
      // Scalars one by one for a whole word's worth before ASCII is looked for again, so that
      // scripts of two and three bytes do not pay for the look at every scalar.
      let next = min(offset + 8, stop)
      while offset < next {
        guard let scalar = decode(base + offset, available: bytes.count - offset) else {
          throw InvalidUTF8(offset: offset)
        }
        sink.scalar(scalar)
        offset += scalar.length
      }
    }
    return offset
  }
}

/// How many of `bytes` are whole scalars of UTF-8 other than U+0000, counted from the first, where
/// a scalar begins; and whether the bytes after them may be the beginning of one more scalar, cut
/// off by the end of `bytes`.
package func plainTextPrefix(of bytes: UnsafeRawBufferPointer) -> (count: Int, isCut: Bool) {
  guard let base = bytes.baseAddress else { return (0, false) }
  let highBits: UInt64 = 0x8080_8080_8080_8080
  var offset = 0
  while true {
    while bytes.count - offset >= 8 {
      let word = (base + offset).loadUnaligned(as: UInt64.self)
      // Where no byte has its top bit, taking 1 from each sets one in those alone that are 0.
      guard (word | (word &- 0x0101_0101_0101_0101)) & highBits == 0 else { break }
      offset += 8
    }
    let next = min(offset + 8, bytes.count)
    guard offset < next else { return (offset, false) }
    while offset < next {
      guard let scalar = UTF8Scan.decode(base + offset, available: bytes.count - offset),
        scalar.value != 0
      else {
        var automaton = UTF8Automaton()
        let isCut =
          bytes[offset] != 0 && bytes[offset...].allSatisfy { automaton.consume($0) }
        return (offset, isCut)
      }
      offset += scalar.length
    }
  }
}
