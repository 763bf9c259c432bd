import Foundation
import Synchronization

/// Written by the handler, which may touch nothing but an atomic.
private let receivedSignal = Atomic<Int32>(0)

/// A wish to stop that came as a signal: Ctrl-C, SIGTERM or SIGHUP.
///
/// The first one is only noted, so that work can be finished and saved; a second one ends the process
/// at once.
enum Interruption {
  /// Begins to note signals.
  static func watch() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      Foundation.signal(signal) { number in
        receivedSignal.store(number, ordering: .relaxed)
        Foundation.signal(number, SIG_DFL)
      }
    }
  }

  /// The signal that came, if one did.
  static var signal: Int32? {
    let number = receivedSignal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
