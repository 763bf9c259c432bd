import Glibc
import LineEditing
import Testing

/// The flag belongs to the whole process, hence one test at a time.
@Suite(.serialized) struct InterruptFlagTests {
  /// Sends SIGINT to this thread and has it handled before returning.
  private func interruptThisThread() {
    // A test runner's threads hold signals back.
    var signals = sigset_t()
    var former = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, &former)
    raise(SIGINT)
    pthread_sigmask(SIG_SETMASK, &former, nil)
  }

  @Test func theFlagIsRaisedAndLowered() {
    let interrupt = InterruptFlag()
    #expect(!interrupt.isRaised)
    interruptThisThread()
    #expect(interrupt.isRaised)
    #expect(interrupt.take())
    #expect(!interrupt.take())
  }

  @Test func flagsMayBeNested() {
    let outer = InterruptFlag()
    do {
      let inner = InterruptFlag()
      interruptThisThread()
      #expect(inner.take())
    }
    #expect(!outer.isRaised)
    interruptThisThread()
    #expect(outer.take())
  }

  @Test func aPlainReaderStopsWaitingWhileTheFlagLives() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let interrupt = InterruptFlag()
    interruptThisThread()
    var reader = PlainReader(descriptor: ends[0])
    #expect(reader.readLine() == .interrupted)
    #expect(!interrupt.isRaised)
    try #require(write(ends[1], "on\n", 3) == 3)
    #expect(reader.readLine() == .line("on"))
  }
}
