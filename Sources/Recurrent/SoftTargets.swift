/// What teachers expect in the place of each symbol of a text: the targets of a student (Hinton,
/// Vinyals and Dean 2015).
///
/// Not synchronised: whoever shares it between threads sees to it that no two of them touch a row
/// at the same time unless both only read it.
package final class SoftTargets: @unchecked Sendable {
  /// Symbols of the text.
  package let count: Int
  private let vocabularySize: Int
  /// `[count, V]` in bfloat16. The first row is not used: nothing comes before the first symbol that
  /// it could be expected from.
  package let table: UnsafeMutablePointer<UInt16>

  /// Rows of the table for a chunk, and how much of each counts.
  package struct Rows {
    package let targets: SoftTargets
    package let index: UnsafePointer<Int64>
    package let share: Float

    /// - Parameter index: `[T · B]`, in `0..<count`; 0 for a row without expectations.
    package init(_ targets: SoftTargets, index: UnsafePointer<Int64>, share: Float) {
      self.targets = targets
      self.index = index
      self.share = share
    }
  }

  /// All zero.
  package init(count: Int, vocabularySize: Int) {
    self.count = count
    self.vocabularySize = vocabularySize
    table = .allocate(capacity: count * vocabularySize)
    table.initialize(repeating: 0, count: count * vocabularySize)
  }

  deinit { table.deallocate() }

  /// What is expected of a symbol, `[V]`.
  package func distribution(at place: Int) -> [Float] {
    precondition(place >= 0 && place < count, "no symbol at \(place)")
    return (0..<vocabularySize).map {
      Float(bitPattern: UInt32(table[place * vocabularySize + $0]) << 16)
    }
  }

  /// Bytes of memory.
  package static func size(count: Int, vocabularySize: Int) -> Int { count * vocabularySize * 2 }
}
