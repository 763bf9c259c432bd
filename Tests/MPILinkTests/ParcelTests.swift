import Testing

@testable import MPILink

@Suite struct ParcelTests {
  @Test(arguments: [
    (0, [0]), (1, [1]), (9, [9]), (10, [10]), (11, [10, 1]), (20, [10, 10]), (25, [10, 10, 5]),
  ])
  func aMessageTravelsInPieces(count: Int, pieces: [Int]) {
    let message = (0..<count).map { UInt8($0) }
    let origin = Origin(rank: 1, channel: 2)
    let sent = Parcel(sending: message, to: origin, pieceSize: PieceSize(bytes: 10))
    let received = Parcel(receiving: count, from: origin, pieceSize: PieceSize(bytes: 10))
    #expect(sent.pieces == pieces.count)
    var sizes: [Int] = []
    while sent.nextPiece < sent.pieces {
      let (from, size) = sent.takePiece()
      let (to, sizeThere) = received.takePiece()
      #expect(size == sizeThere)
      if let from, let to { to.copyMemory(from: from, byteCount: Int(size)) }
      sizes.append(Int(size))
      #expect(!received.isDone)
      received.piecesDone += 1
    }
    #expect(sizes == pieces)
    #expect(received.isDone)
    #expect(received.takeBytes() == message)
  }

  @Test func asMuchIsUnderWayWhateverThePieces() {
    #expect(PieceSize.overNetwork.window == 69)
    #expect(PieceSize.withinMachine.window == 4)
    #expect(PieceSize(bytes: 1 << 30).window == 1)
  }
}
