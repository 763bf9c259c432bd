import CPU
import CKernels
import Recurrent
import Testing

/// Products of either engine against sums in double precision.
@Suite("Products")
struct ProductTests {
  /// `[M, K, N]`: whole tiles and panels, and ends of them; sums longer than a block.
  static let shapes = [
    (1, 1, 1), (1, 512, 2048), (2, 7, 130), (3, 64, 65), (5, 33, 17), (6, 16, 16), (12, 32, 64),
    (13, 1100, 40), (31, 65, 520), (64, 128, 512), (130, 20, 33),
  ]

  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = Xoshiro256(seed: seed)
    return (0..<count).map { _ in generator.symmetric(1) }
  }

  private func exact(
    _ a: [Float], _ b: [Float], _ shape: (Int, Int, Int), row: Int, column: Int
  ) -> Double {
    (0..<shape.1).reduce(0) {
      $0 + Double(a[row * shape.1 + $1]) * Double(b[$1 * shape.2 + column])
    }
  }

  /// As bfloat16 has it, where it does.
  private func rounded(_ values: [Float], _ precision: Precision) -> [Float] {
    guard precision == .bfloat16 else { return values }
    var stored = [UInt16](repeating: 0, count: values.count)
    var back = values
    ck_store(CK_BF16, Int64(values.count), values, &stored)
    ck_load(CK_BF16, Int64(values.count), stored, &back)
    return back
  }

  private func stored(_ values: [Float], _ precision: Precision) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: values.count * precision.size)
    bytes.withUnsafeMutableBytes {
      ck_store(
        precision == .bfloat16 ? CK_BF16 : CK_F32, Int64(values.count), values, $0.baseAddress)
    }
    return bytes
  }

  @Test(arguments: shapes, Precision.allCases)
  func byAPackedMatrix(_ shape: (Int, Int, Int), _ precision: Precision) {
    useOneProductThread()
    let (m, k, n) = shape
    let a = rounded(values(m * k, seed: 1), precision)
    let b = rounded(values(k * n, seed: 2), precision)
    // Once as it lies, once transposed. Columns of int8 are contiguous.
    for isTransposed in precision == .int8 ? [true] : [false, true] {
      let lying =
        isTransposed
        ? (0..<n).flatMap { column in (0..<k).map { b[$0 * n + column] } } : b
      let layout = isTransposed ? MatrixLayout.rowMajor(n, k).transposed : .rowMajor(k, n)
      let packed = PackedMatrix(layout, precision: precision, rows: m)
      packed.pack(from: lying)
      let product = MatrixMultiply(
        .rowMajor(m, k), by: packed, into: .rowMajor(m, n), .float32)
      var result = [Float](repeating: .nan, count: m * n)
      product(stored(a, precision), packed, into: &result)
      for row in 0..<m {
        for column in 0..<n {
          let exact = exact(a, b, shape, row: row, column: column)
          // Both operands are rounded by up to 1/254 of their bound.
          let bound = precision == .int8 ? 0.012 * Double(k).squareRoot() : 1e-5 * Double(k)
          #expect(abs(Double(result[row * n + column]) - exact) < bound + 1e-5)
        }
      }
    }
  }

  /// As for gradients of weights: the left matrix is transposed, sums are added to what is there.
  @Test(arguments: shapes, [Precision.float32, .bfloat16])
  func ofPlainMatrices(_ shape: (Int, Int, Int), _ precision: Precision) {
    useOneProductThread()
    check(shape, precision, by: .panels)
    check(shape, precision, by: nil)
  }

  /// - Parameter engine: nil for the one that this CPU takes.
  private func check(_ shape: (Int, Int, Int), _ precision: Precision, by engine: ProductEngine?) {
    let (m, k, n) = shape
    let a = rounded(values(m * k, seed: 1), precision)
    let b = rounded(values(k * n, seed: 2), precision)
    let transposed = (0..<k).flatMap { row in (0..<m).map { a[$0 * k + row] } }
    for accumulates in [false, true] {
      let product = MatrixMultiply(
        .rowMajor(k, m).transposed, by: .rowMajor(k, n), into: .rowMajor(m, n), precision,
        accumulate: accumulates, engine: engine)
      var result = [Float](repeating: accumulates ? 3 : .nan, count: m * n)
      product(stored(transposed, precision), stored(b, precision), into: &result)
      for row in 0..<m {
        for column in 0..<n {
          let exact = exact(a, b, shape, row: row, column: column) + (accumulates ? 3 : 0)
          #expect(abs(Double(result[row * n + column]) - exact) < 1e-5 * Double(k) + 1e-5)
        }
      }
    }
  }

  /// Sums of int8 products are exact: another engine, or other instructions, give the same bits.
  @Test func int8IsExact() {
    useOneProductThread()
    let (m, k, n) = (7, 130, 70)
    let a = values(m * k, seed: 1)
    let b = values(k * n, seed: 2)
    let packed = PackedMatrix(.rowMajor(n, k).transposed, precision: .int8, rows: m)
    packed.pack(from: b)
    let product = MatrixMultiply(.rowMajor(m, k), by: packed, into: .rowMajor(m, n), .float32)
    var result = [Float](repeating: .nan, count: m * n)
    product(a.withUnsafeBytes { Array($0) }, packed, into: &result)
    for column in 0..<n {
      let weights = b[column * k..<(column + 1) * k]
      let largest = weights.map(abs).max() ?? 0
      let steps = weights.map { Int(($0 * (127 / largest)).rounded(.toNearestOrEven)) }
      for row in 0..<m {
        let sum = (0..<k).reduce(0) {
          $0 + steps[$1] * Int((a[row * k + $1] * 127).rounded(.toNearestOrEven))
        }
        #expect(result[row * n + column] == Float(sum) * (largest / 127 * (1 / 127)))
      }
    }
  }
}
