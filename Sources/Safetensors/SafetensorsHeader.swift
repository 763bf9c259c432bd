/// What the header of a safetensors file says, read but not yet held against the file's data.
///
/// The header is JSON of one fixed form, and this reader knows that form only:
///
///     { "__metadata__": { string: string, … },
///       name: { "dtype": string, "shape": [n, …], "data_offsets": [n, n] }, … }
///
/// General JSON readers keep one of two entries of the same name, accept fractions where lengths
/// belong and recurse as deep as the input asks. Here the nesting is the grammar's own, nothing is
/// recursive, and the memory used is proportional to the header's length. Names that differ only
/// in Unicode normalisation count as the same, as they do for Swift's `String`.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let elementType: String
    let shape: [Int]
    let begin: Int
    let end: Int
  }

  private(set) var metadata: [String: String] = [:]
  /// In the order of the header, names distinct.
  private(set) var entries: [Entry] = []

  static let metadataName = "__metadata__"
  /// More dimensions than any program gives a tensor; NumPy and PyTorch stop at 64.
  static let dimensionLimit = 64
  /// More tensors, or metadata, than any model has: each costs some hundred bytes of memory.
  static let entryLimit = 100_000

  /// Reads the header from `bytes`, which begin at byte `offset` of the file at `path`.
  ///
  /// Complexity: O(*n*) in the length of the header.
  init(
    _ bytes: UnsafeRawBufferPointer, offset: Int, path: String
  ) throws(SafetensorsError) {
    var scanner = HeaderScanner(bytes: bytes, offset: offset, path: path)
    var names: Set<String> = []
    var hasMetadata = false

    try scanner.object { (scanner, name, position) throws(SafetensorsError) in
      if name == Self.metadataName {
        guard !hasMetadata else { throw scanner.duplicate(name, at: position) }
        hasMetadata = true
        try scanner.object { (scanner, key, position) throws(SafetensorsError) in
          let value = try scanner.string("a string")
          guard metadata.count < Self.entryLimit else {
            throw .headerTooLarge(path: path, reason: "has more than \(Self.entryLimit) keys")
          }
          guard metadata.updateValue(value, forKey: key) == nil else {
            throw scanner.duplicate(key, at: position)
          }
        }
      } else {
        guard names.insert(name).inserted else { throw scanner.duplicate(name, at: position) }
        guard entries.count < Self.entryLimit else {
          throw .headerTooLarge(path: path, reason: "has more than \(Self.entryLimit) tensors")
        }
        entries.append(try Self.entry(name, &scanner))
      }
    }
    try scanner.expectEnd()
  }

  private static func entry(
    _ name: String, _ scanner: inout HeaderScanner
  ) throws(SafetensorsError) -> Entry {
    var elementType: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (scanner, key, position) throws(SafetensorsError) in
      switch key {
      case "dtype" where elementType == nil:
        elementType = try scanner.string("an element type")
      case "shape" where shape == nil:
        shape = try scanner.numbers(atMost: dimensionLimit)
      case "data_offsets" where offsets == nil:
        offsets = try scanner.numbers(atMost: 2)
      case "dtype", "shape", "data_offsets":
        throw scanner.duplicate(key, at: position)
      default:
        throw scanner.failure("dtype, shape or data_offsets", at: position)
      }
    }
    guard let elementType, let shape, let offsets, offsets.count == 2 else {
      throw scanner.failure("a dtype, a shape and two data_offsets before the end")
    }
    return Entry(
      name: name, elementType: elementType, shape: shape, begin: offsets[0], end: offsets[1])
  }
}

/// A position in the header, and the pieces of JSON that can stand there.
private struct HeaderScanner {
  let bytes: UnsafeRawBufferPointer
  let offset: Int
  let path: String
  /// Never beyond `bytes.count`.
  private var position = 0

  init(bytes: UnsafeRawBufferPointer, offset: Int, path: String) {
    self.bytes = bytes
    self.offset = offset
    self.path = path
  }

  func failure(_ expected: String, at position: Int? = nil) -> SafetensorsError {
    .malformedHeader(
      path: path, byte: offset + (position ?? self.position), expected: expected)
  }

  func duplicate(_ name: String, at position: Int) -> SafetensorsError {
    .duplicateName(path: path, byte: offset + position, name: name)
  }

  /// Reads `{ name: value, … }`, leaving each value to `member`, which is given the name and where
  /// it stood.
  mutating func object(
    _ member: (inout HeaderScanner, String, Int) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{", "'{'")
    if skip("}") { return }
    repeat {
      skipSpace()
      let start = position
      let name = try string("a name")
      try expect(":", "':'")
      try member(&self, name, start)
    } while skip(",")
    try expect("}", "',' or '}'")
  }

  /// Reads `[n, …]`: whole numbers that are not negative.
  mutating func numbers(atMost limit: Int) throws(SafetensorsError) -> [Int] {
    try expect("[", "'['")
    var result: [Int] = []
    if skip("]") { return result }
    repeat {
      guard result.count < limit else { throw failure("at most \(limit) numbers") }
      result.append(try number())
    } while skip(",")
    try expect("]", "',' or ']'")
    return result
  }

  private mutating func number() throws(SafetensorsError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let digit = peek().flatMap({ $0 &- 0x30 < 10 ? Int($0 - 0x30) : nil }) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw failure("a number below 2^63", at: start) }
      value = sum
      position += 1
    }
    let hasLeadingZero = position > start + 1 && bytes[start] == UInt8(ascii: "0")
    let continues = peek().map { ".eE+-".utf8.contains($0) } ?? false
    guard position > start, !hasLeadingZero, !continues else {
      throw failure("a whole number that is not negative", at: start)
    }
    return value
  }

  mutating func string(_ expected: String) throws(SafetensorsError) -> String {
    try expect("\"", expected)
    let start = position
    var content: [UInt8] = []
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("an escaped control character") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: String(Character(try escape())).utf8)
      } else {
        content.append(byte)
      }
    }
    guard position < bytes.count else { throw failure("the end of a string") }
    position += 1
    guard let result = String(validating: content, as: UTF8.self) else {
      throw failure("a string of valid UTF-8", at: start)
    }
    return result
  }

  /// Reads what follows a backslash.
  private mutating func escape() throws(SafetensorsError) -> Unicode.Scalar {
    let start = position - 1
    guard let byte = peek() else { throw failure("an escape sequence", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = hexadecimal() else { throw failure("four hexadecimal digits", at: start) }
      if let scalar = Unicode.Scalar(high) { return scalar }
      // A scalar beyond U+FFFF is two escapes, U+D800…DBFF and then U+DC00…DFFF.
      guard high < 0xDC00, take("\\"), take("u"), let low = hexadecimal(),
        0xDC00...0xDFFF ~= low,
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw failure("a pair of surrogates", at: start) }
      return scalar
    default:
      throw failure("an escape sequence", at: start)
    }
  }

  private mutating func hexadecimal() -> UInt32? {
    guard bytes.count - position >= 4 else { return nil }
    var value: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  mutating func expectEnd() throws(SafetensorsError) {
    skipSpace()
    guard position == bytes.count else { throw failure("spaces up to the end of the header") }
  }

  private mutating func expect(
    _ scalar: Unicode.Scalar, _ expected: String
  ) throws(SafetensorsError) {
    guard skip(scalar) else { throw failure(expected) }
  }

  /// Steps over white space, and over `scalar` where it follows.
  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    return take(scalar)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || 0x09...0x0A ~= byte || byte == 0x0D {
      position += 1
    }
  }

  private func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }
}
