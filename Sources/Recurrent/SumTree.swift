/// The order in which the sums of blocks are added up: neighbors first, then neighboring pairs, and so
/// on. As floating-point sums depend on their order, one that is fixed gives the same sum whoever adds.
package struct SumTree: Sendable {
  /// Adds one block's sum to another's.
  package struct Addition: Equatable, Sendable {
    package var block: Int
    package var into: Int
  }

  package let blocks: Int

  package init(blocks: Int) {
    self.blocks = blocks
  }

  /// Those that whoever has all blocks of a range can make, in order.
  package func additions(within range: Range<Int>) -> [Addition] {
    all.filter {
      $0.covers.lowerBound >= range.lowerBound && $0.covers.upperBound <= range.upperBound
    }
    .map(\.addition)
  }

  /// Those that are left once each range has made its own, in order; all lead to the first block.
  package func additions(between ranges: [Range<Int>]) -> [Addition] {
    all.filter { node in !ranges.contains { $0.contains(node.covers) } }.map(\.addition)
  }

  /// The blocks of a range that hold sums once it has made its additions.
  package func sums(of range: Range<Int>) -> [Int] {
    let added = Set(additions(within: range).map(\.block))
    return range.filter { !added.contains($0) }
  }

  private var all: [(addition: Addition, covers: Range<Int>)] {
    var all: [(Addition, Range<Int>)] = []
    var size = 1
    while size < blocks {
      for first in stride(from: 0, to: blocks - size, by: 2 * size) {
        all.append(
          (Addition(block: first + size, into: first), first..<min(first + 2 * size, blocks)))
      }
      size *= 2
    }
    return all
  }
}
