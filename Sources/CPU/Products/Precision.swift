import CKernels
import COneDNN
import Recurrent

extension Precision {
  /// `bfloat16` where this CPU gains by it, `float32` elsewhere: Intel's processors without AMX multiply
  /// no more of bfloat16 at a time than of single precision.
  package static var native: Precision {
    let current = InstructionSet.current
    return current == .amx || current == .avx512BFloat16 && !ck_cpu_is_intel()
      ? .bfloat16 : .float32
  }

  /// What trains fastest on this CPU: `native`, but `int16` where twice as many integers are multiplied
  /// at a time as floats.
  package static var nativeForTraining: Precision {
    guard native == .float32 else { return native }
    return switch InstructionSet.current {
    case .baseline, .avx512: .float32
    default: .int16
    }
  }

  /// What texts are written with fastest on this CPU: `int8` where it has instructions for products
  /// of small integers. What comes of it differs by less than two thousandths of a nat a character.
  package static var nativeForWriting: Precision {
    InstructionSet.current >= .avx2 ? .int8 : .float32
  }

  /// Whether this CPU gains by this precision; all are right on every CPU.
  package var isFastHere: Bool {
    switch self {
    case .float32: true
    case .bfloat16: Self.native == .bfloat16
    case .int16: InstructionSet.current >= .avx2
    case .int8: Self.nativeForWriting == .int8
    }
  }

  /// Bytes of a stored activation.
  package var size: Int {
    switch self {
    case .float32, .int16, .int8: 4
    case .bfloat16: 2
    }
  }

  var element: ck_element {
    switch self {
    case .float32, .int16, .int8: CK_F32
    case .bfloat16: CK_BF16
    }
  }

  /// Of stored activations.
  var storedType: dnnl_data_type_t {
    switch self {
    case .float32, .int16, .int8: dnnl_f32
    case .bfloat16: dnnl_bf16
    }
  }

  /// Of the operands of products. Those of `int16` are never oneDNN's.
  var operandType: dnnl_data_type_t {
    switch self {
    case .float32, .int16: dnnl_f32
    case .bfloat16: dnnl_bf16
    case .int8: dnnl_s8
    }
  }

  /// Of the sums of products of these operands, where they are not stored as activations.
  var sumType: dnnl_data_type_t {
    switch self {
    case .float32, .bfloat16, .int16: dnnl_f32
    case .int8: dnnl_s32
    }
  }
}
