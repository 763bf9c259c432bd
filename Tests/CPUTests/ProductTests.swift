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

  /// What a sum over `depth` products of numbers within ±1 may be off by. int8 rounds both operands by up
  /// to 1/254 of their bound, int16 by up to 1/4094 and 1/8190 of the largest beside them.
  private func bound(_ precision: Precision, _ depth: Int) -> Double {
    switch precision {
    case .float32, .bfloat16: 1e-5 * Double(depth) + 1e-5
    case .int16: 6e-4 * Double(depth).squareRoot()
    case .int8: 0.012 * Double(depth).squareRoot()
    }
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
          #expect(abs(Double(result[row * n + column]) - exact) < bound(precision, k))
        }
      }
    }
  }

  /// As for gradients of weights: the left matrix is transposed, sums are added to what is there.
  @Test(arguments: shapes, [Precision.float32, .bfloat16, .int16])
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
          #expect(abs(Double(result[row * n + column]) - exact) < bound(precision, k))
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

  /// So are those of a block of int16, whose steps are its own row's and column's.
  @Test func int16IsExact() {
    useOneProductThread()
    let (m, k, n) = (7, 255, 70)
    var random = Xoshiro256(seed: 1)
    // Multiples of a step, of which there are as many as there can be.
    func lines(_ count: Int, largest: Int) -> [Int] {
      (0..<count * k).map {
        $0 % k == 0 ? largest : Int((random.symmetric(1) * Float(largest)).rounded())
      }
    }
    let a = lines(m, largest: 2047)
    let b = lines(n, largest: 4095)
    let (packed, product) = int16Product(m, k, n, by: b.map { Float($0) * 0.25 })
    var result = [Float](repeating: .nan, count: m * n)
    product(a.map { Float($0) }.withUnsafeBytes { Array($0) }, packed, into: &result)
    let steps: Float = (2047 * (1 / 2047)) * (0.25 * 4095 * (1 / 4095))
    for column in 0..<n {
      for row in 0..<m {
        let sum = (0..<k).reduce(0) { $0 + a[row * k + $1] * b[column * k + $1] }
        #expect(result[row * n + column] == Float(sum) * steps)
      }
    }
  }

  /// The largest sums that there can be fit 32 bits, a row of zeros stays zero, and what is no number is
  /// not lost, as a run that diverges would not be noticed.
  @Test(arguments: [1, 2, 255, 256, 257, 1000])
  func int16AtItsLimits(_ k: Int) {
    useOneProductThread()
    let (m, n) = (5, 33)
    var a = [Float](repeating: 1, count: m * k)
    for index in 0..<k {
      a[index] = -1
      a[k + index] = 0
      a[2 * k + index] = 1e-38
    }
    a[4 * k - 1] = .nan
    a[5 * k - 1] = .infinity
    let (packed, product) = int16Product(m, k, n, by: [Float](repeating: 3, count: k * n))
    var result = [Float](repeating: .nan, count: m * n)
    product(a.withUnsafeBytes { Array($0) }, packed, into: &result)
    for column in 0..<n {
      #expect(abs(result[column] + 3 * Float(k)) < 1e-6 * Float(3 * k))
      #expect(result[n + column] == 0 && abs(result[2 * n + column]) < 1e-30)
      #expect(!result[3 * n + column].isFinite && !result[4 * n + column].isFinite)
    }
  }

  private func int16Product(
    _ m: Int, _ k: Int, _ n: Int, by b: [Float]
  ) -> (PackedMatrix, MatrixMultiply) {
    let packed = PackedMatrix(.rowMajor(n, k).transposed, precision: .int16, rows: m)
    packed.pack(from: b)
    return (
      packed, MatrixMultiply(.rowMajor(m, k), by: packed, into: .rowMajor(m, n), .float32)
    )
  }
}
