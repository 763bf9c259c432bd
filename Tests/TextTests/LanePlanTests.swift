import Testing
import Text

@Suite struct LanePlanTests {
  @Test func aLongTextGivesWhatWasAskedFor() throws {
    let plan = try #require(
      LanePlan.fitting(count: 1_003_854, lanes: 64, sequenceLength: 128))
    #expect(plan.lanes == 64)
    #expect(plan.sequenceLength == 128)
    #expect(plan.laneLength == 15_685)
    #expect(plan.chunksPerEpoch == 122)
    #expect(!plan.shrank)
  }

  /// count, then lanes × length and chunks for 32 × 64 asked for.
  @Test(arguments: [
    (8193, 32, 64, 4), (8192, 31, 64, 4), (1000, 3, 64, 5), (300, 1, 64, 4), (257, 1, 64, 4),
    (256, 1, 63, 4), (101, 1, 25, 4), (65, 1, 16, 4), (64, 1, 16, 3), (18, 1, 16, 1),
    (17, 1, 16, 1), (16, 1, 15, 1), (3, 1, 2, 1), (2, 1, 1, 1),
  ])
  func aShortTextGivesUpLanesThenLength(
    _ count: Int, _ lanes: Int, _ length: Int, _ chunks: Int
  ) throws {
    let plan = try #require(LanePlan.fitting(count: count, lanes: 32, sequenceLength: 64))
    #expect(plan.lanes == lanes)
    #expect(plan.sequenceLength == length)
    #expect(plan.chunksPerEpoch == chunks)
    #expect(plan.shrank == (lanes < 32 || length < 64))
  }

  @Test func everyPlanFitsItsText() throws {
    for count in 2..<600 {
      for lanes in [1, 2, 5, 64, .max] {
        for length in [1, 3, 16, 50, .max] {
          let plan = try #require(
            LanePlan.fitting(count: count, lanes: lanes, sequenceLength: length))
          #expect((1...lanes).contains(plan.lanes))
          #expect((1...length).contains(plan.sequenceLength))
          #expect(plan.chunksPerEpoch >= 1)
          #expect(plan.lanes * plan.laneLength < count)
        }
      }
    }
  }

  @Test func oneSymbolIsNotEnough() {
    #expect(LanePlan.fitting(count: 1, lanes: 1, sequenceLength: 1) == nil)
    #expect(LanePlan.fitting(count: 0, lanes: 1, sequenceLength: 1) == nil)
  }
}
