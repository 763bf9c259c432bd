/// Paths as strings that lose no byte.
///
/// To the system a path is bytes, which need not be UTF-8, and a string of Swift is nothing else. So in
/// a path each byte that is no part of UTF-8 stands as a scalar of private use: U+10FE80 for byte 0x80
/// to U+10FEFF for byte 0xFF, after the manner of Python's PEP 383. Those very scalars, where a name
/// has them, are spelt byte by byte, too: different names are always different scalars, and each gives
/// its bytes back. Everything else stands for itself, so that paths are joined and parted as strings
/// are.
///
/// Bytes become a path where they come in: arguments, the environment, the entries of folders, lines
/// of a session. A path becomes bytes in the call to the system (`cPath`), in a word for the shell
/// (`shellQuoted(path:)`) and for a person (`printable(path:)`). In JSON it stays as it is.
extension String {
  /// The path of these bytes.
  ///
  /// - Complexity: O(bytes).
  package init(pathBytes bytes: some Collection<UInt8>) {
    if let path = String(validating: bytes, as: UTF8.self), !path.hasEscapedBytes {
      self = path
      return
    }
    var path = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var rest = bytes[...]
    while true {
      let count: Int
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        count = encoded.count
        if scalar.escapedByte == nil {
          path.append(scalar)
        } else {
          path.append(contentsOf: rest.prefix(count).compactMap(Unicode.Scalar.init(escaping:)))
        }
      case .error(let length):
        count = length
        path.append(contentsOf: rest.prefix(count).compactMap(Unicode.Scalar.init(escaping:)))
      case .emptyInput:
        self.init(path)
        return
      }
      rest = rest.dropFirst(count)
    }
  }

  /// The path that C has at an address.
  package init(cPath: UnsafePointer<CChar>) {
    var end = cPath
    while end.pointee != 0 { end += 1 }
    self.init(
      pathBytes: UnsafeRawBufferPointer(start: cPath, count: end - cPath))
  }

  /// The bytes of this path.
  package var pathBytes: [UInt8] {
    guard hasEscapedBytes else { return Array(utf8) }
    var bytes: [UInt8] = []
    for scalar in unicodeScalars {
      if let byte = scalar.escapedByte {
        bytes.append(byte)
      } else {
        bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    return bytes
  }

  /// The bytes of this path, ended by 0: what a call to the system takes.
  package var cPath: [CChar] {
    hasEscapedBytes ? pathBytes.map { CChar(bitPattern: $0) } + [0] : Array(utf8CString)
  }

  /// Whether some byte of this path is no part of UTF-8, or spelt as if it were none.
  private var hasEscapedBytes: Bool {
    // The first byte of any of the scalars, which few names have.
    utf8.contains(0xF4) && unicodeScalars.contains { $0.escapedByte != nil }
  }
}

extension Unicode.Scalar {
  private static let escapedBytes: UInt32 = 0x10_FE00

  /// What stands for a byte; bytes below 0x80 are UTF-8 anywhere.
  fileprivate init?(escaping byte: UInt8) {
    self.init(Self.escapedBytes + UInt32(byte))
  }

  /// The byte that this stands for in a path.
  package var escapedByte: UInt8? {
    guard value & ~0x7F == Self.escapedBytes | 0x80 else { return nil }
    return UInt8(value & 0xFF)
  }
}
