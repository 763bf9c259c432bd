extension SafetensorsFile {
  /// A tensor's elements in row-major order, of the type they have in the file.
  ///
  /// - Throws: `SafetensorsError` for a missing tensor, another element type or, where `shape` is
  ///   given, another shape.
  /// - Complexity: O(*n*) in the number of elements.
  public func values<Element: TensorElement>(
    of name: String, as type: Element.Type = Element.self, expecting shape: [Int]? = nil
  ) throws(SafetensorsError) -> [Element] {
    let tensor = try tensor(named: name)
    guard tensor.elementType == Element.elementType else {
      throw .unexpectedElementType(
        path: path, tensor: name, found: tensor.elementType,
        expected: Element.elementType.rawValue)
    }
    if let shape { try check(tensor, has: shape) }
    return try withBytes(of: name) { (bytes) throws(SafetensorsError) in
      [Element](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = tensor.elementCount
      }
    }
  }

  /// A tensor of floating-point numbers in row-major order.
  ///
  /// F16 and BF16 are widened, which is exact. NaN and infinity are passed on as they are.
  ///
  /// - Throws: `SafetensorsError` for a missing tensor or another element type.
  /// - Complexity: O(*n*) in the number of elements.
  public func floats(of name: String) throws(SafetensorsError) -> [Float] {
    let tensor = try tensor(named: name)
    try checkHoldsFloats(tensor)
    return try withBytes(of: name) { (bytes) throws(SafetensorsError) in
      [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
        let destination = UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.elementCount])
        widen(bytes, of: tensor.elementType, into: destination)
        count = tensor.elementCount
      }
    }
  }

  /// Reads weights into memory that is there already: F32, or F16 and BF16 widened.
  ///
  /// `destination` is left alone unless the tensor's type and shape are right, and may be filled
  /// where an element is not finite.
  ///
  /// - Parameter destination: As many elements as `shape` has.
  /// - Throws: `SafetensorsError` for a missing tensor, another element type or shape, and for
  ///   weights that are infinite or not a number.
  /// - Complexity: O(*n*) in the number of elements; allocates nothing.
  public func read(
    _ name: String, expecting shape: [Int], into destination: UnsafeMutableBufferPointer<Float>
  ) throws(SafetensorsError) {
    let tensor = try tensor(named: name)
    try checkHoldsFloats(tensor)
    try check(tensor, has: shape)
    precondition(destination.count == tensor.elementCount, "the destination has another size")
    try withBytes(of: name) { (bytes) throws(SafetensorsError) in
      widen(bytes, of: tensor.elementType, into: destination)
    }
    if let index = destination.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(path: path, tensor: name, index: index)
    }
  }

  private func check(
    _ tensor: TensorDescription, has shape: [Int]
  ) throws(SafetensorsError) {
    guard tensor.shape == shape else {
      throw .unexpectedShape(
        path: path, tensor: tensor.name, found: tensor.shape, expected: shape)
    }
  }

  private func checkHoldsFloats(_ tensor: TensorDescription) throws(SafetensorsError) {
    switch tensor.elementType {
    case .f32, .f16, .bf16: return
    default:
      throw .unexpectedElementType(
        path: path, tensor: tensor.name, found: tensor.elementType, expected: "F32, F16 or BF16")
    }
  }
}

/// Fills `destination` with the elements of `bytes`, as many as it has room for.
private func widen(
  _ bytes: UnsafeRawBufferPointer, of elementType: ElementType,
  into destination: UnsafeMutableBufferPointer<Float>
) {
  func fill(_ convert: (UInt16) -> Float) {
    for index in destination.indices {
      let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
      destination.initializeElement(at: index, to: convert(bits))
    }
  }
  switch elementType {
  case .bf16: fill { Float(bfloat16: $0) }
  case .f16: fill { Float(Float16(bitPattern: $0)) }
  default: UnsafeMutableRawBufferPointer(destination).copyMemory(from: bytes)
  }
}
