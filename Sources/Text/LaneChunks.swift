/// Reads a text in lanes, chunk after chunk, each chunk going on where the last one ended, as a
/// stateful recurrent network needs it.
///
/// Lane b of the plan's B begins at symbol `offset + b · laneLength`, cyclically. A worker thread
/// that trains lanes `lo..<hi` has a `LaneChunks` of its own for just those; together they read
/// what one for all lanes would.
public struct LaneChunks: Sendable {
  /// The text that is read.
  public let text: EncodedText
  /// How the text is cut.
  public let plan: LanePlan
  /// Which of the plan's lanes are read here.
  public let lanes: Range<Int>
  /// What the indices of the text's symbols count from, where several texts have one count.
  public let firstIndex: Int
  /// Where in the text the epoch began.
  public private(set) var offset = 0
  // [lanes]: each after the symbol in `pending`
  private var cursors: [EncodedText.Cursor] = []
  // [lanes]: the last target, which is the next input
  private var pending: [Int32] = []
  // Symbols of a lane read in this epoch.
  private var position = 0

  /// At the beginning of an epoch with offset 0.
  ///
  /// - Parameters:
  ///   - plan: made for a text of no more symbols than `text`.
  ///   - lanes: all of the plan's, unless given.
  ///   - firstIndex: what the indices of the text's symbols count from.
  public init(text: EncodedText, plan: LanePlan, lanes: Range<Int>? = nil, firstIndex: Int = 0) {
    let lanes = lanes ?? 0..<plan.lanes
    precondition(lanes.lowerBound >= 0 && lanes.upperBound <= plan.lanes, "no such lanes")
    precondition(text.count > plan.lanes * plan.laneLength, "the plan is for a longer text")
    self.text = text
    self.plan = plan
    self.lanes = lanes
    self.firstIndex = firstIndex
    seek(step: 0)
  }

  /// Begins an epoch.
  ///
  /// Offset 0 is the text's beginning; whoever trains draws one from
  /// `0..<text.count` for each epoch, so that chunks do not always begin at the same places.
  public mutating func startEpoch(offset: Int) {
    precondition(offset >= 0 && offset < text.count, "no symbol at offset \(offset)")
    self.offset = offset
    seek(step: 0)
  }

  /// Goes on at a chunk of this epoch, as if those before it had been read: for an exact resume.
  public mutating func seek(chunk: Int) {
    precondition(chunk >= 0 && chunk <= plan.chunksPerEpoch, "no chunk \(chunk) in the epoch")
    seek(step: chunk * plan.sequenceLength)
  }

  private mutating func seek(step: Int) {
    position = step
    pending.removeAll(keepingCapacity: true)
    cursors.removeAll(keepingCapacity: true)
    for lane in lanes {
      let position = (offset + lane * plan.laneLength + step) % text.count
      var cursor = EncodedText.Cursor(text, at: position)
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1) { symbol in
        cursor.read(1, into: symbol)
        pending.append(symbol[0])
      }
      cursors.append(cursor)
    }
  }

  /// Writes the next `steps` symbols of each lane, and the symbol after each.
  ///
  /// Does not allocate. The caller counts chunks: after `plan.chunksPerEpoch` of them a lane reads
  /// on into the next.
  ///
  /// - Parameters:
  ///   - steps: T of this chunk, `plan.sequenceLength` unless given. A pass over all of a lane ends
  ///     with a chunk of `plan.laneLength % plan.sequenceLength`.
  ///   - inputs: [steps, width]
  ///   - targets: [steps, width]
  ///   - targetIndices: [steps, width]: where each target stands, where wanted; 0 for the text's first
  ///     symbol, before which there is nothing.
  ///   - column: that of the first lane; the others follow. Other columns are left as they are.
  ///   - width: columns, as many as lanes unless given.
  public mutating func next(
    steps: Int? = nil,
    inputs: UnsafeMutableBufferPointer<Int32>,
    targets: UnsafeMutableBufferPointer<Int32>,
    targetIndices: UnsafeMutableBufferPointer<Int64>? = nil,
    column: Int = 0, of width: Int? = nil
  ) {
    let steps = steps ?? plan.sequenceLength
    let width = width ?? lanes.count
    precondition(column >= 0 && column + lanes.count <= width, "not as many columns as lanes")
    precondition(
      min(inputs.count, targets.count) >= steps * width
        && targetIndices.map { $0.count >= steps * width } ?? true,
      "too small for [\(steps), \(width)]")
    guard steps > 0 else { return }
    for (index, lane) in lanes.enumerated() {
      let first = column + index
      inputs[first] = pending[index]
      cursors[index].read(
        steps, into: UnsafeMutableBufferPointer(rebasing: targets[first..<steps * width]),
        stride: width)
      // Every other input is the target one step before it.
      for row in stride(from: first + width, to: steps * width, by: width) {
        inputs[row] = targets[row - width]
      }
      pending[index] = targets[(steps - 1) * width + first]
      if let targetIndices {
        let start = offset + lane * plan.laneLength + position + 1
        for step in 0..<steps {
          let index = (start + step) % text.count
          targetIndices[step * width + first] = index == 0 ? 0 : Int64(firstIndex + index)
        }
      }
    }
    position += steps
  }
}
