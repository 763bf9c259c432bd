import Recurrent

/// How a matrix lies in memory.
package struct MatrixLayout: Equatable {
  package var rows: Int
  package var columns: Int
  package var rowStride: Int
  package var columnStride: Int

  /// Rows one after another, each `stride` elements from the last (its length where not given).
  package static func rowMajor(_ rows: Int, _ columns: Int, stride: Int? = nil) -> MatrixLayout {
    MatrixLayout(rows: rows, columns: columns, rowStride: stride ?? columns, columnStride: 1)
  }

  /// The same elements read as the transpose.
  package var transposed: MatrixLayout {
    MatrixLayout(rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }
}

/// `C = A · B`, or `C += A · B`, for fixed shapes.
///
/// Row i of C is the same to the last bit whatever the number of rows, which tests hold: a stream
/// sampled among others gives the text that it gives alone. One thread at a time may call it.
package struct MatrixMultiply {
  private let product: Product

  private enum Product {
    case panels(PanelProduct)
    case oneDNN(OneDNNProduct)
  }

  /// A product of plain matrices.
  package init(
    _ a: MatrixLayout, by b: MatrixLayout, into c: MatrixLayout, _ precision: Precision,
    accumulate: Bool = false, engine: ProductEngine? = nil
  ) {
    product =
      switch engine ?? .best(for: precision, rows: a.rows, isPacked: false) {
      case .panels:
        .panels(PanelProduct(a, by: b, into: c, precision, accumulate: accumulate))
      case .oneDNN:
        .oneDNN(
          OneDNNProduct(a, precision, by: b, precision, into: c, .float32, accumulate: accumulate))
      }
  }

  /// A product by a packed matrix. Both other matrices are stored as `b`'s precision has it, or C as
  /// `cType` says.
  package init(
    _ a: MatrixLayout, by b: PackedMatrix, into c: MatrixLayout, _ cType: Precision,
    accumulate: Bool = false
  ) {
    product =
      switch b.packed {
      case .panels(let matrix):
        .panels(PanelProduct(a, by: matrix, into: c, cType, accumulate: accumulate))
      case .oneDNN(let matrix):
        .oneDNN(OneDNNProduct(a, by: matrix, into: c, cType, accumulate: accumulate))
      }
  }

  /// The pointers are to matrices of the layouts that the product was made for.
  package func callAsFunction(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, into result: UnsafeMutableRawPointer
  ) {
    switch product {
    case .panels(let product): product(left, right, into: result)
    case .oneDNN(let product): product(left, right, into: result)
    }
  }

  /// - Parameter right: the matrix that the product was made for, or another that is packed like it.
  package func callAsFunction(
    _ left: UnsafeRawPointer, _ right: PackedMatrix, into result: UnsafeMutableRawPointer
  ) {
    switch (product, right.packed) {
    case (.panels(let product), .panels(let matrix)): product(left, matrix, into: result)
    case (.oneDNN(let product), .oneDNN(let matrix)): product(left, matrix, into: result)
    default: preconditionFailure("a product and its packed matrix are of one engine")
    }
  }
}

/// The right-hand matrix of products, in the layout and precision that the engine multiplies fastest.
package final class PackedMatrix: Sendable {
  package let precision: Precision
  let packed: Packed

  enum Packed {
    case panels(PanelMatrix)
    case oneDNN(OneDNNMatrix)
  }

  /// - Parameters:
  ///   - layout: how the single-precision matrix lies from which this one is packed; for int8, whose
  ///     columns have scales, with contiguous columns.
  ///   - rows: the number of rows of the left-hand matrices to choose the layout for; others work.
  package init(_ layout: MatrixLayout, precision: Precision, rows: Int) {
    self.precision = precision
    packed =
      switch ProductEngine.best(for: precision, rows: rows) {
      case .panels: .panels(PanelMatrix(layout, precision: precision))
      case .oneDNN: .oneDNN(OneDNNMatrix(layout, precision: precision, rows: rows))
      }
  }

  /// Takes the values of the matrix at `pointer`, which has the layout given at the start.
  package func pack(from pointer: UnsafePointer<Float>) {
    switch packed {
    case .panels(let matrix): matrix.pack(from: pointer)
    case .oneDNN(let matrix): matrix.pack(from: pointer)
    }
  }
}
