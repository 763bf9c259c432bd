import Foundation
import Synchronization

/// Written by the handler, which may touch nothing but an atomic.
private let receivedSignal = Atomic<Int32>(0)

/// A wish to stop that came as a signal: Ctrl-C, SIGTERM or SIGHUP.
///
/// The first one is only noted, so that work can be finished and saved; a second one ends the process
/// at once.
enum Interruption {
  /// Begins to note signals, but for those that whoever started this process has it ignore, as
  /// `nohup` does SIGHUP and a shell SIGINT for jobs in the background.
  static func watch() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) {
      Foundation.signal(signal) { number in
        receivedSignal.store(number, ordering: .relaxed)
        Foundation.signal(number, SIG_DFL)
      }
      sigaddset(&signals, signal)
    }
    // Blocked signals are inherited too, by accident as a rule.
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Has a signal end the process at once again.
  static func unwatch() {
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) {
      Foundation.signal(signal, SIG_DFL)
    }
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    return handler == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// The signal that came, if one did.
  static var signal: Int32? {
    let number = receivedSignal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
