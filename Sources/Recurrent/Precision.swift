import CKernels
import COneDNN

/// The type of the operands of matrix products and of stored activations. Sums, cell states, master
/// weights and the optimizer are in single precision either way.
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32
  case bfloat16

  /// `bfloat16` where this CPU multiplies it natively, `float32` elsewhere.
  public static var native: Precision {
    let isa = dnnl_get_effective_cpu_isa()
    let native = [
      dnnl_cpu_isa_avx512_core_bf16, dnnl_cpu_isa_avx512_core_amx,
    ].contains(isa)
    return native ? .bfloat16 : .float32
  }

  /// Bytes of an element.
  package var size: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }

  var element: ck_element {
    switch self {
    case .float32: CK_F32
    case .bfloat16: CK_BF16
    }
  }

  var dataType: dnnl_data_type_t {
    switch self {
    case .float32: dnnl_f32
    case .bfloat16: dnnl_bf16
    }
  }
}
