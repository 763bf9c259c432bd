import Recurrent
import Testing

@Suite("Xoshiro256")
struct Xoshiro256Tests {
  /// The values that the authors' C program gives for this state.
  @Test func referenceValues() {
    var generator = Xoshiro256(state: (1, 2, 3, 4))
    let expected: [UInt64] = [
      11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
      607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
      10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  /// SplitMix64's published values for seed 0.
  @Test func seedsThroughSplitMix() {
    let state = Xoshiro256(seed: 0).state
    #expect(state.0 == 0xE220_A839_7B1D_CDAF)
    #expect(state.1 == 0x6E78_9E6A_A1B9_65F4)
    #expect(state.2 == 0x06C4_5D18_8009_454F)
    #expect(state.3 == 0xF88B_B8A8_724C_81EC)
  }

  @Test func goesOnFromItsState() {
    var generator = Xoshiro256(seed: 42)
    _ = generator.next()
    var other = Xoshiro256(state: generator.state)
    #expect(other == generator)
    #expect(other.next() == generator.next())
  }

  @Test func streamsDiffer() {
    let streams: [[UInt64]] = [[], [0], [1], [0, 0], [0, 1], [1, 0]]
    let first = streams.map { stream in
      var generator = Xoshiro256(seed: 1, stream: stream)
      return generator.next()
    }
    #expect(Set(first).count == streams.count)
  }

  @Test func uniformNumbers() {
    var generator = Xoshiro256(seed: 3)
    let numbers = (0..<100_000).map { _ in generator.uniform() }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    let mean = numbers.reduce(0.0) { $0 + Double($1) } / 100_000
    #expect(abs(mean - 0.5) < 0.005)
  }
}
