/// How many lanes take part in each step of a chunk: all of them, or where the lanes hold texts of
/// different lengths, longest first, those whose text has not ended (PyTorch's packed sequences).
package struct StepLanes: Sendable {
  /// Steps of the chunk that are read.
  package let steps: Int
  /// By step, falling; nil for all lanes.
  private let counts: [Int]?

  /// Chunks of a stream.
  package static func all(steps: Int) -> StepLanes { StepLanes(steps: steps, counts: nil) }

  private init(steps: Int, counts: [Int]?) {
    self.steps = steps
    self.counts = counts
  }

  /// - Parameter lengths: by lane, longest first; lanes after these hold nothing.
  package init(lengths: some Collection<Int>) {
    let steps = lengths.first ?? 0
    var counts = [Int](repeating: 0, count: steps)
    var previous = steps
    for length in lengths {
      precondition(length <= previous, "lengths fall")
      previous = length
      for step in 0..<length { counts[step] += 1 }
    }
    self.init(steps: steps, counts: counts)
  }

  /// Whether each lane holds a text of its own, from its beginning to its end.
  package var arePacked: Bool { counts != nil }

  package func callAsFunction(_ step: Int, of lanes: Int) -> Int { counts?[step] ?? lanes }
}
