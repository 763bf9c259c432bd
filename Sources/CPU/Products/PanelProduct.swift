import CKernels
import COneDNN
import Recurrent

/// A product by this package's own kernels, for any number of rows of C, whose every element is one
/// chain of sums over K.
struct PanelProduct {
  private let product: ck_product
  private let panels: Int

  /// A product of plain matrices, summed in single precision.
  init(
    _ a: MatrixLayout, by b: MatrixLayout, into c: MatrixLayout, _ precision: Precision,
    accumulate: Bool
  ) {
    self.init(
      a, by: b, storedAs: precision.element, isPacked: false, into: c, .float32, precision,
      accumulate: accumulate)
  }

  init(
    _ a: MatrixLayout, by b: PanelMatrix, into c: MatrixLayout, _ cType: Precision,
    accumulate: Bool
  ) {
    precondition(!accumulate || b.precision != .int8)
    self.init(
      a, by: b.layout, storedAs: CK_F32, isPacked: true, into: c, cType, b.precision,
      accumulate: accumulate)
  }

  private init(
    _ a: MatrixLayout, by b: MatrixLayout, storedAs element: ck_element, isPacked: Bool,
    into c: MatrixLayout, _ cType: Precision, _ precision: Precision, accumulate: Bool
  ) {
    precondition(
      a.columns == b.rows && c == .rowMajor(a.rows, b.columns, stride: c.rowStride))
    product = ck_product(
      operand: precision.operand, left: ck_matrix(a, precision.element),
      right: ck_matrix(b, element), right_is_packed: isPacked, result: cType.element,
      result_stride: Int64(c.rowStride), accumulate: accumulate)
    let columns = Int(ck_panel_columns(precision.operand))
    panels = (b.columns + columns - 1) / columns
  }

  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, into result: UnsafeMutableRawPointer
  ) {
    multiply(left, right, scales: nil, offsets: nil, into: result)
  }

  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: PanelMatrix, into result: UnsafeMutableRawPointer
  ) {
    multiply(
      left, right.elements, scales: right.scales?.pointer, offsets: right.offsets, into: result)
  }

  /// Products of fewer operations are not worth waking a thread for.
  private static let leastShared = 1 << 20

  private func multiply(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, scales: UnsafePointer<Float>?,
    offsets: UnsafePointer<Int32>?, into result: UnsafeMutableRawPointer
  ) {
    let operations = 2 * product.left.rows * product.left.columns * product.right.columns
    let threads = operations < Self.leastShared ? 1 : min(Int(omp_get_max_threads()), panels)
    guard threads > 1 else {
      withUnsafePointer(to: product) {
        ck_multiply($0, left, right, scales, offsets, result, 0, Int64(panels))
      }
      return
    }
    withUnsafePointer(to: product) { product in
      var work = Shared(
        product: product, left: left, right: right, scales: scales, offsets: offsets,
        result: result, panels: panels)
      withUnsafeMutablePointer(to: &work) { work in
        GOMP_parallel(
          { work in
            guard let work = work?.assumingMemoryBound(to: Shared.self).pointee else { return }
            let threads = Int(omp_get_num_threads())
            let thread = Int(omp_get_thread_num())
            ck_multiply(
              work.product, work.left, work.right, work.scales, work.offsets, work.result,
              Int64(work.panels * thread / threads), Int64(work.panels * (thread + 1) / threads))
          }, work, UInt32(threads), 0)
      }
    }
  }

  /// What the threads that share a product are told.
  private struct Shared {
    let product: UnsafePointer<ck_product>
    let left: UnsafeRawPointer
    let right: UnsafeRawPointer
    let scales: UnsafePointer<Float>?
    let offsets: UnsafePointer<Int32>?
    let result: UnsafeMutableRawPointer
    let panels: Int
  }
}

/// A right-hand matrix in panels of columns.
///
/// Not synchronised: nobody multiplies by it while it is packed.
final class PanelMatrix: @unchecked Sendable {
  let precision: Precision
  let layout: MatrixLayout
  /// For int8, one a column.
  let scales: FloatBuffer?
  private let offsetBlock: FloatBuffer?
  private let block: FloatBuffer

  init(_ layout: MatrixLayout, precision: Precision) {
    self.precision = precision
    self.layout = layout
    let operand = precision.operand
    let columns = Int(ck_panel_columns(operand))
    let panels = (layout.columns + columns - 1) / columns
    block = FloatBuffer(
      count: panels * columns * Int(ck_panel_words(operand, Int64(layout.rows))))
    scales = precision == .int8 ? FloatBuffer(count: layout.columns) : nil
    offsetBlock = precision == .int8 ? FloatBuffer(count: layout.columns) : nil
  }

  var elements: UnsafeRawPointer { UnsafeRawPointer(block.pointer) }

  /// For int8, one a column: what sums are too large by where A's bytes are unsigned.
  var offsets: UnsafeMutablePointer<Int32>? {
    offsetBlock.map { UnsafeMutableRawPointer($0.pointer).assumingMemoryBound(to: Int32.self) }
  }

  func pack(from pointer: UnsafePointer<Float>) {
    var matrix = ck_matrix(layout, CK_F32)
    ck_pack_panels(precision.operand, &matrix, pointer, block.pointer, scales?.pointer, offsets)
  }
}

extension ck_matrix {
  fileprivate init(_ layout: MatrixLayout, _ element: ck_element) {
    self.init(
      element: element, rows: Int64(layout.rows), columns: Int64(layout.columns),
      row_stride: Int64(layout.rowStride), column_stride: Int64(layout.columnStride))
  }
}

extension Precision {
  fileprivate var operand: ck_operand {
    switch self {
    case .float32: CK_OPERAND_F32
    case .bfloat16: CK_OPERAND_BF16
    case .int16: CK_OPERAND_INT16
    case .int8: CK_OPERAND_INT8
    }
  }
}
