/// What a message is about: each kind is received in order, and by one thread.
enum Channel {
  /// What the leader asks of a follower, and its answers.
  static let commands = 0
  /// Signs of life.
  static let pulse = 1
  static let gradients = 2
  /// From here on: what single parts are asked.
  static let firstPart = 16
  /// MPI's tags go to 32,767 at least, and half of them are for what comes in pieces.
  static let lastPart = 16_000
}
