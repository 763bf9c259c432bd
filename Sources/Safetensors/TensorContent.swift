import Files

/// A tensor to be written: its description and a way to its bytes.
///
/// Nothing is copied or encoded before the file is written, and then only piece by piece, so
/// writing a model takes no memory to speak of.
public struct TensorContent {
  /// Takes some of a tensor's bytes and writes them.
  public typealias Sink = (UnsafeRawBufferPointer) throws(FileError) -> Void

  /// The tensor's name, such as `lstm.weight_ih_l0`.
  public let name: String
  /// The type of its elements.
  public let elementType: ElementType
  /// Its dimensions, outermost first.
  public let shape: [Int]

  package let emit: (Sink) throws(FileError) -> Void

  /// A tensor whose bytes are handed over while the file is written.
  ///
  /// - Parameter emit: Calls the sink it is given with the tensor's bytes in order, little endian,
  ///   in as many pieces as it likes; it throws what the sink throws.
  public init(
    name: String, elementType: ElementType, shape: [Int],
    emit: @escaping (Sink) throws(FileError) -> Void
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.emit = emit
  }

  /// A tensor with the elements of `values`, in row-major order.
  public init<Element: TensorElement>(name: String, shape: [Int], values: [Element]) {
    self.init(name: name, elementType: Element.elementType, shape: shape) {
      (sink) throws(FileError) in
      try values.withUnsafeBufferPointer { (values) throws(FileError) in
        try sink(UnsafeRawBufferPointer(values))
      }
    }
  }

  /// A tensor of numbers that someone else owns, in row-major order.
  ///
  /// - Parameters:
  ///   - floats: Must stay valid until the file is written.
  ///   - asBFloat16: Whether to store BF16, rounded to nearest with ties to even, at half the size.
  public init(
    name: String, shape: [Int], floats: UnsafeBufferPointer<Float>, asBFloat16: Bool = false
  ) {
    self.init(name: name, elementType: asBFloat16 ? .bf16 : .f32, shape: shape) {
      (sink) throws(FileError) in
      guard asBFloat16 else { return try sink(UnsafeRawBufferPointer(floats)) }
      try emitBFloat16(floats, to: sink)
    }
  }
}

private func emitBFloat16(
  _ floats: UnsafeBufferPointer<Float>, to sink: TensorContent.Sink
) throws(FileError) {
  let piece = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 1 << 15)
  defer { piece.deallocate() }
  for start in stride(from: 0, to: floats.count, by: piece.count) {
    let count = min(piece.count, floats.count - start)
    for index in 0..<count {
      piece.initializeElement(at: index, to: floats[start + index].bfloat16)
    }
    try sink(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: piece[..<count])))
  }
}
