import Glibc
import Synchronization

/// Whether the process went on after being stopped (Ctrl-Z, then `fg`), for as long as a value lives.
///
/// Readline sees to the terminal's settings by itself but does not show the line again.
struct ResumeFlag: ~Copyable {
  private let former: sigaction

  init() {
    // As in ``InterruptFlag``, this store completes the global's initialisation.
    resumed.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in resumed.store(true, ordering: .relaxed) }
    action.sa_flags = SA_RESTART
    var former = sigaction()
    sigaction(SIGCONT, &action, &former)
    self.former = former
  }

  deinit {
    var former = former
    sigaction(SIGCONT, &former, nil)
  }

  static var isRaised: Bool { resumed.load(ordering: .relaxed) }

  static func take() -> Bool { resumed.exchange(false, ordering: .relaxed) }
}

private let resumed = Atomic(false)
