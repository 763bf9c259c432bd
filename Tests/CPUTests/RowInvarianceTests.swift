import CPU
import CKernels
import Recurrent
import Testing

/// A row of a product is the same to the last bit, whatever rows there are beside it and however
/// many threads share the work: a text written among others is the one that is written alone.
@Suite("Row invariance")
struct RowInvarianceTests {
  /// `[K, N]`: ends of panels and words, and the products of networks of 2 × 128 and 2 × 512: from
  /// symbol to gates, from state to gates and back, and from state to a vocabulary and back.
  static let shapes = [
    (5, 7), (16, 64), (17, 33), (33, 130), (96, 65), (130, 520), (64, 2048), (128, 512),
    (512, 128), (128, 65), (65, 128), (512, 2048), (2048, 512), (512, 65), (65, 512),
  ]
  static let rows = 130

  @Test(arguments: shapes, Precision.allCases)
  func rowsDoNotDependOnTheirNumber(_ shape: (Int, Int), _ precision: Precision) throws {
    let rows = Self.rows
    let operands = Operands(shape, precision, rows: rows)
    let alone = operands.product(packedFor: 1, at: 1, threads: 1)
    // Large products by numbers of rows that fill tiles and leave any remainder.
    let isLarge = shape.0 * shape.1 > 100_000
    for count in 2...rows where !isLarge || count < 14 || [16, 24, 33, 64, 130].contains(count) {
      let together = operands.product(packedFor: count, at: count, threads: 1)
      try #require(together == alone, "\(count) rows at a time")
    }
  }

  @Test(arguments: [(64, 256), (130, 520), (512, 2048)], Precision.allCases)
  func rowsDoNotDependOnThreads(_ shape: (Int, Int), _ precision: Precision) throws {
    let operands = Operands(shape, precision, rows: 64)
    let alone = operands.product(packedFor: 1, at: 1, threads: 1)
    for threads in 2...4 {
      for count in [1, 5, 64] {
        let shared = operands.product(packedFor: count, at: count, threads: threads)
        try #require(shared == alone, "\(count) rows at a time, \(threads) threads")
      }
    }
  }

  /// `rows` random rows and a random matrix to multiply them by.
  private struct Operands {
    let depth: Int
    let width: Int
    let precision: Precision
    let rows: Int
    private let left: [UInt8]
    private let right: [Float]

    init(_ shape: (Int, Int), _ precision: Precision, rows: Int) {
      (depth, width) = shape
      self.precision = precision
      self.rows = rows
      // One more block of rows than is compared: the last one need not divide evenly.
      var random = Xoshiro256(seed: 1)
      let values = (0..<2 * rows * depth).map { _ in random.symmetric(1) }
      var stored = [UInt8](repeating: 0, count: values.count * precision.size)
      stored.withUnsafeMutableBytes { stored in
        guard let stored = stored.baseAddress else { return }
        ck_store(
          precision == .bfloat16 ? CK_BF16 : CK_F32, Int64(values.count), values, stored)
      }
      left = stored
      random = Xoshiro256(seed: 2)
      right = (0..<depth * width).map { _ in random.symmetric(1) }
    }

    /// The product, computed `count` rows at a time.
    func product(packedFor packedRows: Int, at count: Int, threads: Int) -> ArraySlice<Float> {
      var result = [Float](repeating: 0, count: (rows + count) * width)
      withProductThreads(threads) {
        let packed = PackedMatrix(
          .rowMajor(width, depth).transposed, precision: precision, rows: packedRows)
        packed.pack(from: right)
        let multiply = MatrixMultiply(
          .rowMajor(count, depth), by: packed, into: .rowMajor(count, width), .float32)
        left.withUnsafeBytes { left in
          result.withUnsafeMutableBufferPointer { result in
            guard let left = left.baseAddress, let result = result.baseAddress else { return }
            for first in stride(from: 0, to: rows, by: count) {
              multiply(
                left + first * depth * precision.size, packed, into: result + first * width)
            }
          }
        }
      }
      return result[..<(rows * width)]
    }
  }
}
