/// How often each scalar occurs in a text.
///
/// Neighbouring ASCII scalars are counted in four tables in turn: a run of the same letter would
/// otherwise wait for its own last count to be stored before it could be read again.
struct ScalarHistogram: UTF8Sink, ~Copyable, @unchecked Sendable {
  private static let tables = 4
  private static let scalarCount = 0x110000

  // [scalarCount]: all that were not counted eight at a time
  private let counts = UnsafeMutablePointer<Int>.allocate(capacity: scalarCount)
  // [128, tables]
  private let asciiCounts = UnsafeMutablePointer<Int>.allocate(capacity: 128 * tables)

  // All values in `counts` together, bit by bit: none is greater.
  private var bits: UInt32 = 0x7F

  /// How many scalars there were: each is a symbol if the vocabulary knows it.
  private(set) var symbolCount = 0

  init() {
    counts.initialize(repeating: 0, count: Self.scalarCount)
    asciiCounts.initialize(repeating: 0, count: 128 * Self.tables)
  }

  deinit {
    counts.deallocate()
    asciiCounts.deallocate()
  }

  @inline(__always)
  mutating func ascii(_ word: UInt64) {
    for index in 0..<8 {
      let byte = Int(truncatingIfNeeded: word >> (8 * UInt64(index)) & 0x7F)
      asciiCounts[byte * Self.tables + index % Self.tables] &+= 1
    }
    symbolCount &+= 8
  }

  @inline(__always)
  mutating func scalar(_ scalar: DecodedScalar) {
    counts[Int(scalar.value)] &+= 1
    bits |= scalar.value
    symbolCount &+= 1
  }

  /// Above all values in `counts`.
  private var valueBound: Int { min(Int(bits) + 1, Self.scalarCount) }

  /// Adds what another has counted.
  mutating func add(_ other: borrowing ScalarHistogram) {
    bits |= other.bits
    symbolCount += other.symbolCount
    for value in 0..<other.valueBound { counts[value] &+= other.counts[value] }
    for index in 0..<128 * Self.tables { asciiCounts[index] &+= other.asciiCounts[index] }
  }

  /// The scalars that occur, in order of value, and how often.
  var occurrences: [(scalar: Unicode.Scalar, count: Int)] {
    (0..<valueBound).compactMap { value in
      var count = counts[value]
      if value < 128 {
        for table in 0..<Self.tables { count += asciiCounts[value * Self.tables + table] }
      }
      guard count > 0, let scalar = Unicode.Scalar(UInt32(value)) else { return nil }
      return (scalar, count)
    }
  }
}
