/// xoshiro256** 1.0 (Blackman and Vigna 2018), seeded through SplitMix64: the generator behind every
/// random choice, so that a seed gives the same run on any machine.
public struct Xoshiro256: RandomNumberGenerator, Equatable, Sendable {
  /// The four words of its state, never all zero.
  public private(set) var state: (UInt64, UInt64, UInt64, UInt64)

  /// The generator of `seed`.
  public init(seed: UInt64) {
    self.init(seed: seed, stream: [])
  }

  /// An independent generator for each path of numbers, for instance step and lane: what is drawn
  /// for one lane depends neither on how many others there are nor on the order of the draws.
  public init(seed: UInt64, stream: [UInt64]) {
    var mixer = SplitMix64(state: seed)
    for part in stream {
      mixer = SplitMix64(state: mixer.next() ^ part)
    }
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// The generator that goes on from `state`, which is not all zero.
  public init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state != (0, 0, 0, 0), "from zero there is nothing but zero")
    self.state = state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = (state.1 &* 5).rotated(left: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3.rotated(left: 45)
    return result
  }

  public static func == (a: Xoshiro256, b: Xoshiro256) -> Bool { a.state == b.state }
}

/// SplitMix64 (Steele, Lea and Flood 2014), to spread seeds.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension UInt64 {
  fileprivate func rotated(left count: UInt64) -> UInt64 {
    (self << count) | (self >> (64 - count))
  }
}

extension RandomNumberGenerator {
  /// A number in [0, 1) from the upper 24 bits of one draw.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }
}
