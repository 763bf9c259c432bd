import Testing
import Text

@Suite("The hash of a text")
struct ContentHashTests {
  private func hash(_ pieces: [[UInt8]]) -> UInt64 {
    var hash = ContentHash()
    for piece in pieces { piece.withUnsafeBytes { hash.add($0) } }
    return hash.value
  }

  /// From the reference implementation's own documentation and tests.
  @Test(
    arguments: [
      ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
      ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
    ] as [(String, UInt64)])
  func knownValues(text: String, expected: UInt64) {
    #expect(hash([Array(text.utf8)]) == expected)
  }

  @Test func howItIsCutDoesNotMatter() {
    let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    let whole = hash([bytes])
    for first in 0...70 {
      for second in first...min(first + 40, 200) {
        #expect(
          hash([Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])])
            == whole)
      }
    }
  }

  @Test func everyBitMatters() {
    let bytes = [UInt8](repeating: 0x20, count: 77)
    var seen: Set = [hash([bytes]), hash([bytes.dropLast()])]
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        seen.insert(hash([changed]))
      }
    }
    #expect(seen.count == 2 + 77 * 8)
  }

  @Test func aCorpusIsTheHashOfItsBytes() throws {
    let bytes = Array("any text, of some more than thirty-two bytes".utf8)
    #expect(try Corpus(bytes: bytes).contentHash() == hash([bytes]))
  }
}
