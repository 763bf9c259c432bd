import Recurrent

/// A matrix product over all rows of a chunk, `[T·B, K]`.
///
/// Where chunks differ in length, it is made for T steps and for halves of it down to one step; a
/// shorter chunk is multiplied in the few pieces that it is made of. Else there may be several shares,
/// each of some rows of the result.
struct ChunkProduct {
  private let whole: [Piece]
  /// By share, where there are several; nil for one without rows.
  private let parts: [Part?]
  private let leftStep: Int
  private let rightStep: Int
  private let resultStep: Int

  /// What chunks of different lengths are made of, the longest first.
  private struct Piece {
    var steps: Int
    var first: MatrixMultiply
    /// For a sum over rows: what the pieces after the first one add.
    var further: MatrixMultiply
  }

  private struct Part {
    var product: MatrixMultiply
    /// Bytes from the beginnings of both matrices.
    var left: Int
    var result: Int
  }

  /// The steps of a chunk, and how they are multiplied.
  struct Shape {
    var steps: Int
    var lanes: Int
    /// Whether chunks differ in length.
    var varies: Bool
    var shares: Int

    fileprivate var pieces: [Int] {
      guard varies else { return [steps] }
      return Array(sequence(first: steps) { $0 > 1 ? $0 / 2 : nil })
    }
  }

  /// Rows of tiles, that no share has a part of one only.
  static let rowUnit = 16

  /// Rows of the left-hand matrix, row by row of the result.
  /// - Parameters:
  ///   - leftRow: bytes of a row of the left-hand matrix.
  ///   - resultRow: bytes of a row of the result.
  ///   - make: the product of that many rows.
  init(_ shape: Shape, leftRow: Int, resultRow: Int, _ make: (_ rows: Int) -> MatrixMultiply) {
    leftStep = shape.lanes * leftRow
    rightStep = 0
    resultStep = shape.lanes * resultRow
    guard shape.shares == 1 else {
      precondition(!shape.varies)
      whole = []
      parts = (0..<shape.shares).map { share in
        let rows = Share.range(
          share, of: shape.shares, shape.steps * shape.lanes, unit: Self.rowUnit)
        return rows.isEmpty
          ? nil
          : Part(
            product: make(rows.count), left: rows.lowerBound * leftRow,
            result: rows.lowerBound * resultRow)
      }
      return
    }
    parts = []
    whole = shape.pieces.map {
      let product = make($0 * shape.lanes)
      return Piece(steps: $0, first: product, further: product)
    }
  }

  /// The product of a transposed matrix and another, summed over their rows: a gradient of weights, in
  /// single precision.
  /// - Parameters:
  ///   - columns: of the left-hand matrix, by share: rows of the result.
  ///   - left, right: how the columns of a row are stored.
  ///   - make: the product over that many rows of those columns.
  init(
    _ shape: Shape, columns: [Range<Int>], of left: Int, by right: Int, _ precision: Precision
  ) {
    func product(rows: Int, columns: Int, accumulate: Bool = false) -> MatrixMultiply {
      MatrixMultiply(
        .rowMajor(rows, columns, stride: left).transposed, by: .rowMajor(rows, right),
        into: .rowMajor(columns, right), precision, accumulate: accumulate)
    }
    leftStep = shape.lanes * left * precision.size
    rightStep = shape.lanes * right * precision.size
    resultStep = 0
    guard shape.shares == 1 else {
      precondition(!shape.varies)
      whole = []
      parts = columns.map { columns in
        columns.isEmpty
          ? nil
          : Part(
            product: product(rows: shape.steps * shape.lanes, columns: columns.count),
            left: columns.lowerBound * precision.size,
            result: columns.lowerBound * right * MemoryLayout<Float>.size)
      }
      return
    }
    parts = []
    whole = shape.pieces.map { steps in
      let first = product(rows: steps * shape.lanes, columns: left)
      return Piece(
        steps: steps, first: first,
        further: shape.varies
          ? product(rows: steps * shape.lanes, columns: left, accumulate: true) : first)
    }
  }

  /// Multiplies the rows of the first `count` steps; where chunks do not differ in length, of all.
  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: PackedMatrix, into result: UnsafeMutableRawPointer,
    steps count: Int, _ share: Share
  ) {
    guard share.count == 1 else {
      if let part = parts[share.index] {
        part.product(left + part.left, right, into: result + part.result)
      }
      return
    }
    forEachPiece(of: count) { step, product in
      product(left + step * leftStep, right, into: result + step * resultStep)
    }
  }

  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, into result: UnsafeMutableRawPointer,
    steps count: Int, _ share: Share
  ) {
    guard share.count == 1 else {
      if let part = parts[share.index] {
        part.product(left + part.left, right, into: result + part.result)
      }
      return
    }
    forEachPiece(of: count) { step, product in
      product(
        left + step * leftStep, right + step * rightStep, into: result + step * resultStep)
    }
  }

  private func forEachPiece(of count: Int, _ body: (_ step: Int, MatrixMultiply) -> Void) {
    var step = 0
    // A copy of a piece would count references to both of its products.
    for index in whole.indices {
      let steps = whole[index].steps
      let isLast = index == whole.count - 1
      while step + steps <= count || (isLast && step < count) {
        body(step, step == 0 ? whole[index].first : whole[index].further)
        step += steps
      }
    }
  }
}
