import CKernels
import Recurrent

/// How gradients are sent: as they are, or at half the size in bfloat16, whose rounding errors are added
/// to what is sent the next time (error feedback, Seide et al. 2014), so that none is lost for good.
///
/// Not for several threads at a time.
struct GradientCoding {
  /// By what is sent: what rounding has left of it. Empty in single precision.
  private var errors: [Key: FloatBuffer] = [:]
  private let precision: Precision

  /// A slice of a block's sum, or of the sum of all.
  struct Key: Hashable {
    var block: Int?
    var slice: Range<Int>
  }

  init(_ precision: Precision) {
    self.precision = precision
  }

  /// Appends values to a message, and leaves them as whoever reads it gets them.
  mutating func append(
    _ values: UnsafeMutableBufferPointer<Float>, _ key: Key, to message: inout MessageWriter
  ) {
    guard precision == .bfloat16, let first = values.baseAddress else {
      message.append(elementsOf: UnsafeBufferPointer(values))
      return
    }
    let count = values.count
    let error = errors[key] ?? FloatBuffer(count: count)
    errors[key] = error
    ck_add(Int64(count), error.pointer, first)
    let rounded = [UInt16](unsafeUninitializedCapacity: count) { buffer, initialized in
      ck_store(CK_BF16, Int64(count), first, buffer.baseAddress)
      initialized = count
    }
    error.pointer.update(from: first, count: count)
    rounded.withUnsafeBufferPointer { ck_load(CK_BF16, Int64(count), $0.baseAddress, first) }
    for index in 0..<count { error.pointer[index] -= first[index] }
    rounded.withUnsafeBufferPointer { message.append(elementsOf: $0) }
  }

  func read(into values: UnsafeMutableBufferPointer<Float>, from message: inout MessageReader) {
    guard precision == .bfloat16 else { return message.read(into: values) }
    let rounded = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: values.count)
    defer { rounded.deallocate() }
    message.read(into: rounded)
    ck_load(CK_BF16, Int64(values.count), rounded.baseAddress, values.baseAddress)
  }
}
