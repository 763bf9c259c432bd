/// The other end of a message.
struct Origin: Hashable {
  var rank: Int
  var channel: Int
}

/// A message on its way, and how many of its pieces MPI has been told of and is done with.
final class Parcel {
  let origin: Origin
  let count: Int
  let pieceSize: PieceSize
  let pieces: Int
  /// Of MPI: those before are sent or received, or about to be.
  var nextPiece = 0
  var piecesDone = 0
  private let start: UnsafeMutableRawPointer?
  private var bytes: [UInt8]

  // An array's bytes stay where they are while it is referred to and not changed. MPI is given them
  // there: copies of gradients would take as long as their way to a near machine.

  init(sending message: [UInt8], to origin: Origin, pieceSize: PieceSize) {
    self.origin = origin
    self.pieceSize = pieceSize
    count = message.count
    pieces = pieceSize.pieces(of: count)
    bytes = message
    start = bytes.withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress) }
  }

  init(receiving count: Int, from origin: Origin, pieceSize: PieceSize) {
    self.origin = origin
    self.pieceSize = pieceSize
    self.count = count
    pieces = pieceSize.pieces(of: count)
    var start: UnsafeMutableRawPointer?
    bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      start = UnsafeMutableRawPointer(buffer.baseAddress)
      initialized = count
    }
    self.start = start
  }

  var isDone: Bool { piecesDone == pieces }

  /// The next piece that MPI is to be told of.
  func takePiece() -> (start: UnsafeMutableRawPointer?, count: CInt) {
    defer { nextPiece += 1 }
    let offset = nextPiece * pieceSize.bytes
    return (start?.advanced(by: offset), CInt(min(pieceSize.bytes, count - offset)))
  }

  /// What has come. Call once, when it is done.
  func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
