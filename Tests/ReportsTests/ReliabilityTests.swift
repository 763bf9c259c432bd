import Reports
import Testing

struct ReliabilityTests {
  @Test func binsAreMeans() {
    var reliability = Reliability()
    for (probability, isRight) in [(0.22, true), (0.28, false), (1.0, true), (0.0, false)] {
      reliability.add(probability: probability, isRight: isRight)
    }
    #expect(abs(reliability.bins[2].predicted - 0.25) < 1e-12)
    #expect(reliability.bins[2].observed == 0.5)
    #expect(reliability.bins.map(\.count) == [1, 0, 2, 0, 0, 0, 0, 0, 0, 1])
    #expect(abs(reliability.expectedError - 0.25 * 2 / 4) < 1e-12)
  }

  @Test func nothingHasNoError() { #expect(Reliability().expectedError == 0) }
}
