import Recurrent

/// A matrix product over all rows of a chunk, `[T·B, K]`, for chunks of any number of steps.
///
/// The product is made for T steps and, where chunks differ in length, for halves of it down to one
/// step; a shorter chunk is multiplied in the few pieces that it is made of.
struct ChunkProduct {
  /// The longest first.
  private let pieces: [Piece]
  private let leftStep: Int
  private let rightStep: Int
  private let resultStep: Int

  private struct Piece {
    var steps: Int
    var first: MatrixMultiply
    /// For a sum over rows: what the pieces after the first one add.
    var further: MatrixMultiply
  }

  /// The sizes to make a product for.
  private static func sizes(_ steps: Int, varies: Bool) -> [Int] {
    guard varies else { return [steps] }
    return Array(sequence(first: steps) { $0 > 1 ? $0 / 2 : nil })
  }

  /// Rows of the left-hand matrix, row by row of the result.
  /// - Parameters:
  ///   - leftStep: bytes of a step of the left-hand matrix.
  ///   - resultStep: bytes of a step of the result.
  ///   - make: the product over as many rows as that many steps have.
  init(
    steps: Int, varies: Bool, leftStep: Int, resultStep: Int,
    _ make: (_ steps: Int) -> MatrixMultiply
  ) {
    self.leftStep = leftStep
    rightStep = 0
    self.resultStep = resultStep
    pieces = Self.sizes(steps, varies: varies).map {
      let product = make($0)
      return Piece(steps: $0, first: product, further: product)
    }
  }

  /// The product of a transposed matrix and another, summed over their rows.
  init(
    steps: Int, varies: Bool, leftStep: Int, rightStep: Int,
    sum make: (_ steps: Int, _ accumulate: Bool) -> MatrixMultiply
  ) {
    self.leftStep = leftStep
    self.rightStep = rightStep
    resultStep = 0
    pieces = Self.sizes(steps, varies: varies).map {
      let product = make($0, false)
      return Piece(steps: $0, first: product, further: varies ? make($0, true) : product)
    }
  }

  /// Multiplies the rows of the first `count` steps; where chunks do not differ in length, of all.
  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: PackedMatrix, into result: UnsafeMutableRawPointer,
    steps count: Int
  ) {
    forEachPiece(of: count) { step, product in
      product(left + step * leftStep, right, into: result + step * resultStep)
    }
  }

  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, into result: UnsafeMutableRawPointer,
    steps count: Int
  ) {
    forEachPiece(of: count) { step, product in
      product(
        left + step * leftStep, right + step * rightStep, into: result + step * resultStep)
    }
  }

  private func forEachPiece(of count: Int, _ body: (_ step: Int, MatrixMultiply) -> Void) {
    var step = 0
    for piece in pieces {
      let isLast = piece.steps == pieces[pieces.count - 1].steps
      while step + piece.steps <= count || (isLast && step < count) {
        body(step, step == 0 ? piece.first : piece.further)
        step += piece.steps
      }
    }
  }
}

/// How many lanes take part in each step of a chunk: all of them, or where the lanes hold texts of
/// different lengths, longest first, those whose text has not ended (PyTorch's packed sequences).
package struct StepLanes: Sendable {
  /// Steps of the chunk that are read.
  package let steps: Int
  /// By step, falling; nil for all lanes.
  private let counts: [Int]?

  /// Chunks of a stream.
  static func all(steps: Int) -> StepLanes { StepLanes(steps: steps, counts: nil) }

  private init(steps: Int, counts: [Int]?) {
    self.steps = steps
    self.counts = counts
  }

  /// - Parameter lengths: by lane, longest first; lanes after these hold nothing.
  package init(lengths: some Collection<Int>) {
    let steps = lengths.first ?? 0
    var counts = [Int](repeating: 0, count: steps)
    var previous = steps
    for length in lengths {
      precondition(length <= previous, "lengths fall")
      previous = length
      for step in 0..<length { counts[step] += 1 }
    }
    self.init(steps: steps, counts: counts)
  }

  /// Whether each lane holds a text of its own, from its beginning to its end.
  var arePacked: Bool { counts != nil }

  func callAsFunction(_ step: Int, of lanes: Int) -> Int { counts?[step] ?? lanes }
}

/// A recurrent product over the first lanes of a step, for any number of them.
struct LaneProduct {
  /// By the number of lanes in eights.
  private let products: [MatrixMultiply]
  private let lanes: Int
  private static let unit = 8

  init(lanes: Int, varies: Bool, _ make: (_ lanes: Int) -> MatrixMultiply) {
    self.lanes = lanes
    products =
      varies
      ? stride(from: Self.unit, to: lanes + Self.unit, by: Self.unit).map { make(min($0, lanes)) }
      : [make(lanes)]
  }

  /// A product of at least `count` lanes, at most all.
  subscript(count: Int) -> MatrixMultiply {
    products[min(products.count - 1, max(0, count - 1) / Self.unit)]
  }
}
