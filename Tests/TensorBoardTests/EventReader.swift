import Foundation

/// Reads files of events bit by bit, in another way than they are written.
struct EventReader {
  struct Damage: Error {}

  /// The events of a file, each by its fields. Checks lengths and checksums.
  static func events(_ bytes: [UInt8]) throws -> [Fields] {
    var rest = bytes[...]
    func take(_ count: Int) throws -> [UInt8] {
      guard rest.count >= count else { throw Damage() }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    var events: [Fields] = []
    while !rest.isEmpty {
      let length = try take(8)
      guard try number(take(4)) == UInt64(masked(length)) else { throw Damage() }
      let event = try take(Int(number(length)))
      guard try number(take(4)) == UInt64(masked(event)) else { throw Damage() }
      events.append(try Fields(event))
    }
    return events
  }

  static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// CRC-32C by polynomial division of the bits, masked.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (remainder ^ UInt32(byte >> UInt8(bit))) & 1 == 1
        remainder = remainder >> 1 ^ (isOdd ? 0x82F6_3B78 : 0)
      }
    }
    let crc = ~remainder
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  /// A message of Protocol Buffers.
  struct Fields {
    private(set) var numbers: [Int: UInt64] = [:]
    private(set) var contents: [Int: [UInt8]] = [:]

    init(_ bytes: [UInt8]) throws {
      var rest = bytes[...]
      func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
          guard let byte = rest.popFirst() else { throw Damage() }
          value |= UInt64(byte & 0x7F) << shift
          if byte < 0x80 { return value }
        }
        throw Damage()
      }
      while !rest.isEmpty {
        let key = try varint()
        let field = Int(key >> 3)
        switch key & 7 {
        case 0: numbers[field] = try varint()
        case 1, 5:
          let count = key & 7 == 1 ? 8 : 4
          guard rest.count >= count else { throw Damage() }
          numbers[field] = number(rest.prefix(count))
          rest = rest.dropFirst(count)
        case 2:
          let count = Int(try varint())
          guard rest.count >= count else { throw Damage() }
          contents[field] = Array(rest.prefix(count))
          rest = rest.dropFirst(count)
        default: throw Damage()
        }
      }
    }

    func message(_ field: Int) throws -> Fields {
      guard let content = contents[field] else { throw Damage() }
      return try Fields(content)
    }

    func text(_ field: Int) -> String? {
      contents[field].map { String(decoding: $0, as: UTF8.self) }
    }

    func double(_ field: Int) -> Double? { numbers[field].map { Double(bitPattern: $0) } }

    func float(_ field: Int) -> Float? {
      numbers[field].map { Float(bitPattern: UInt32($0)) }
    }

    func doubles(_ field: Int) -> [Double] {
      let bytes = contents[field] ?? []
      return stride(from: 0, to: bytes.count, by: 8).map {
        Double(bitPattern: number(bytes[$0..<$0 + 8]))
      }
    }
  }
}
