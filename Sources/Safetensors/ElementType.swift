/// The types of tensor elements that are read and written, by their safetensors names.
///
/// All are little endian in a file.
public enum ElementType: String, Sendable, CaseIterable {
  /// Bytes.
  case u8 = "U8"
  /// IEEE 754 half precision.
  case f16 = "F16"
  /// The upper half of a `Float`.
  case bf16 = "BF16"
  /// Signed 32-bit integers.
  case i32 = "I32"
  /// IEEE 754 single precision.
  case f32 = "F32"
  /// IEEE 754 double precision.
  case f64 = "F64"
  /// Signed 64-bit integers.
  case i64 = "I64"
  /// Unsigned 64-bit integers.
  case u64 = "U64"

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .u8: 1
    case .f16, .bf16: 2
    case .i32, .f32: 4
    case .f64, .i64, .u64: 8
    }
  }

  static let listing = allCases.map(\.rawValue).joined(separator: ", ")
}

/// A Swift type whose memory is a tensor element as it stands in a file.
public protocol TensorElement: BitwiseCopyable {
  /// The element type's name in a file.
  static var elementType: ElementType { get }
}

// A big-endian host would need every element swapped; none runs Swift today.
#if _endian(big)
  #error("Safetensors reads and writes tensors in the byte order of the host, little endian.")
#endif

extension UInt8: TensorElement {
  /// U8.
  public static var elementType: ElementType { .u8 }
}

extension Int32: TensorElement {
  /// I32.
  public static var elementType: ElementType { .i32 }
}

extension Float: TensorElement {
  /// F32.
  public static var elementType: ElementType { .f32 }
}

extension Double: TensorElement {
  /// F64.
  public static var elementType: ElementType { .f64 }
}

extension Int64: TensorElement {
  /// I64.
  public static var elementType: ElementType { .i64 }
}

extension UInt64: TensorElement {
  /// U64.
  public static var elementType: ElementType { .u64 }
}
