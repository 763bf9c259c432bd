import ArgumentParser
import CPU
import Cluster
import Foundation
import Recurrent
import Synchronization

#if MPI
  import MPILink
#endif

/// The processes that `mpirun` or `srun` has started together: the one of rank 0 does what the command
/// line says, and others compute for it.
enum Processes {
  private struct Leading {
    var link: any Link
    var pulse: Pulse
  }

  /// Nil in a process that was started alone.
  private static let leading = Mutex<Leading?>(nil)

  /// Joins the others, if there are any. In all processes but the first it returns never.
  static func join() {
    #if MPI
      guard MPILink.isLaunched else { return }
      let link: MPILink
      do {
        link = try MPILink()
      } catch {
        standardError("Error: \(error)\n")
        Foundation.exit(ExitCode.temporary.rawValue)
      }
      guard link.count > 1 else { return link.close() }
      if link.rank > 0 { follow(link) }
      let pulse = Pulse(over: link) { Interruption.signal != nil }
      leading.withLock { $0 = Leading(link: link, pulse: pulse) }
      atexit { Processes.leave() }
    #endif
  }

  #if MPI
    private static func follow(_ link: MPILink) -> Never {
      Interruption.watch()
      let pulse = Pulse(over: link) { Interruption.signal != nil }
      do {
        try Follower(over: link, defaultThreads: link.defaultThreads).serve()
      } catch {
        standardError("Error: \(link.names[link.rank]): \(error)\n")
        link.abort(code: ExitCode.temporary.rawValue)
      }
      pulse.end()
      link.close()
      Foundation.exit(0)
    }
  #endif

  private static func leave() {
    guard let leading = leading.withLock(\.self) else { return }
    if leading.link.inbox.error != nil {
      leading.link.abort(code: ExitCode.temporary.rawValue)
    }
    leading.pulse.end()
    leading.link.endFollowers()
    leading.link.close()
  }

  /// Threads of a process, where nobody says how many.
  static var defaultThreads: Int {
    #if MPI
      if let link = leading.withLock(\.self)?.link as? MPILink { return link.defaultThreads }
    #endif
    return ProcessInfo.processInfo.activeProcessorCount
  }

  /// The processors of all processes, to train on.
  static func device(threads: ThreadsOption) throws -> Device {
    guard let link = leading.withLock(\.self)?.link else {
      return .cpu(threads: try threads.resolved())
    }
    return try .cluster(
      over: link, threads: threads.threads, ownThreads: threads.resolved())
  }

  /// Whether any of them was asked to stop.
  static var areAskedToStop: Bool {
    Interruption.signal != nil || leading.withLock { $0?.pulse.isWishedToStop ?? false }
  }
}
