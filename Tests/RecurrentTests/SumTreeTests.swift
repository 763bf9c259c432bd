import Recurrent
import Testing

@Suite("Sum tree")
struct SumTreeTests {
  /// What the first block holds after additions of symbols: the order can be read.
  private func sum(_ tree: SumTree, _ ranges: [Range<Int>]) -> String {
    var sums = (0..<tree.blocks).map { "\($0)" }
    func add(_ additions: [SumTree.Addition]) {
      for addition in additions {
        sums[addition.into] = "(\(sums[addition.into])+\(sums[addition.block]))"
        sums[addition.block] = "gone"
      }
    }
    for range in ranges { add(tree.additions(within: range)) }
    for range in ranges {
      let left = range.filter { sums[$0] != "gone" }
      #expect(left == tree.sums(of: range))
    }
    add(tree.additions(between: ranges))
    return sums[0]
  }

  @Test func neighborsFirst() {
    #expect(sum(SumTree(blocks: 1), [0..<1]) == "0")
    #expect(sum(SumTree(blocks: 3), [0..<3]) == "((0+1)+2)")
    #expect(sum(SumTree(blocks: 5), [0..<5]) == "(((0+1)+(2+3))+4)")
  }

  /// Whoever has which blocks.
  @Test(arguments: 1...13)
  func theOrderIsOne(blocks: Int) {
    let tree = SumTree(blocks: blocks)
    let whole = sum(tree, [0..<blocks])
    for processes in 1...blocks {
      let ranges = (0..<processes).map {
        blocks * $0 / processes..<blocks * ($0 + 1) / processes
      }
      #expect(sum(tree, ranges) == whole)
    }
    #expect(sum(tree, [0..<0, 0..<blocks, blocks..<blocks]) == whole)
  }
}
