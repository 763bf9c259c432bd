import Glibc
import Synchronization

/// Ctrl-C as a flag to look at, for as long as an instance lives.
///
/// While one does, SIGINT no longer ends the process but raises the flag, which any thread may poll
/// (one atomic load). The end of the instance puts the former handling back. Instances may be nested,
/// and end in the reverse order of their beginning; all share the one flag, since a process has one
/// SIGINT. Beginning and end both lower it.
package final class InterruptFlag: Sendable {
  private let former: sigaction

  /// Begins to catch SIGINT, after which interrupted system calls are restarted.
  package init() {
    // The handler may touch nothing but a lock-free atomic. This store also completes the lazy
    // initialisation of the global, which must not happen inside a signal handler.
    raised.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in raised.store(true, ordering: .relaxed) }
    action.sa_flags = SA_RESTART
    var former = sigaction()
    sigaction(SIGINT, &action, &former)
    self.former = former
  }

  deinit {
    var former = former
    sigaction(SIGINT, &former, nil)
    raised.store(false, ordering: .relaxed)
  }

  /// Whether Ctrl-C was pressed since the flag was last lowered.
  package var isRaised: Bool { Self.isRaised }

  /// Lowers the flag and says whether it was raised.
  package func take() -> Bool { Self.take() }

  static var isRaised: Bool { raised.load(ordering: .relaxed) }

  static func take() -> Bool { raised.exchange(false, ordering: .relaxed) }
}

private let raised = Atomic(false)
