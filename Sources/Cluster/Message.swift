/// Writes values one after the other, as they lie in memory: every process runs the same program on the
/// same kind of machine.
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  /// Without their number.
  mutating func append<Value: BitwiseCopyable>(elementsOf values: UnsafeBufferPointer<Value>) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  }

  /// After their number.
  mutating func append<Value: BitwiseCopyable>(_ values: [Value]) {
    append(values.count)
    values.withUnsafeBufferPointer { append(elementsOf: $0) }
  }
}

/// Reads what a `MessageWriter` has written, in the same order.
struct MessageReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func read<Value: BitwiseCopyable>(_ type: Value.Type = Value.self) -> Value {
    take(MemoryLayout<Value>.size) { $0.loadUnaligned(as: Value.self) }
  }

  mutating func read<Value: BitwiseCopyable>(into values: UnsafeMutableBufferPointer<Value>) {
    take(values.count * MemoryLayout<Value>.stride) {
      UnsafeMutableRawBufferPointer(values).copyMemory(from: $0)
    }
  }

  mutating func readArray<Value: BitwiseCopyable>(of type: Value.Type = Value.self) -> [Value] {
    let count = read(Int.self)
    return [Value](unsafeUninitializedCapacity: count) { values, initialized in
      take(count * MemoryLayout<Value>.stride) {
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[..<count]))
          .copyMemory(from: $0)
      }
      initialized = count
    }
  }

  private mutating func take<Result>(
    _ count: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    precondition(position + count <= bytes.count, "a message ends too early")
    defer { position += count }
    return bytes.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
    }
  }
}
