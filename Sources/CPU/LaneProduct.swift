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
