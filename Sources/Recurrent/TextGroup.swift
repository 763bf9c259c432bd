/// Texts that are read together, longest first.
package struct TextGroup: Sendable {
  /// The room that the longest needs: steps and lanes, of which there are a few sorts only.
  package struct Shape: Hashable, Sendable {
    package var steps: Int
    package var lanes: Int

    fileprivate init(length: Int, texts: Int, lanes most: Int, symbols: Int) {
      var steps = 64
      while steps < length { steps *= 4 }
      self.steps = steps
      let room = max(1, min(most, symbols / steps))
      var lanes = 1
      while lanes < min(texts, room) { lanes *= 8 }
      self.lanes = min(lanes, room)
    }
  }

  package var shape: Shape
  /// Their numbers.
  package var texts: [Int]

  /// Groups of texts of about the same length.
  /// - Parameters:
  ///   - lanes: the most texts of a group.
  ///   - symbols: the most that a group has room for, unless a single text needs more.
  package static func dividing(_ lengths: [Int], lanes: Int, symbols: Int) -> [TextGroup] {
    var rest = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }[...]
    var groups: [TextGroup] = []
    while let longest = rest.first {
      let shape = Shape(
        length: lengths[longest], texts: rest.count, lanes: lanes, symbols: symbols)
      groups.append(TextGroup(shape: shape, texts: Array(rest.prefix(shape.lanes))))
      rest = rest.dropFirst(shape.lanes)
    }
    return groups
  }
}
