import CKernels
import COneDNN
import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// What this CPU can do, of what matters to matrix products: each case has the instructions of those
/// before it, but for AVX-VNNI, which is AVX2's alone.
///
/// `CHARLSTM_CPU` names a lower one to work with, for oneDNN as well.
package enum InstructionSet: String, Comparable, CaseIterable, Codable, Sendable {
  case baseline
  case avx2
  case avx2VNNI = "avx2-vnni"
  case avx512
  case avx512VNNI = "avx512-vnni"
  case avx512BFloat16 = "avx512-bf16"
  /// Tiles of bfloat16 and int8.
  case amx

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  package static let current: InstructionSet = {
    let level = ck_cpu_level()
    dnnl_set_max_cpu_isa(limit(level))
    return InstructionSet(rawValue: String(cString: ck_level_name(level))) ?? .baseline
  }()

  /// Those that `CHARLSTM_CPU` may name on this CPU.
  package static var available: [InstructionSet] {
    (CK_BASELINE.rawValue...CK_AMX.rawValue).map { ck_level(rawValue: $0) }.filter(ck_cpu_has)
      .compactMap { InstructionSet(rawValue: String(cString: ck_level_name($0))) }
  }

  /// What oneDNN may use of a level.
  private static func limit(_ level: ck_level) -> dnnl_cpu_isa_t {
    switch level {
    case CK_BASELINE: dnnl_cpu_isa_sse41
    case CK_AVX2: dnnl_cpu_isa_avx2
    case CK_AVX2_VNNI: dnnl_cpu_isa_avx2_vnni
    case CK_AVX512: dnnl_cpu_isa_avx512_core
    case CK_AVX512_VNNI: dnnl_cpu_isa_avx512_core_vnni
    case CK_AVX512_BF16: dnnl_cpu_isa_avx512_core_bf16
    default: dnnl_cpu_isa_all
    }
  }
}

/// Who multiplies.
package enum ProductEngine: String, Codable, Sendable {
  /// This package's kernels.
  case panels
  case oneDNN

  /// For people.
  package var name: String { self == .panels ? "own kernels" : "oneDNN" }

  /// The fastest on this CPU of those whose rows do not depend on their number: own kernels, but for
  /// bfloat16 where there are instructions for it and no tiles, and int8 where there are tiles. Sums of
  /// int8 are exact, so that engines may differ by the number of rows.
  /// oneDNN's tiles of bfloat16 depend on rows; where that does not matter, as in products of
  /// matrices that are not packed ahead, it is the faster.
  package static func best(
    for precision: Precision, rows: Int, isPacked: Bool = true
  ) -> ProductEngine {
    let current = InstructionSet.current
    switch precision {
    case .float32, .int16: return .panels
    case .bfloat16:
      return current == .avx512BFloat16 || current == .amx && !isPacked ? .oneDNN : .panels
    case .int8: return current == .amx && rows > 16 ? .oneDNN : .panels
    }
  }
}
