/// XXH64 of a text given piece by piece (Yann Collet, <https://xxhash.com>), with seed 0.
///
/// Tells one text from another by all of its bytes at the speed of memory. It is no defence against
/// someone who makes two texts with the same hash on purpose.
package struct ContentHash {
  private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5
  )
  private static let stripe = 32

  /// Four running sums, each of every fourth word.
  private var sums = SIMD4<UInt64>(
    primes.0 &+ primes.1, primes.1, 0, 0 &- primes.0)
  /// What does not fill a stripe yet: always shorter than one.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0

  package init() {}

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var bytes = bytes
    if !rest.isEmpty {
      let taken = min(Self.stripe - rest.count, bytes.count)
      rest += bytes[..<taken]
      bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
      guard rest.count == Self.stripe else { return }
      rest.withUnsafeBytes { addStripes($0) }
      rest.removeAll(keepingCapacity: true)
    }
    let whole = bytes.count & ~(Self.stripe - 1)
    addStripes(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
    rest += bytes[whole...]
  }

  private mutating func addStripes(_ bytes: UnsafeRawBufferPointer) {
    // Locals, so that the loop keeps them in registers.
    var (a, b, c, d) = (sums[0], sums[1], sums[2], sums[3])
    for offset in stride(from: 0, to: bytes.count, by: Self.stripe) {
      a = Self.round(a, bytes.word(at: offset))
      b = Self.round(b, bytes.word(at: offset + 8))
      c = Self.round(c, bytes.word(at: offset + 16))
      d = Self.round(d, bytes.word(at: offset + 24))
    }
    sums = SIMD4(a, b, c, d)
  }

  /// The hash of all that was added.
  package var value: UInt64 {
    let primes = Self.primes
    var hash = primes.4
    if count >= UInt64(Self.stripe) {
      hash =
        rotated(sums[0], 1) &+ rotated(sums[1], 7) &+ rotated(sums[2], 12) &+ rotated(sums[3], 18)
      for index in 0..<4 {
        hash = (hash ^ Self.round(0, sums[index])) &* primes.0 &+ primes.3
      }
    }
    hash &+= count
    rest.withUnsafeBytes { rest in
      var offset = 0
      while offset + 8 <= rest.count {
        hash = rotated(hash ^ Self.round(0, rest.word(at: offset)), 27) &* primes.0 &+ primes.3
        offset += 8
      }
      if offset + 4 <= rest.count {
        let half = UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        hash = rotated(hash ^ UInt64(half) &* primes.0, 23) &* primes.1 &+ primes.2
        offset += 4
      }
      for byte in rest[offset...] {
        hash = rotated(hash ^ UInt64(byte) &* primes.4, 11) &* primes.0
      }
    }
    hash = (hash ^ hash >> 33) &* primes.1
    hash = (hash ^ hash >> 29) &* primes.2
    return hash ^ hash >> 32
  }

  @inline(__always)
  private static func round(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    rotated(sum &+ word &* primes.1, 31) &* primes.0
  }
}

@inline(__always)
private func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
  value << count | value >> (64 - count)
}

extension UnsafeRawBufferPointer {
  @inline(__always)
  fileprivate func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}

extension ContentHash {
  mutating func add(_ range: Range<Int>, of corpus: Corpus) {
    corpus.forEachPiece(of: range) { piece, range in add(piece.bytes(of: range)) }
  }
}

extension Corpus {
  /// XXH64 of all of the text, wherever its files begin and end: reads it, in constant memory.
  package func contentHash() -> UInt64 {
    var hash = ContentHash()
    for start in stride(from: 0, to: byteCount, by: hashWindow) {
      let window = start..<min(start + hashWindow, byteCount)
      hash.add(window, of: self)
      release(window)
    }
    return hash.value
  }
}

/// How much of the text a hash keeps resident.
private let hashWindow = 1 << 22
