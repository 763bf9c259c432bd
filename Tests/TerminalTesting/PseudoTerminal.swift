import Foundation
import Glibc

/// A terminal of one's own with a program running on it, driven as a person would.
///
/// The program leads a session of its own and has the terminal as its controlling one, so that keys
/// such as Ctrl-C become signals. What it writes is collected while anything here waits; a wait has
/// a deadline and never sleeps for a fixed time. The end of the value kills a program still running.
package final class PseudoTerminal {
  private let master: Int32
  /// Held open so that the terminal and its settings outlive the program.
  private let slave: Int32
  private let process: pid_t
  private var status: ProgramEnd?
  private var output: [UInt8] = []
  /// Where the next ``wait(for:timeout:)`` begins to look.
  private var position = 0

  /// How long a wait lasts unless told otherwise: generous, as only a failing test waits so long.
  package static let defaultTimeout = Duration.seconds(60)

  /// Starts the program at the path `executable`, on a terminal of the given size.
  ///
  /// Its arguments are its own name and `arguments`; its environment is `environment`, what this
  /// process is told of sanitizers, and that threads sleep while they wait.
  package init(
    spawning executable: String, arguments: [String] = [], environment: [String: String] = [:],
    columns: Int = 80, rows: Int = 24
  ) throws(TerminalFailure) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { throw .system(call: "open /dev/ptmx", code: errno) }
    var slave: Int32 = -1
    do throws(TerminalFailure) {
      // What unlockpt and ptsname do; Swift's Glibc has neither.
      var isLocked: Int32 = 0
      var number: Int32 = 0
      var size = winsize(
        ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
      guard ioctl(master, TerminalRequest.setLock, &isLocked) == 0,
        ioctl(master, TerminalRequest.number, &number) == 0,
        ioctl(master, UInt(TIOCSWINSZ), &size) == 0
      else { throw .system(call: "ioctl", code: errno) }
      let name = "/dev/pts/\(number)"
      slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
      guard slave >= 0 else { throw .system(call: "open \(name)", code: errno) }
      // On Ctrl-C the kernel sends the signal first and empties both queues then, the program's first
      // words after the signal included if it was quick. Tests cannot have that.
      var settings = termios()
      tcgetattr(slave, &settings)
      settings.c_lflag |= tcflag_t(NOFLSH)
      tcsetattr(slave, TCSANOW, &settings)
      var defaults = ProcessInfo.processInfo.environment.filter {
        $0.key.hasSuffix("SAN_OPTIONS")
      }
      // Threads that spin while they wait would take the time of the tests beside this one.
      defaults["OMP_WAIT_POLICY"] = "passive"
      process = try Self.spawn(
        [executable] + arguments,
        environment: environment.merging(defaults) { given, _ in given }.map { "\($0)=\($1)" },
        terminal: name)
    } catch {
      if slave >= 0 { close(slave) }
      close(master)
      throw error
    }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    self.master = master
    self.slave = slave
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(slave)
    close(master)
  }

  private static func spawn(
    _ arguments: [String], environment: [String], terminal: String
  ) throws(TerminalFailure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session's leader opens becomes its controlling one.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A test runner may ignore or hold back signals; the program must not inherit that.
    var every = sigset_t()
    var none = sigset_t()
    sigfillset(&every)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setsigmask(&attributes, &none)
    let newSession = 0x80  // POSIX_SPAWN_SETSID, which glibc shows to GNU programs only.
    posix_spawnattr_setflags(
      &attributes, Int16(Int(POSIX_SPAWN_SETSIGDEF) | Int(POSIX_SPAWN_SETSIGMASK) | newSession))

    var argumentPointers = arguments.map { strdup($0) } + [nil]
    var environmentPointers = environment.map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(
      &process, arguments[0], &actions, &attributes, &argumentPointers, &environmentPointers)
    guard code == 0 else { throw .system(call: "posix_spawn", code: code) }
    return process
  }

  // MARK: - Typing and reading

  /// Types `text`.
  package func send(_ text: String, timeout: Duration = defaultTimeout) throws(TerminalFailure) {
    try send(Array(text.utf8), timeout: timeout)
  }

  /// Types `bytes`, while reading what the program writes: neither side can block the other.
  package func send(
    _ bytes: [UInt8], timeout: Duration = defaultTimeout
  ) throws(TerminalFailure) {
    let deadline = ContinuousClock.now + timeout
    var rest = bytes[...]
    while !rest.isEmpty {
      try waitUntilReady(writing: true, deadline: deadline, for: "room to type")
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EAGAIN, errno != EINTR {
        throw .system(call: "write", code: errno)
      }
    }
  }

  /// Waits until the program has written `text`; the next wait looks after it.
  ///
  /// Gives all that the program wrote since the last such wait, up to and including `text`.
  @discardableResult
  package func wait(
    for text: String, timeout: Duration = defaultTimeout
  ) throws(TerminalFailure) -> String {
    let deadline = ContinuousClock.now + timeout
    let wanted = Array(text.utf8)
    var searched = position
    while true {
      if let end = endOfFirst(wanted, from: searched) {
        defer { position = end }
        return String(decoding: output[position..<end], as: UTF8.self)
      }
      searched = max(position, output.count - wanted.count + 1)
      try waitUntilReady(writing: false, deadline: deadline, for: text.debugDescription)
    }
  }

  private func endOfFirst(_ wanted: [UInt8], from start: Int) -> Int? {
    output.withUnsafeBytes { bytes in
      var start = start
      while start + wanted.count <= bytes.count, let base = bytes.baseAddress {
        guard let first = wanted.first,
          let found = memchr(base + start, Int32(first), bytes.count - start)
        else { return wanted.isEmpty ? start : nil }
        start = UnsafeRawPointer(found) - base
        guard start + wanted.count <= bytes.count else { return nil }
        if memcmp(base + start, wanted, wanted.count) == 0 { return start + wanted.count }
        start += 1
      }
      return nil
    }
  }

  /// Returns once something has been read or, if `writing`, something can be written.
  private func waitUntilReady(
    writing: Bool, deadline: ContinuousClock.Instant, for what: String
  ) throws(TerminalFailure) {
    while true {
      let hasEnded = hasEnded()
      // After the program's end no more comes, but what it wrote last may still have to be read.
      var request = pollfd(
        fd: master, events: Int16(POLLIN | (writing ? POLLOUT : 0)), revents: 0)
      poll(&request, 1, hasEnded ? 0 : 20)
      if request.revents & Int16(POLLIN) != 0, readSome() { return }
      if hasEnded { throw .ended(waitingFor: what, output: unread) }
      if request.revents & Int16(POLLOUT) != 0 { return }
      if ContinuousClock.now > deadline { throw .timedOut(waitingFor: what, output: unread) }
    }
  }

  private func readSome() -> Bool {
    let size = 65_536
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { bytes in
      let count = read(master, bytes.baseAddress, size)
      guard count > 0 else { return false }
      output.append(contentsOf: bytes[..<count])
      return true
    }
  }

  /// The end of what has been read and not yet waited for.
  private var unread: String {
    String(decoding: output[position...].suffix(2000), as: UTF8.self)
  }

  // MARK: - The terminal and the program

  /// Changes the terminal's size; the kernel tells the program by SIGWINCH.
  package func resize(columns: Int, rows: Int) throws(TerminalFailure) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else {
      throw .system(call: "ioctl", code: errno)
    }
  }

  /// Sends `signal` to the program.
  package func signal(_ signal: Int32) throws(TerminalFailure) {
    guard kill(process, signal) == 0 else { throw .system(call: "kill", code: errno) }
  }

  /// The terminal's settings at this moment.
  package func settings() throws(TerminalFailure) -> TerminalSettings {
    var settings = termios()
    guard tcgetattr(slave, &settings) == 0 else { throw .system(call: "tcgetattr", code: errno) }
    return TerminalSettings(settings)
  }

  /// Processor time that the process has taken so far, which other processes do not lengthen as they do
  /// the time on a clock.
  package func processorTime() throws -> Duration {
    let status = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    // After the name, in parentheses, come the 3rd field and the others; the 14th and 15th are the user's
    // and the system's ticks.
    let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ")
    let ticks = fields[12...13].compactMap { Int($0) }.reduce(0, +)
    return .seconds(ticks) / sysconf(Int32(_SC_CLK_TCK))
  }

  /// Waits for the program's end, and says how it ended.
  package func exitStatus(
    timeout: Duration = defaultTimeout
  ) throws(TerminalFailure) -> ProgramEnd {
    let deadline = ContinuousClock.now + timeout
    while true {
      do throws(TerminalFailure) {
        try waitUntilReady(writing: false, deadline: deadline, for: "the program's end")
      } catch {
        guard let status else { throw error }
        return status
      }
    }
  }

  private func hasEnded() -> Bool {
    var code: Int32 = 0
    if status == nil, waitpid(process, &code, WNOHANG) == process {
      let signal = code & 0x7F
      status = signal == 0 ? .exited(code >> 8 & 0xFF) : .signalled(signal)
    }
    return status != nil
  }
}

/// The ioctls behind unlockpt and ptsname, as Linux numbers them; Swift does not import the macros.
private enum TerminalRequest {
  static let setLock: UInt = 0x4004_5431
  static let number: UInt = 0x8004_5430
}

/// How a program ended.
package enum ProgramEnd: Equatable, Sendable {
  /// By itself, with this code.
  case exited(Int32)

  /// By this signal.
  case signalled(Int32)
}

/// A terminal's settings, to be compared.
package struct TerminalSettings: Equatable, Sendable {
  private let flags: [tcflag_t]
  private let characters: [UInt8]
  private let speeds: [speed_t]

  init(_ settings: termios) {
    flags = [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
    characters = withUnsafeBytes(of: settings.c_cc) { Array($0) }
    speeds = [cfgetispeed([settings]), cfgetospeed([settings])]
  }

  /// Whether the terminal gives whole lines, as it does outside a line editor.
  package var isCanonical: Bool { flags[3] & tcflag_t(ICANON) != 0 }
}

/// Why a program on a ``PseudoTerminal`` did not do what was waited for.
package enum TerminalFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The deadline passed; `output` is the end of what had come.
  case timedOut(waitingFor: String, output: String)

  /// The program ended first; `output` is the end of what had come.
  case ended(waitingFor: String, output: String)

  /// A system call failed.
  case system(call: String, code: Int32)

  package var description: String {
    switch self {
    case .timedOut(let what, let output):
      "timed out waiting for \(what) after \(output.debugDescription)"
    case .ended(let what, let output):
      "the program ended while \(what) was awaited, after \(output.debugDescription)"
    case .system(let call, let code):
      "\(call): \(String(cString: strerror(code)))"
    }
  }
}
