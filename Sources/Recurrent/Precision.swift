import CKernels
import COneDNN

/// The type of the operands of matrix products, and with it of stored activations. Sums, cell states,
/// master weights and the optimizer are in single precision whatever it is.
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32
  case bfloat16
  /// For inference only: weights with one scale a row, hidden states in steps of 1/127; activations
  /// are stored in single precision.
  case int8

  /// `bfloat16` where this CPU multiplies it natively, `float32` elsewhere.
  public static var native: Precision {
    let isa = dnnl_get_effective_cpu_isa()
    let native = [
      dnnl_cpu_isa_avx512_core_bf16, dnnl_cpu_isa_avx512_core_amx,
    ].contains(isa)
    return native ? .bfloat16 : .float32
  }

  /// What trains fastest on this CPU: `native`, but for Intel's processors without AMX, whose
  /// bfloat16 products take as long as single precision's and twice the instructions around them.
  /// Writing reads all weights for each character, and is faster with half the bytes even there.
  public static var nativeForTraining: Precision {
    let hasAMX = dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx
    return native == .bfloat16 && !hasAMX && ck_cpu_is_intel() ? .float32 : native
  }

  /// What many streams are read and written with fastest on this CPU: `int8` where it multiplies
  /// that natively, else `native`. What comes of it differs by a thousandth of a nat, which is
  /// nothing to who learns from it.
  package static var nativeForTeaching: Precision {
    let isa = dnnl_get_effective_cpu_isa()
    let native = [
      dnnl_cpu_isa_avx2_vnni, dnnl_cpu_isa_avx512_core_vnni, dnnl_cpu_isa_avx512_core_bf16,
      dnnl_cpu_isa_avx512_core_amx,
    ].contains(isa)
    return native ? .int8 : .native
  }

  /// Bytes of a stored activation.
  package var size: Int {
    switch self {
    case .float32, .int8: 4
    case .bfloat16: 2
    }
  }

  var element: ck_element {
    switch self {
    case .float32, .int8: CK_F32
    case .bfloat16: CK_BF16
    }
  }

  /// Of stored activations.
  var storedType: dnnl_data_type_t {
    switch self {
    case .float32, .int8: dnnl_f32
    case .bfloat16: dnnl_bf16
    }
  }

  /// Of the operands of products.
  var operandType: dnnl_data_type_t {
    switch self {
    case .float32: dnnl_f32
    case .bfloat16: dnnl_bf16
    case .int8: dnnl_s8
    }
  }

  /// Of the sums of products of these operands, where they are not stored as activations.
  var sumType: dnnl_data_type_t {
    switch self {
    case .float32, .bfloat16: dnnl_f32
    case .int8: dnnl_s32
    }
  }
}
