import ArgumentParser
import CPU
import Cluster
import Foundation
import MPILink
import Recurrent
import Synchronization
import Training

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
      on_exit({ code, _ in Processes.leave(code) }, nil)
    #else
      // Each of them would train by itself, in the same folder.
      guard Launch.isParallel(), Launch.processes() > 1 else { return }
      standardError(
        "Error: this charlstm was built without MPI and knows nothing of other processes; "
          + "swift build -c release --traits MPI makes one that does\n")
      Foundation.exit(ExitCode.usage.rawValue)
    #endif
  }

  #if MPI
    private static let secondsToSave = 30.0

    private static func follow(_ link: MPILink) -> Never {
      Interruption.watch()
      let pulse = Pulse(over: link) { Interruption.signal != nil }
      do {
        try Follower(over: link, defaultThreads: link.defaultThreads).serve()
      } catch {
        standardError("Error: \(link.names[link.rank]): \(error)\n")
        // The leader, if it is there, finds out by itself, and has something to save.
        Thread.sleep(forTimeInterval: secondsToSave)
        link.abort(code: ExitCode.temporary.rawValue)
      }
      pulse.end()
      link.close()
      Foundation.exit(0)
    }
  #endif

  /// - Parameter code: that of this process.
  private static func leave(_ code: Int32) {
    guard let leading = leading.withLock(\.self) else { return }
    if leading.link.inbox.error != nil {
      fflush(nil)
      leading.link.abort(code: code)
    }
    leading.pulse.end()
    leading.link.endFollowers()
    leading.link.close()
  }

  /// Whether this one leads others.
  static var areSeveral: Bool { leading.withLock { $0 != nil } }

  /// What trains: the processors of all processes, or what a process alone was given.
  ///
  /// - Parameter chosen: threads of each, where they were not given.
  static func device(_ machine: MachineOptions, threads chosen: Int? = nil) throws -> Device {
    let threads = machine.threads ?? chosen
    guard let link = leading.withLock(\.self)?.link else {
      return try machine.device(gains: true, threads: MachineOptions.checked(threads))
    }
    try machine.checkIsCPU()
    return try .cluster(
      over: link, threads: threads,
      ownThreads: MachineOptions.checked(threads ?? ownThreads(link)))
  }

  private static func ownThreads(_ link: any Link) -> Int? {
    #if MPI
      (link as? MPILink)?.defaultThreads
    #else
      nil
    #endif
  }

  /// What is said of options that have no effect here.
  static func note(on options: TrainingOptions) -> String? {
    guard leading.withLock({ $0 == nil }) else { return nil }
    let idle = [
      options.gradientPrecision.map { _ in "--gradient-precision" },
      options.averageEvery.map { _ in "--average-every" },
    ].compactMap(\.self)
    return idle.isEmpty
      ? nil
      : "One process has nobody to exchange with: no effect of \(idle.joined(separator: ", "))."
  }

  /// Whether any of them was asked to stop.
  static var areAskedToStop: Bool {
    Interruption.signal != nil || leading.withLock { $0?.pulse.isWishedToStop ?? false }
  }
}
