import Recurrent

/// What the leader asks of one part of a follower's streams, on the part's channel; `StreamPart`, call by
/// call. Whatever gives something is answered.
enum PartRequest: UInt8 {
  case load, save, drawMasks, train, evaluate, logits, read, release
}

/// A chunk with all that goes with it.
struct ChunkRequest {
  var steps: Int
  var scale: Float
  /// How much of each target is what teachers expect; negative where nothing is.
  var expectedShare: Float

  static let expectsNothing: Float = -1
}

extension RecurrentState {
  func write(to message: inout MessageWriter) {
    message.append(hidden)
    message.append(cell)
  }

  mutating func read(from message: inout MessageReader) {
    hidden = message.readArray()
    cell = message.readArray()
  }
}

extension SoftTargets.Rows {
  /// Those of the first `count` places that have any.
  func write(count: Int, _ vocabularySize: Int, to message: inout MessageWriter) {
    for place in 0..<count { message.append(index[place] > 0) }
    writeRows(count: count, vocabularySize, to: &message)
  }

  /// Those that there are alone.
  func writeRows(count: Int, _ vocabularySize: Int, to message: inout MessageWriter) {
    for place in 0..<count where index[place] > 0 {
      message.append(elementsOf: UnsafeBufferPointer(row(place, vocabularySize)))
    }
  }

  /// Takes the rows as another process has them.
  func readRows(count: Int, _ vocabularySize: Int, from message: inout MessageReader) {
    for place in 0..<count where index[place] > 0 {
      message.read(into: row(place, vocabularySize))
    }
  }

  private func row(_ place: Int, _ vocabularySize: Int) -> UnsafeMutableBufferPointer<UInt16> {
    UnsafeMutableBufferPointer(
      start: targets.table + Int(index[place]) * vocabularySize, count: vocabularySize)
  }
}
