import TerminalText

/// How a tensor's place in a file can be wrong.
///
/// Offsets count from the beginning of the data.
public enum LayoutFault: Error, Equatable, Sendable {
  /// The end comes before the beginning.
  case reversed(begin: Int, end: Int)
  /// The shape and element type need another number of bytes than the offsets span.
  case wrongSize(shape: [Int], found: Int, expected: Int)
  /// The shape's size in bytes does not fit in 64 bits.
  case overflow(shape: [Int])
  /// The tensor begins inside the one before it.
  case overlap(begin: Int, previousEnd: Int)
  /// Bytes before the tensor belong to none.
  case gap(begin: Int, previousEnd: Int)
}

extension LayoutFault: CustomStringConvertible {
  /// What is wrong, to follow the tensor's name.
  public var description: String {
    switch self {
    case .reversed(let begin, let end):
      "ends at \(end), before it begins at \(begin)"
    case .wrongSize(let shape, let found, let expected):
      "has \(counted(found, "byte")) where shape \(shape) needs \(expected)"
    case .overflow(let shape):
      "has shape \(shape), more bytes than can be counted"
    case .overlap(let begin, let previousEnd):
      "begins at \(begin), inside the tensor that ends at \(previousEnd)"
    case .gap(let begin, let previousEnd):
      "begins at \(begin), leaving a gap after \(previousEnd)"
    }
  }
}
