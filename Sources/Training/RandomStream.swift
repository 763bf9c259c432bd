/// What random numbers are for: the first part of a generator's path.
enum RandomStream {
  static let dropout: UInt64 = 0xD20
  static let epoch: UInt64 = 0xE90
  static let weightDrop: UInt64 = 0xD20B
  static let writing: UInt64 = 0x3217E
}
