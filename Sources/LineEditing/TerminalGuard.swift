@preconcurrency import CReadline
import Glibc
import Synchronization

/// Gives the terminal back as it was found, should the process die while readline holds it.
///
/// While a value lives, every signal that ends a process - sent from outside or raised by a crash -
/// and `exit` first restore the settings in force when the value was made. The signal then takes the
/// course it would have taken: the default one, or that of a handler already there, such as the
/// Swift runtime's backtrace. Ignored signals stay ignored.
///
/// Readline's own handlers for SIGTERM and the like lie over these and do their work first; these
/// cover crashes, and the moments before readline's are in place.
struct TerminalGuard: ~Copyable {
  /// Guards the terminal on `input`; escape sequences go to `output`.
  init(input: Int32, output: Int32, usesBracketedPaste: Bool) {
    // All globals are touched here, before any handler can run: handlers must not initialise them.
    _ = restoresAtExit
    guard tcgetattr(input, savedSettings) == 0 else { return }
    pasteOutput.store(usesBracketedPaste ? output : -1, ordering: .relaxed)
    guardedInput.store(input, ordering: .releasing)
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = { signal, information, _ in
      restoreAndPassOn(signal, information)
    }
    action.sa_flags = SA_SIGINFO | Int32(SA_ONSTACK)
    for signal in guardedSignals {
      let former = formerActions + Int(signal)
      sigaction(signal, nil, former)
      if former.pointee.isIgnored { continue }
      sigaction(signal, &action, former)
    }
  }

  deinit {
    guard guardedInput.load(ordering: .acquiring) >= 0 else { return }
    for signal in guardedSignals where !formerActions[Int(signal)].isIgnored {
      sigaction(signal, formerActions + Int(signal), nil)
    }
    guardedInput.store(-1, ordering: .relaxed)
  }
}

/// Signals that end the process by default and may come while a line is being edited.
///
/// SIGINT is not among them: it belongs to ``InterruptFlag``.
private let guardedSignals: [Int32] = [
  SIGHUP, SIGQUIT, SIGTERM, SIGALRM, SIGXCPU, SIGXFSZ,
  SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS,
]

// What the handlers read. Constants that hold atomics or memory of their own: reading them is free of
// locks, allocation and exclusivity checks, all of which are out of bounds inside a signal handler.
private let guardedInput = Atomic<Int32>(-1)
private let pasteOutput = Atomic<Int32>(-1)
nonisolated(unsafe) private let savedSettings = UnsafeMutablePointer<termios>.allocate(capacity: 1)
nonisolated(unsafe) private let formerActions = {
  let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
  actions.initialize(repeating: sigaction(), count: 65)
  return actions
}()
private let endOfBracketedPaste: StaticString = "\u{1B}[?2004l\r"

private let restoresAtExit: Bool = {
  guardedInput.store(-1, ordering: .relaxed)
  pasteOutput.store(-1, ordering: .relaxed)
  _ = (savedSettings, formerActions, endOfBracketedPaste)
  return atexit { restoreTerminal() } == 0
}()

/// Puts the terminal back if readline has changed it and not yet done so; async-signal-safe.
private func restoreTerminal() {
  let input = guardedInput.load(ordering: .acquiring)
  guard input >= 0, rl_readline_state & UInt(RL_STATE_TERMPREPPED) != 0,
    // From the background, setting the terminal would stop this process instead of letting it end.
    tcgetpgrp(input) == getpgrp()
  else { return }
  let output = pasteOutput.load(ordering: .relaxed)
  if output >= 0 {
    _ = write(output, endOfBracketedPaste.utf8Start, endOfBracketedPaste.utf8CodeUnitCount)
  }
  tcsetattr(input, TCSANOW, savedSettings)
}

private func restoreAndPassOn(_ signal: Int32, _ information: UnsafeMutablePointer<siginfo_t>?) {
  restoreTerminal()
  sigaction(signal, formerActions + Int(signal), nil)
  let isFault = signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE
  if isFault, let information, information.pointee.si_code > 0 {
    // On return the faulty instruction runs again and tells the former action where it happened.
    return
  }
  // Held back until this handler returns.
  raise(signal)
}

extension sigaction {
  fileprivate var isIgnored: Bool {
    // SIG_IGN is the address 1, and Swift has no way to compare functions.
    sa_flags & SA_SIGINFO == 0
      && unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
