import CPU
import Testing

@Suite("Threads of a single lane")
struct StepThreadsTests {
  /// Takes steps, each of which lasts what `seconds` says for its number and threads.
  private func run(
    _ threads: inout StepThreads, steps: Int, seconds: (_ step: Int, _ threads: Int) -> Double
  ) -> (elapsed: Double, taken: [Int]) {
    var elapsed = 0.0
    var taken: [Int] = []
    for step in 0..<steps {
      let duration = seconds(step, threads.current)
      taken.append(threads.current)
      elapsed += duration
      threads.add(duration)
    }
    return (elapsed, taken)
  }

  @Test(arguments: [1, 2, 3, 16])
  func allAreUsedWhereAllHelp(most: Int) {
    var threads = StepThreads(most: most)
    let (_, taken) = run(&threads, steps: 10_000) { _, threads in 1 / Double(threads) }
    #expect(taken.allSatisfy { 1...most ~= $0 })
    let best = taken.suffix(9000).count { $0 == most }
    #expect(best > 8000)
  }

  @Test func asManyAsHelpAreUsed() {
    var threads = StepThreads(most: 16)
    let costs = [1: 1.0, 2: 0.6, 4: 0.3, 8: 0.5, 16: 2.0]
    let (elapsed, taken) = run(&threads, steps: 20_000) { _, threads in costs[threads]! }
    #expect(taken.suffix(10_000).count { $0 == 4 } > 9500)
    #expect(elapsed < 1.1 * 0.3 * 20_000)
  }

  /// Where another program keeps a processor busy, trials cost little.
  @Test func aBusyMachineIsAsFastAsOneThread() {
    var threads = StepThreads(most: 2)
    let (elapsed, _) = run(&threads, steps: 20_000) { _, threads in threads == 1 ? 1 : 60 }
    #expect(elapsed < 1.05 * 20_000)
  }

  @Test func itIsOneThreadAgainWhenTheMachineGetsBusy() {
    var threads = StepThreads(most: 2)
    let (_, before) = run(&threads, steps: 1000) { _, threads in threads == 1 ? 1 : 0.5 }
    #expect(before.last == 2)
    let (elapsed, during) = run(&threads, steps: 20_000) { _, threads in threads == 1 ? 1 : 60 }
    #expect(during.prefix { $0 == 2 }.count <= StepThreads.trial)
    #expect(elapsed < 1.05 * 20_000)
    let (_, after) = run(&threads, steps: 20_000) { _, threads in threads == 1 ? 1 : 0.5 }
    #expect(after.suffix(10_000).allSatisfy { $0 == 2 || $0 == 1 })
    #expect(after.suffix(10_000).count { $0 == 2 } > 9000)
  }

  /// One step that took long, as when a page had to be read, does not matter for long.
  @Test func hiccupsDoNotMatter() {
    var threads = StepThreads(most: 2)
    let (elapsed, _) = run(&threads, steps: 50_000) { step, threads in
      step % 1000 == 500 ? 40 : threads == 1 ? 1 : 0.5
    }
    #expect(elapsed < 0.65 * 50_000 + 50 * 40)
  }
}
