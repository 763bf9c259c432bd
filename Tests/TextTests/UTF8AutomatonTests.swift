import Testing
import Text

@Suite struct UTF8AutomatonTests {
  /// The state after `bytes`, or `nil` where one of them was not allowed.
  private func automaton(after bytes: [UInt8]) -> UTF8Automaton? {
    var automaton = UTF8Automaton()
    for byte in bytes {
      let before = automaton
      guard automaton.consume(byte) else {
        #expect(!before.allows(byte) && automaton == before)
        return nil
      }
      guard before.allows(byte) else { return nil }
    }
    return automaton
  }

  private func isAccepted(_ bytes: [UInt8]) -> Bool {
    automaton(after: bytes)?.isBoundary ?? false
  }

  private func isValid(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  /// Every byte at which the rules for a sequence change, with its neighbours.
  static let edges: [UInt8] = [
    0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
    0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
  ]

  @Test func everySequenceOfOneAndTwoBytes() {
    for first in UInt8.min...(.max) {
      #expect(isAccepted([first]) == isValid([first]))
      for second in UInt8.min...(.max)
      where isAccepted([first, second]) != isValid([first, second]) {
        Issue.record("\([first, second])")
      }
    }
  }

  @Test func threeAndFourBytesAtEveryEdge() {
    for first in Self.edges {
      for second in Self.edges {
        for third in Self.edges {
          let three = [first, second, third]
          if isAccepted(three) != isValid(three) { Issue.record("\(three)") }
          guard first >= 0xEF else { continue }
          for fourth in Self.edges {
            let four = three + [fourth]
            if isAccepted(four) != isValid(four) { Issue.record("\(four)") }
          }
        }
      }
    }
  }

  @Test func whateverIsAllowedCanBeCompleted() {
    // From every state that can be reached some byte leads on, and to a boundary in time.
    var reached: Set<UTF8Automaton> = [UTF8Automaton()]
    var open = [UTF8Automaton()]
    while let state = open.popLast() {
      var allowed = 0
      for byte in UInt8.min...(.max) where state.allows(byte) {
        allowed += 1
        var next = state
        next.consume(byte)
        if !state.isBoundary { #expect(next.bytesNeeded == state.bytesNeeded - 1) }
        if reached.insert(next).inserted { open.append(next) }
      }
      #expect(allowed > 0)
    }
    #expect(reached.count == 8)
  }

  @Test func scalarsOnlyFollowWholeScalars() {
    var automaton = UTF8Automaton()
    #expect(automaton.allows(.scalar("a")))
    #expect(automaton.allows(.byte(0xE1)))
    automaton.consume(0xE1)
    #expect(automaton.bytesNeeded == 2)
    #expect(!automaton.allows(.scalar("a")))
    #expect(!automaton.allows(.byte(0x61)))
    #expect(automaton.allows(.byte(0x80)))
  }
}
