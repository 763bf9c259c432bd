extension Float {
  /// The number that a bfloat16, the upper half of a `Float`, stands for.
  package init(bfloat16 bits: UInt16) {
    self.init(bitPattern: UInt32(bits) << 16)
  }

  /// The nearest bfloat16, ties to even.
  ///
  /// A finite number beyond the largest bfloat16 by half a unit or more, 3.396e38, rounds to
  /// infinity. NaN stays NaN with its sign and upper payload, made quiet.
  package var bfloat16: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(bits >> 16) | 0x0040 }
    // Cannot overflow: the largest pattern that is not a NaN is 0xFF80_0000.
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}
