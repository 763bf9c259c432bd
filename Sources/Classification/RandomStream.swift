/// What random numbers are for: the first part of a generator's path.
enum RandomStream {
  static let dropout: UInt64 = 0xD21
  static let epoch: UInt64 = 0xE91
  static let crop: UInt64 = 0xC20
  static let weightDrop: UInt64 = 0xD20C
  static let split: UInt64 = 0x5917
  static let validation: UInt64 = 0x7A1
  static let folds: UInt64 = 0xF01D
  static let teachers: UInt64 = 0x7EAC
  static let regression: UInt64 = 0x2E62
}
