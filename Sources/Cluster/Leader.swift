import Foundation
import Recurrent
import Synchronization

/// This side of the processes that compute for it: the leader is the process of rank 0.
///
/// Commands are given one at a time.
final class Leader: Sendable {
  let link: any Link
  /// Threads of each process.
  let threads: [Int]
  private let lost = Mutex<DeviceError?>(nil)
  private let numbers = Mutex((body: 0, channel: Channel.firstPart))

  /// Has all other processes join.
  ///
  /// - Parameters:
  ///   - ownThreads: this process's.
  ///   - arithmetic: this process's.
  /// - Throws: `DeviceError` where one cannot be reached or is of another kind.
  init(over link: any Link, ownThreads: Int, threads: Int?, arithmetic: String) throws(DeviceError)
  {
    self.link = link
    var all = [ownThreads]
    do {
      for rank in 1..<max(1, link.count) {
        link.send(
          Command.join(threads: threads).message, to: rank, channel: Channel.commands)
      }
      for rank in 1..<max(1, link.count) {
        let presence = try decoded(
          Presence.self, link.receive(from: rank, channel: Channel.commands))
        let name = link.names[rank]
        guard presence.version == Presence.version else {
          throw DeviceError("\(name) runs another version of charlstm")
        }
        guard presence.arithmetic == arithmetic else {
          throw DeviceError(
            "\(name) computes by \(presence.arithmetic), \(link.names[0]) by \(arithmetic), which "
              + "are rounded differently: set CHARLSTM_CPU for all to what all have")
        }
        all.append(presence.threads)
      }
    } catch let error as DeviceError {
      throw error
    } catch {
      throw DeviceError("\(error)")
    }
    self.threads = all
  }

  /// Why others cannot be asked any more.
  var failure: DeviceError? {
    lost.withLock(\.self) ?? link.inbox.error.map { DeviceError($0.description) }
  }

  func nextBody() -> Int {
    numbers.withLock { numbers in
      numbers.body += 1
      return numbers.body
    }
  }

  /// A channel for a part; those of long ago are used again.
  func nextChannel() -> Int {
    numbers.withLock { numbers in
      defer {
        numbers.channel =
          numbers.channel == Channel.lastPart ? Channel.firstPart : numbers.channel + 1
      }
      return numbers.channel
    }
  }

  /// Gives some processes a command, does this process's part beside them, and waits for all.
  func ask<Result>(
    _ ranks: [Int], _ command: Command, meanwhile local: () throws(DeviceError) -> Result
  ) throws(DeviceError) -> Result {
    let message = command.message
    for rank in ranks { link.send(message, to: rank, channel: Channel.commands) }
    let result = try local()
    for rank in ranks { try wait(for: rank) }
    return result
  }

  func ask(_ rank: Int, _ command: Command) {
    link.send(command.message, to: rank, channel: Channel.commands)
    try? wait(for: rank)
  }

  /// The same where there is nobody to tell of a failure: the device has one then.
  func ask(_ ranks: [Int], _ command: Command, meanwhile local: () -> Void) {
    try? ask(ranks, command) { () throws(DeviceError) in local() }
  }

  private func wait(for rank: Int) throws(DeviceError) {
    do {
      _ = try link.receive(from: rank, channel: Channel.commands)
    } catch {
      let failure = DeviceError(error.description)
      lost.withLock { $0 = $0 ?? failure }
      throw failure
    }
  }
}

extension Link {
  /// Sends all others home, who have a link to the leader.
  package func endFollowers() {
    for other in 1..<max(1, count) {
      send(Command.end.message, to: other, channel: Channel.commands)
    }
  }
}
