/// What those who train on streams together divide among them.
public enum Division: String, CaseIterable, Codable, Sendable {
  /// Each has some lanes, and reads all weights at every step.
  case lanes
  /// Each has some hidden units of every layer, whose weights stay in its cache, and all lanes; all meet
  /// after every step of every layer (as the processors of a GPU do in Diamos et al. 2016).
  case units
}

/// How the lanes of a batch are cut for training. As long as it is the same, so are the bytes of what
/// is trained, whoever computes which block.
package struct BatchDivision: Equatable, Sendable {
  /// Groups of lanes, about as large as each other, whose gradients are computed apart and then added
  /// up in the order of `SumTree`.
  package var blocks: Int
  /// What those who compute a block divide among them: several have one block only by units.
  package var within: Division

  package init(blocks: Int, within: Division) {
    self.blocks = blocks
    self.within = within
  }

  /// The lanes of a block.
  package func lanes(ofBlock block: Int, of lanes: Int) -> Range<Int> {
    lanes * block / blocks..<lanes * (block + 1) / blocks
  }
}
