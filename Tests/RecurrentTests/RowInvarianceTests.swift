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
    let alone = product(shape, precision, rows: rows, packedFor: 1, at: 1, threads: 1)
    // Large products by numbers of rows that fill tiles and leave any remainder.
    let isLarge = shape.0 * shape.1 > 100_000
    for count in 2...rows where !isLarge || count < 14 || [16, 24, 33, 64, 130].contains(count) {
      let together = product(shape, precision, rows: rows, packedFor: count, at: count, threads: 1)
      try #require(together == alone, "\(count) rows at a time")
    }
  }

  @Test(arguments: [(64, 256), (130, 520), (512, 2048)], Precision.allCases)
  func rowsDoNotDependOnThreads(_ shape: (Int, Int), _ precision: Precision) throws {
    let alone = product(shape, precision, rows: 64, packedFor: 1, at: 1, threads: 1)
    for threads in 2...4 {
      for count in [1, 5, 64] {
        let shared = product(
          shape, precision, rows: 64, packedFor: count, at: count, threads: threads)
        try #require(shared == alone, "\(count) rows at a time, \(threads) threads")
      }
    }
  }

  /// The product of `rows` random rows by a random matrix, computed `count` rows at a time.
  private func product(
    _ shape: (Int, Int), _ precision: Precision, rows: Int, packedFor packedRows: Int,
    at count: Int, threads: Int
  ) -> [Float] {
    let (depth, width) = shape
    var generator = Xoshiro256(seed: 1)
    let left = (0..<(rows + count) * depth).map { _ in generator.symmetric(1) }
    var right = Xoshiro256(seed: 2)
    let matrix = (0..<depth * width).map { _ in right.symmetric(1) }
    let element = precision == .bfloat16 ? CK_BF16 : CK_F32
    var stored = [UInt8](repeating: 0, count: left.count * precision.size)
    // One more block of rows than is compared: the last one need not divide evenly.
    var result = [Float](repeating: 0, count: (rows + count) * width)
    return withProductThreads(threads) {
      let packed = PackedMatrix(
        .rowMajor(width, depth).transposed, precision: precision, rows: packedRows)
      packed.pack(from: matrix)
      let multiply = MatrixMultiply(
        .rowMajor(count, depth), by: packed, into: .rowMajor(count, width), .float32)
      stored.withUnsafeMutableBytes { stored in
        result.withUnsafeMutableBufferPointer { result in
          guard let stored = stored.baseAddress, let result = result.baseAddress else { return }
          ck_store(element, Int64(left.count), left, stored)
          for first in stride(from: 0, to: rows, by: count) {
            multiply(
              stored + first * depth * precision.size, packed, into: result + first * width)
          }
        }
      }
      return Array(result[..<(rows * width)])
    }
  }
}
