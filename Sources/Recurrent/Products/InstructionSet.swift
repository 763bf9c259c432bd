import CKernels
import COneDNN

#if canImport(Glibc)
  import Glibc
#endif

/// What this CPU can do, of what matters to matrix products: each case has the instructions of those
/// before it, but for AVX-VNNI, which is AVX2's alone.
///
/// `CHARLSTM_CPU` names a lower one to work with, for oneDNN as well.
package enum InstructionSet: String, Comparable, CaseIterable, Sendable {
  case baseline
  case avx2
  case avx2VNNI = "avx2-vnni"
  case avx512
  case avx512VNNI = "avx512-vnni"
  case avx512BFloat16 = "avx512-bf16"
  /// Tiles, by oneDNN alone.
  case amx

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  package static let current: InstructionSet = {
    let level = ck_cpu_level()
    if getenv("CHARLSTM_CPU") != nil { dnnl_set_max_cpu_isa(limit(level)) }
    if level == CK_AVX512_BF16, dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx {
      return .amx
    }
    return InstructionSet(rawValue: String(cString: ck_level_name(level))) ?? .baseline
  }()

  /// What oneDNN may use of a level.
  private static func limit(_ level: ck_level) -> dnnl_cpu_isa_t {
    switch level {
    case CK_BASELINE: dnnl_cpu_isa_sse41
    case CK_AVX2: dnnl_cpu_isa_avx2
    case CK_AVX2_VNNI: dnnl_cpu_isa_avx2_vnni
    case CK_AVX512: dnnl_cpu_isa_avx512_core
    case CK_AVX512_VNNI: dnnl_cpu_isa_avx512_core_vnni
    default: dnnl_cpu_isa_avx512_core_bf16
    }
  }
}

/// Who multiplies.
package enum ProductEngine: String, Sendable {
  /// This package's kernels.
  case panels
  case oneDNN

  /// For people.
  package var name: String { self == .panels ? "own kernels" : "oneDNN" }

  /// The fastest on this CPU of those whose rows do not depend on their number. Sums of int8 are
  /// exact, so that engines may differ by the number of rows.
  package static func best(for precision: Precision, rows: Int) -> ProductEngine {
    let current = InstructionSet.current
    switch precision {
    case .float32: return current >= .avx512 ? .oneDNN : .panels
    case .bfloat16: return current >= .avx512BFloat16 ? .oneDNN : .panels
    case .int8: return current >= .avx512VNNI && rows > 16 ? .oneDNN : .panels
    }
  }
}
