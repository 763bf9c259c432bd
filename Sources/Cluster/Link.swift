/// What joins the processes that work on one network: messages between any two of them, in order on each
/// channel.
///
/// Safe to use from several threads at once; each channel of each sender is received from by one.
package protocol Link: Sendable {
  /// This process's number; 0 is the one that people started.
  var rank: Int { get }

  /// How each process is called in messages to people, by rank: `node2 (rank 3)`.
  var names: [String] { get }

  /// What arrives from the others.
  var inbox: Inbox { get }

  /// Hands a message over and returns, whether or not it has been taken yet.
  func send(_ message: [UInt8], to rank: Int, channel: Int)

  /// Ends the link once all that was sent has been taken: called by every process.
  func close()

  /// Ends all processes where some cannot be reached any more.
  func abort(code: Int32)
}

extension Link {
  package var count: Int { names.count }

  /// Waits for the next message of a process on a channel.
  ///
  /// - Throws: `LinkError`, as soon as any process that this one needs is known to be lost.
  package func receive(from rank: Int, channel: Int) throws(LinkError) -> [UInt8] {
    try inbox.receive(from: rank, channel: channel)
  }
}

/// Why processes cannot work together any longer.
package enum LinkError: Error, Equatable, CustomStringConvertible {
  /// Nothing was heard of a process for so long.
  case silent(name: String, seconds: Int)
  /// A process has ended before its work was done, or says why it cannot go on.
  case failed(name: String, reason: String)
  /// This process was asked to stop while it waited for others.
  case interrupted

  package var description: String {
    switch self {
    case .silent(let name, let seconds):
      "nothing was heard of \(name) for \(seconds) seconds: its machine or the network to it is down"
    case .failed(let name, let reason): "\(name) \(reason)"
    case .interrupted: "stopped while waiting for other processes"
    }
  }
}
