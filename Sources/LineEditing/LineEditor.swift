@preconcurrency import CReadline
import Glibc
import Paths

/// GNU readline: lines typed at a terminal, with editing keys, completion and history.
///
/// - The user's `~/.inputrc` is honoured; `$if charlstm` in it is true for this program alone.
/// - The terminal is in readline's hands only inside ``readLine(prompt:)``, and back as it was found
///   whenever the process ends there: by a signal, a crash or `exit`.
/// - Readline keeps its state in global variables. Use one editor at a time, on the main thread.
package final class LineEditor: LineSource {
  private let completer: Completer
  private let history: HistoryFile?
  private let historyLimit: Int
  private var previousEntry: String?

  /// Why entries are not being kept for later sessions, if something failed.
  ///
  /// The first failure ends the attempts.
  package private(set) var historyFailure: HistoryError?

  /// Whether there is a terminal to edit on: for typing, and for showing what is typed.
  package static var isAvailable: Bool {
    isatty(STDIN_FILENO) == 1 && outputDescriptor != nil
  }

  /// Sets readline up and loads the history.
  ///
  /// Where the locale is plain ASCII it becomes `C.UTF-8`, in the environment too, so make the editor
  /// before starting threads.
  ///
  /// - Parameters:
  ///   - applicationName: what `$if` in `~/.inputrc` compares with.
  ///   - historyFile: where entries are kept from one session to the next; nil keeps none.
  ///   - historyLimit: the most entries kept, in memory and in the file; 0 keeps none.
  ///   - completer: answers Tab.
  package init(
    applicationName: String = "charlstm",
    historyFile: String?,
    historyLimit: Int = 1000,
    completer: @escaping Completer = { _ in .none }
  ) {
    self.completer = completer
    self.historyLimit = max(0, historyLimit)
    history =
      historyLimit > 0 ? historyFile.map { HistoryFile(path: $0, limit: historyLimit) } : nil
    useUTF8Locale()
    Self.configureReadline(applicationName: applicationName)
    loadHistory()
  }

  /// Shows `prompt` and lets the person edit a line.
  ///
  /// Colour sequences in the prompt are marked as taking no room. Ctrl-C gives `interrupted` and
  /// leaves the cursor on a fresh line, as Ctrl-D does; nothing goes into the history by itself.
  package func readLine(prompt: String) -> LineResult {
    let completion = CompletionBridge(completer)
    let interrupt = InterruptFlag()
    let resume = ResumeFlag()
    let usesBracketedPaste =
      rl_variable_value("enable-bracketed-paste")
      .map { strcmp($0, "on") == 0 } ?? false
    let terminal = TerminalGuard(
      input: STDIN_FILENO, output: Self.outputDescriptor ?? STDOUT_FILENO,
      usesBracketedPaste: usesBracketedPaste)
    // What was written so far must be on the screen before the prompt, and the window may have
    // changed its size while readline was not looking.
    fflush(nil)
    rl_reset_screen_size()
    let line = readline(markingInvisibleParts(of: prompt))
    _ = consume terminal
    _ = consume resume
    _ = consume completion
    guard let line else {
      // With bracketed paste, readline ends the abandoned line itself.
      if !usesBracketedPaste { fputs("\n", rl_outstream) }
      return interrupt.take() ? .interrupted : .endOfInput
    }
    defer { free(line) }
    let bytes = UnsafeRawBufferPointer(start: line, count: strlen(line))
    return LineResult(utf8: bytes)
  }

  /// Keeps `entry` for the arrow keys, Ctrl-R and later sessions.
  ///
  /// Nothing is kept of an empty entry or one that equals the entry before it. An entry of several
  /// lines stays one. Bytes that are no UTF-8 stand in it as in a path.
  package func remember(_ entry: String) {
    // Bytes, since `==` takes a precomposed é and a combined one for the same.
    let isRepetition = previousEntry.map { $0.utf8.elementsEqual(entry.utf8) } ?? false
    guard historyLimit > 0, !entry.isEmpty, !isRepetition else { return }
    previousEntry = entry
    add_history(entry.cPath)
    guard let history, historyFailure == nil else { return }
    do {
      try history.append(entry)
    } catch {
      historyFailure = error
    }
  }

  private func loadHistory() {
    using_history()
    clear_history()
    stifle_history(Int32(clamping: historyLimit))
    guard let history else { return }
    do {
      let entries = try history.load()
      for entry in entries { add_history(entry.cPath) }
      previousEntry = entries.last
    } catch {
      historyFailure = error
    }
  }

  /// Standard output where it is a terminal, else standard error: the prompt must not end up in a
  /// file that the results are written to.
  private static var outputDescriptor: Int32? {
    [STDOUT_FILENO, STDERR_FILENO].first { isatty($0) == 1 }
  }

  private static func configureReadline(applicationName: String) {
    // Readline keeps the pointer, so the name is left to live as long as the process.
    rl_readline_name = UnsafePointer(strdup(applicationName))
    rl_instream = stdin
    rl_outstream = outputDescriptor == STDERR_FILENO ? stderr : stdout
    rl_getc_function = { _ in nextByte() }
    // LINES and COLUMNS in the environment would go stale in the programs started later.
    rl_change_environment = 0
    CompletionBridge.setWordCharacters()
    // Before the init file is read, so that the user has the last word.
    rl_variable_bind("enable-bracketed-paste", "on")
    rl_initialize()
  }
}

/// Readline's next byte, or one of its two ways to say that there is none.
///
/// Readline's own reader goes back to sleep after Ctrl-C. This one ends the line instead, even in the
/// middle of a search or an unfinished paste.
private func nextByte() -> Int32 {
  while true {
    if rl_pending_signal() == SIGINT {
      // So that ^C and what follows come after the line and not in the middle of it.
      rl_point = rl_end
      rl_redisplay()
    }
    rl_check_signals()
    if ResumeFlag.take() {
      // The shell has written below the line, and the window may have changed.
      rl_reset_screen_size()
      rl_on_new_line()
      rl_redisplay()
    }
    if InterruptFlag.isRaised { return noByte }
    let isReady = waitForInput(on: STDIN_FILENO) {
      rl_pending_signal() != 0 || InterruptFlag.isRaised || ResumeFlag.isRaised
    }
    guard isReady else { continue }
    var byte: UInt8 = 0
    let count = read(STDIN_FILENO, &byte, 1)
    if count == 1 { return Int32(byte) }
    if count < 0, errno == EINTR || errno == EAGAIN { continue }
    return noByte
  }
}

/// At the top level this ends the line without accepting it; inside a command, only the command.
private var noByte: Int32 {
  rl_readline_state & UInt(RL_STATE_READCMD) != 0 ? READERR : EOF
}
