import Safetensors
import Testing

@Suite("bfloat16")
struct BFloat16Tests {
  @Test(
    arguments: [
      (0x3F80_0000, 0x3F80),  // 1
      (0x8000_0000, 0x8000),  // -0
      (0x3F80_7FFF, 0x3F80),  // just below a tie
      (0x3F80_8000, 0x3F80),  // a tie, down to even
      (0x3F80_8001, 0x3F81),  // just above a tie
      (0x3F81_8000, 0x3F82),  // a tie, up to even
      (0xBF81_8000, 0xBF82),  // the same, negative
      (0x3FFF_FFFF, 0x4000),  // into the next binade
      (0x0000_0001, 0x0000),  // the smallest subnormal
      (0x0000_8000, 0x0000),  // a tie among the subnormals
      (0x0000_8001, 0x0001),
      (0x0001_8000, 0x0002),
      (0x007F_FFFF, 0x0080),  // the largest subnormal, to the smallest normal
      (0x7F7F_7FFF, 0x7F7F),  // the largest that stays finite
      (0x7F7F_8000, 0x7F80),  // and the next
      (0x7F80_0000, 0x7F80),  // infinity
      (0xFF80_0000, 0xFF80),
      (0x7F80_0001, 0x7FC0),  // a signalling NaN whose payload would be lost
      (0xFFFF_FFFF, 0xFFFF),  // a NaN that rounding would carry out of
    ] as [(UInt32, UInt16)])
  func rounding(bits: UInt32, expected: UInt16) {
    #expect(Float(bitPattern: bits).bfloat16 == expected)
  }

  @Test func everyValueComesBack() {
    for bits in UInt16.min ... .max {
      let value = Float(bfloat16: bits)
      #expect(value.bfloat16 == (value.isNaN ? bits | 0x40 : bits))
    }
  }
}
