/// All passages of so many characters that stand in a corpus, to ask whether another text has one.
///
/// A passage is kept as 61 bits (Karp and Rabin 1987): 8 bytes for each character of the corpus, none of
/// its text. Each that stands there is found; one that does not is taken for one that does with a
/// probability of about the corpus's length in 2^61.
public struct PassageSet: Sendable {
  /// Characters of each: Unicode scalars, at least 1.
  public let length: Int
  /// In order, each once.
  private let hashes: [UInt64]

  /// - Parameters:
  ///   - corpus: one text, as in training; it is read once, from beginning to end.
  ///   - length: characters of a passage.
  /// - Throws: `NoveltyError` for a text that is no UTF-8, or a length below 1.
  public init(of corpus: Corpus, length: Int) throws(NoveltyError) {
    guard length >= 1 else { throw .lengthOutOfRange(length) }
    var reader = Reader(length: length)
    do {
      try corpus.checkContent(of: 0..<corpus.byteCount)
      try corpus.walk(into: &reader)
    } catch {
      throw .corpus(error)
    }
    self.length = length
    hashes = reader.distinctHashes()
  }

  /// Whether these stand in a row in the corpus; `false` where they are not as many as a passage has.
  public func contains(_ scalars: some Collection<Unicode.Scalar>) -> Bool {
    guard scalars.count == length else { return false }
    let hash = scalars.reduce(0) { plus(times($0, base), UInt64($1.value) + 1) }
    var (low, high) = (0, hashes.count)
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == hash
  }

  /// Rolls one hash along the corpus.
  private struct Reader: UTF8Sink {
    private var hashes: [UInt64] = []
    /// The last `length` scalars, a ring.
    private var recent: [UInt64]
    private var count = 0
    private var hash: UInt64 = 0
    /// What the scalar that leaves was multiplied by.
    private let leaving: UInt64

    /// No index is made of what is read.
    var symbolCount: Int { 0 }

    init(length: Int) {
      recent = Array(repeating: 0, count: length)
      leaving = (1..<max(length, 1)).reduce(1) { power, _ in times(power, base) }
    }

    mutating func ascii(_ word: UInt64) {
      for index in 0..<8 { read(word >> (8 * UInt64(index)) & 0xFF) }
    }

    mutating func scalar(_ scalar: DecodedScalar) { read(UInt64(scalar.value)) }

    private mutating func read(_ scalar: UInt64) {
      let place = count % recent.count
      if count >= recent.count { hash = plus(hash, modulus - times(recent[place], leaving)) }
      recent[place] = scalar + 1
      hash = plus(times(hash, base), scalar + 1)
      count += 1
      if count >= recent.count { hashes.append(hash) }
    }

    consuming func distinctHashes() -> [UInt64] {
      hashes.sort()
      var kept = 0
      for hash in hashes where kept == 0 || hashes[kept - 1] != hash {
        hashes[kept] = hash
        kept += 1
      }
      hashes.removeLast(hashes.count - kept)
      return hashes
    }
  }
}

/// 2^61 - 1, a prime.
private let modulus: UInt64 = 1 << 61 - 1
/// Any number below it that is not small.
private let base: UInt64 = 0x0B7E_1516_28AE_D2A6

@inline(__always)
private func plus(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let sum = a + b
  return sum >= modulus ? sum - modulus : sum
}

@inline(__always)
private func times(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let (high, low) = a.multipliedFullWidth(by: b)
  return plus(low & modulus, high << 3 | low >> 61)
}
