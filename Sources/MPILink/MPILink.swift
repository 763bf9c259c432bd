#if MPI
  import CMPI
  import Cluster
  import Foundation

  /// Joins the processes that one `mpirun` or `srun` has started.
  ///
  /// One thread of its own makes all calls of MPI, none of which waits; it needs little of a core.
  package final class MPILink: Link {
    package let rank: Int
    package let names: [String]
    package let inbox: Inbox
    /// Processes of the run on this machine, this one included.
    package let processesHere: Int
    /// How many there may be.
    private let channels: Int
    private let outbox: Outbox

    /// Whether a launcher started this process, so that others expect it to join.
    package static var isLaunched: Bool { Launch.isParallel() }

    /// How many threads this process takes where nobody says how many.
    package var defaultThreads: Int { Launch.threads(processes: processesHere) }

    /// How long everybody waits for the others where all should be at the end already.
    private static let secondsToClose = 30.0
    private static let secondsToAbort = 3.0

    /// Begins MPI: once in the life of a process.
    ///
    /// - Parameter pieceSize: the most bytes of a message that MPI is given at once, the same in all processes;
    ///   nil for what is fastest.
    /// - Throws: `LinkError` if MPI cannot begin.
    package init(pieceSize: Int? = nil) throws(LinkError) {
      let outbox = Outbox()
      let inbox = Inbox()
      let beginning = Beginning()
      let thread = Thread {
        charlstm_wake_on_time()
        let world = World.begin()
        beginning.set(world)
        guard case .success(let world) = world else { return }
        let pieceSizes = world.hosts.map { host in
          if let pieceSize { return PieceSize(bytes: pieceSize) }
          return host == world.hosts[world.rank] ? .withinMachine : .overNetwork
        }
        let transfers = Transfers(
          pieceSizes: pieceSizes, noticeTag: world.channels, names: world.names, inbox: inbox)
        Self.run(transfers, outbox: outbox)
      }
      thread.name = "mpi"
      thread.start()
      let world = try beginning.wait().get()
      self.outbox = outbox
      self.inbox = inbox
      rank = world.rank
      names = world.names
      channels = world.channels
      processesHere = world.hosts.count { $0 == world.hosts[world.rank] }
    }

    package func send(_ message: [UInt8], to rank: Int, channel: Int) {
      precondition(names.indices.contains(rank) && (0..<channels).contains(channel))
      if rank == self.rank {
        inbox.deliver(message, from: rank, channel: channel)
      } else {
        outbox.put(Outbox.Letter(message: message, destination: rank, channel: channel))
      }
    }

    package func close() {
      outbox.end(.whenTaken)
      _ = outbox.waitForFinish(seconds: Self.secondsToClose)
    }

    /// Does not return. MPI is asked to end all processes; should it not manage even that, this one ends, and
    /// the launcher ends those that it still reaches.
    package func abort(code: Int32) {
      outbox.end(.abort(code: code))
      _ = outbox.waitForFinish(seconds: Self.secondsToAbort)
      _exit(code)
    }

    private static func run(_ transfers: Transfers, outbox: Outbox) {
      var transfers = transfers
      var pace = Pace()
      var hasMoved = false
      while true {
        let wait = hasMoved ? 0 : pace.wait(isUnderWay: transfers.isUnderWay)
        let (letters, ending) = outbox.take(waiting: wait)
        if case .abort(let code) = ending {
          charlstm_mpi_abort(code)
          _exit(code)
        }
        for letter in letters { transfers.send(letter) }
        hasMoved = transfers.advance() || !letters.isEmpty
        if hasMoved { pace.somethingHappened() }
        if case .whenTaken = ending, !transfers.isSending, transfers.meet() { break }
      }
      _ = transfers.advance()
      _ = charlstm_mpi_end()
      outbox.finish()
    }
  }

  /// What MPI says of the processes there are.
  private struct World {
    var rank: Int
    var hosts: [String]
    /// Half of MPI's tags.
    var channels: Int

    var names: [String] { hosts.enumerated().map { "\($1) (rank \($0))" } }

    static func begin() -> Result<World, LinkError> {
      var rank: CInt = 0
      var count: CInt = 0
      var code = charlstm_mpi_begin(&rank, &count)
      let size = Int(charlstm_mpi_name_size)
      var names = [CChar](repeating: 0, count: size * Int(count))
      if code == charlstm_mpi_success { code = charlstm_mpi_names(&names) }
      guard code == charlstm_mpi_success else {
        return .failure(.failed(name: "MPI", reason: "cannot begin: \(mpiError(code))"))
      }
      let hosts = (0..<Int(count)).map { process in
        String(
          decoding: names[process * size..<(process + 1) * size].prefix { $0 != 0 }
            .map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
      return .success(
        World(rank: Int(rank), hosts: hosts, channels: (Int(charlstm_mpi_highest_tag()) + 1) / 2))
    }
  }

  /// How MPI's beginning went, for the thread that waits for it.
  ///
  /// Unchecked: set before the signal and read after it.
  private final class Beginning: @unchecked Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private var world: Result<World, LinkError>?

    func set(_ world: Result<World, LinkError>) {
      self.world = world
      semaphore.signal()
    }

    func wait() -> Result<World, LinkError> {
      semaphore.wait()
      return world ?? .failure(.failed(name: "MPI", reason: "cannot begin"))
    }
  }
#endif
