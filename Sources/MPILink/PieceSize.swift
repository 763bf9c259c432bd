/// The most bytes of a message that MPI is given at once.
///
/// MPI sends what is small (over TCP, Open MPI: up to 64 KiB) as soon as it can, and asks the receiver first
/// about all else. The answer waits behind what the receiver itself sends: with gradients that go both ways
/// the directions take turns, and either gets half of what the network can do. Pieces that are small keep
/// both busy. In the memory of one machine nothing waits so, and few large copies are fastest.
struct PieceSize {
  var bytes: Int

  static let overNetwork = PieceSize(bytes: 60_000)
  static let withinMachine = PieceSize(bytes: 1 << 20)

  /// How many go to one process at a time.
  var window: Int { max(1, (4 << 20) / bytes) }

  func pieces(of count: Int) -> Int { max(1, (count + bytes - 1) / bytes) }
}
