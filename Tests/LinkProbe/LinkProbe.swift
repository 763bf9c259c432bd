import Cluster
import Foundation
import MPILink

/// Tries the link between processes by itself, under mpirun: `link-probe exchange`, `speed`, `abort CODE` or
/// `watch SECONDS`. Built with the trait MPI; without it, it says so.
@main struct LinkProbe {
  static func main() throws {
    #if MPI
      guard Launch.isParallel() else {
        print("not started by mpirun")
        exit(64)
      }
      let arguments = CommandLine.arguments.dropFirst()
      switch arguments.first {
      case "exchange": try exchange()
      case "speed": try measureSpeed()
      case "abort": try abort(code: arguments.dropFirst().first.flatMap { Int32($0) } ?? 1)
      case "watch": try watch(seconds: arguments.dropFirst().first.flatMap { Double($0) } ?? 5)
      default:
        print("usage: link-probe exchange|speed|abort CODE|watch SECONDS")
        exit(64)
      }
    #else
      print("built without the trait MPI")
      exit(69)
    #endif
  }
}

#if MPI
  /// Of MPI's messages, where the environment says it.
  private let pieceSize = ProcessInfo.processInfo.environment["PIECE_SIZE"].flatMap { Int($0) }

  /// What one process sends another on one channel, one after the other. Big ones go round a ring only: all
  /// of them at once are more than a small machine's memory.
  private func sizes(from sender: Int, to receiver: Int, of count: Int, channel: Int) -> [Int] {
    switch channel {
    case 0: Array(repeating: 8, count: 500)
    case 1: [0, 1, 65535, 65536, 65537, 131_072, 3, 0]
    case 2: [10_000_000, 1, 10_000_000, 0]
    case 3 where (sender + 1) % count == receiver: [80_000_000, 2]
    default: [1000 * channel + sender, receiver]
    }
  }

  private let channels = 8

  /// Everything between all pairs on many channels at once, each by threads of its own; contents are checked.
  private func exchange() throws {
    let link = try MPILink(pieceSize: pieceSize)
    let count = link.count
    let failures = Counter()
    let group = DispatchGroup()
    let work = { @Sendable (body: @escaping @Sendable () -> Void) in
      group.enter()
      Thread {
        body()
        group.leave()
      }.start()
    }
    for channel in 0..<channels {
      work {
        for peer in 0..<count {
          for (index, size) in sizes(from: link.rank, to: peer, of: count, channel: channel)
            .enumerated()
          {
            let seed = Seed(sender: link.rank, receiver: peer, channel: channel, index: index)
            link.send(seed.message(size: size), to: peer, channel: channel)
          }
        }
      }
      work {
        for peer in 0..<count {
          for (index, size) in sizes(from: peer, to: link.rank, of: count, channel: channel)
            .enumerated()
          {
            let seed = Seed(sender: peer, receiver: link.rank, channel: channel, index: index)
            guard let message = try? link.receive(from: peer, channel: channel),
              message == seed.message(size: size)
            else {
              print("\(link.names[link.rank]): wrong bytes in \(seed)")
              failures.add()
              return
            }
          }
        }
      }
    }
    group.wait()
    link.close()
    guard failures.value == 0 else { exit(1) }
    if link.rank == 0 { print("exchange: \(count) processes, \(channels) channels, all as sent") }
  }

  private struct Seed {
    var sender: Int
    var receiver: Int
    var channel: Int
    var index: Int

    func message(size: Int) -> [UInt8] {
      var state = UInt64(((sender * 31 + receiver) * 31 + channel) * 1009 + index)
      return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
        for position in 0..<size {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          buffer[position] = UInt8(truncatingIfNeeded: state >> 56)
        }
        initialized = size
      }
    }
  }

  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func add() { lock.withLock { count += 1 } }
    var value: Int { lock.withLock { count } }
  }

  /// Between ranks 0 and 1: there and back of a few bytes, 12 MB both ways at once, and what waiting costs.
  private func measureSpeed() throws {
    let link = try MPILink(pieceSize: pieceSize)
    defer { link.close() }
    guard link.rank < 2, link.count > 1 else { return }
    let peer = 1 - link.rank
    let clock = ContinuousClock()

    let rounds = 1000
    let small = [UInt8](repeating: 1, count: 8)
    let quick = try clock.measure {
      for _ in 0..<rounds {
        if link.rank == 0 { link.send(small, to: peer, channel: 0) }
        _ = try link.receive(from: peer, channel: 0)
        if link.rank == 1 { link.send(small, to: peer, channel: 0) }
      }
    }
    // After a pause, as after a step's computations.
    var late: [Double] = []
    for _ in 0..<20 {
      if link.rank == 0 {
        usleep(100_000)
        late.append(
          try clock.measure {
            link.send(small, to: peer, channel: 0)
            _ = try link.receive(from: peer, channel: 0)
          } / .microseconds(1))
      } else {
        link.send(try link.receive(from: peer, channel: 0), to: peer, channel: 0)
      }
    }
    let large = [UInt8](repeating: 1, count: 12_000_000)
    let exchanges = 20
    let busy = cpuSeconds()
    let slow = try clock.measure {
      for _ in 0..<exchanges {
        link.send(large, to: peer, channel: 1)
        _ = try link.receive(from: peer, channel: 1)
      }
    }
    let moving = cpuSeconds() - busy
    let oneWay = try clock.measure {
      for _ in 0..<exchanges where link.rank == 0 { link.send(large, to: peer, channel: 2) }
      for _ in 0..<exchanges where link.rank == 1 { _ = try link.receive(from: peer, channel: 2) }
      link.send(small, to: peer, channel: 3)
      _ = try link.receive(from: peer, channel: 3)
    }
    let before = cpuSeconds()
    sleep(5)
    let waiting = cpuSeconds() - before
    guard link.rank == 0 else { return }
    print(
      String(
        format: """
          %@ and %@
          8 bytes there and back: %.0f µs; after 0.1 s of silence: %.0f µs (median)
          12 MB both ways at once: %.1f ms, %.0f MB/s each way, %.0f%% of a core
          12 MB one way: %.0f MB/s
          waiting: %.1f%% of a core
          """, link.names[0], link.names[1], quick / .microseconds(1) / Double(rounds),
        late.sorted()[late.count / 2], slow / .milliseconds(1) / Double(exchanges),
        12 * Double(exchanges) / (slow / .seconds(1)), 100 * moving / (slow / .seconds(1)),
        12 * Double(exchanges) / (oneWay / .seconds(1)), 100 * waiting / 5))
  }

  private func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The last rank ends everything; the others wait for something that nobody sends.
  private func abort(code: Int32) throws {
    let link = try MPILink()
    if link.rank == link.count - 1 { link.abort(code: code) }
    _ = try link.receive(from: link.count - 1, channel: 0)
  }

  /// All tell rank 0 that they are there, and it tells them, until somebody says nothing for so long; who finds
  /// that out ends everything with exit code 75.
  private func watch(seconds: Double) throws {
    let link = try MPILink()
    let start = ContinuousClock.now
    let others = link.rank == 0 ? 1..<link.count : 0..<1
    while true {
      for other in others {
        link.send([1], to: other, channel: 0)
        if ContinuousClock.now - (link.inbox.lastHeard(of: other) ?? start) > .seconds(seconds) {
          print("\(link.names[link.rank]) lost \(link.names[other])")
          fflush(nil)
          link.abort(code: 75)
        }
      }
      usleep(100_000)
    }
  }
#endif
