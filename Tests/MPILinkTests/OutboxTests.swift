import Foundation
import Testing

@testable import MPILink

@Suite struct OutboxTests {
  @Test func lettersComeInOrderAndOnce() {
    let outbox = Outbox()
    for number in 0..<3 {
      outbox.put(Outbox.Letter(message: [UInt8(number)], destination: 1, channel: number))
    }
    #expect(outbox.take(waiting: 0).letters.map(\.message) == [[0], [1], [2]])
    #expect(outbox.take(waiting: 0).letters.isEmpty)
  }

  @Test func aLetterWakesWhoeverWaits() {
    let outbox = Outbox()
    let start = ContinuousClock.now
    Thread { outbox.put(Outbox.Letter(message: [7], destination: 0, channel: 0)) }.start()
    #expect(outbox.take(waiting: 60).letters.map(\.message) == [[7]])
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func theEndIsToldToAndHeardFromTheOtherSide() {
    let outbox = Outbox()
    #expect(outbox.take(waiting: 0).ending == nil)
    #expect(!outbox.waitForFinish(seconds: 0.01))
    outbox.end(.abort(code: 75))
    #expect(outbox.take(waiting: 0).ending == .abort(code: 75))
    Thread { outbox.finish() }.start()
    #expect(outbox.waitForFinish(seconds: 60))
  }
}
