/// How a text of `count` symbols is cut for truncated backpropagation through time: into `lanes`
/// parallel streams (B), each read in chunks of `sequenceLength` symbols (T).
///
/// A lane has `(count − 1) / B` symbols, as each needs the one after it for a target. What is left
/// over at the end of each lane and of the text goes unread in an epoch that begins at the same
/// offset; a random offset each epoch reaches all of it.
public struct LanePlan: Equatable, Sendable {
  /// B, the number of streams.
  public let lanes: Int
  /// T, the symbols in a chunk of each lane.
  public let sequenceLength: Int
  /// Symbols in a lane, at least T.
  public let laneLength: Int
  /// Whether the text was too short for the lanes and the length asked for.
  public let shrank: Bool

  package init(lanes: Int, sequenceLength: Int, laneLength: Int, shrank: Bool = false) {
    self.lanes = lanes
    self.sequenceLength = sequenceLength
    self.laneLength = laneLength
    self.shrank = shrank
  }

  /// The whole chunks in a lane; at least 1.
  public var chunksPerEpoch: Int { laneLength / sequenceLength }

  /// A plan as near to the one asked for as a text of `count` symbols allows, or `nil` for fewer
  /// than 2 symbols, with which there is nothing to predict.
  ///
  /// What is asked for is kept if an epoch then has 4 chunks. A shorter text gives up, in turn:
  /// 1. lanes, down to 1, as many as leave 4 chunks: fewer lanes cost speed, which a short text
  ///    does not need, and every symbol is still read in the same context;
  /// 2. length, down to 16, to keep 4 chunks: an epoch of several steps, but context enough to
  ///    learn words;
  /// 3. chunks, down to 1;
  /// 4. length again, down to the 1 symbol that a text of 2 can be trained on.
  public static func fitting(count: Int, lanes: Int, sequenceLength: Int) -> LanePlan? {
    precondition(lanes > 0 && sequenceLength > 0, "lanes and length are at least 1")
    let targets = count - 1
    guard targets > 0 else { return nil }
    let chunks = 4
    // Divided twice: a product of what was asked for might overflow.
    let fewerLanes = min(lanes, max(1, targets / chunks / sequenceLength))
    let shorter = min(sequenceLength, max(16, targets / fewerLanes / chunks), targets)
    return LanePlan(
      lanes: fewerLanes, sequenceLength: shorter, laneLength: targets / fewerLanes,
      shrank: fewerLanes < lanes || shorter < sequenceLength)
  }
}
