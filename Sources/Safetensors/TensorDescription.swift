/// A tensor as a safetensors header describes it.
public struct TensorDescription: Equatable, Sendable {
  /// The tensor's name, such as `lstm.weight_ih_l0`.
  public let name: String
  /// The type of its elements.
  public let elementType: ElementType
  /// Its dimensions, outermost first.
  ///
  /// A single number has none; a dimension may be 0.
  public let shape: [Int]
  /// Where its bytes lie, counted from the beginning of the file.
  public let byteRange: Range<Int>

  /// The number of elements: the product of the dimensions.
  public var elementCount: Int { byteRange.count / elementType.byteCount }
}

/// The size of a tensor in bytes, or nil where it does not fit in an `Int`.
func byteCount(of shape: [Int], _ elementType: ElementType) -> Int? {
  var total = elementType.byteCount
  for dimension in shape {
    let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
    if overflow || dimension < 0 { return nil }
    total = product
  }
  return total
}
