import CKernels
import COneDNN
import Recurrent

/// A product by oneDNN: a primitive with its scratch memory. One thread at a time may call it.
final class OneDNNProduct {
  private let primitive: dnnl_primitive_t
  private let stream: dnnl_stream_t
  private let a: dnnl_memory_t
  private let b: dnnl_memory_t
  private let c: dnnl_memory_t
  private let scratch: dnnl_memory_t
  private let scratchBlock: FloatBuffer
  private let quantization: Quantization?
  private var arguments: [dnnl_exec_arg_t]

  /// For int8: the left-hand matrix as it is multiplied, and how to scale the sums.
  private struct Quantization {
    var left: FloatBuffer
    var layout: MatrixLayout
    var columns: Int
  }

  /// A product of plain matrices.
  convenience init(
    _ a: MatrixLayout, _ aType: Precision, by b: MatrixLayout, _ bType: Precision,
    into c: MatrixLayout, _ cType: Precision, accumulate: Bool = false
  ) {
    let right = makeDescription(b, bType.storedType)
    defer { charlstm_desc_destroy(right) }
    self.init(
      a, aType.storedType, by: right, into: c, cType.storedType, accumulate: accumulate,
      quantization: nil)
  }

  /// A product by a packed matrix. Both other matrices are stored as `b`'s precision has it.
  convenience init(
    _ a: MatrixLayout, by b: OneDNNMatrix, into c: MatrixLayout, _ cType: Precision,
    accumulate: Bool = false
  ) {
    guard b.precision == .int8 else {
      self.init(
        a, b.precision.storedType, by: b.description, into: c, cType.storedType,
        accumulate: accumulate, quantization: nil)
      return
    }
    precondition(!accumulate && a.columnStride == 1 && c.rowStride == c.columns)
    self.init(
      .rowMajor(a.rows, a.columns), dnnl_s8, by: b.description, into: c, dnnl_s32,
      accumulate: false,
      quantization: Quantization(
        left: FloatBuffer(count: a.rows * a.columns / 4 + 1), layout: a, columns: c.columns))
  }

  private init(
    _ a: MatrixLayout, _ aType: dnnl_data_type_t, by right: charlstm_desc, into c: MatrixLayout,
    _ cType: dnnl_data_type_t, accumulate: Bool, quantization: Quantization?
  ) {
    self.quantization = quantization
    let left = makeDescription(a, aType)
    let result = makeDescription(c, cType)
    defer {
      charlstm_desc_destroy(left)
      charlstm_desc_destroy(result)
    }
    let description = made {
      charlstm_matmul_desc(&$0, Engine.cpu.handle, left, right, result, accumulate)
    }
    defer { dnnl_primitive_desc_destroy(description) }
    primitive = made { dnnl_primitive_create(&$0, description) }
    stream = made {
      dnnl_stream_create(&$0, Engine.cpu.handle, dnnl_stream_default_flags.rawValue)
    }
    let scratchDescription = charlstm_matmul_query(description, dnnl_query_scratchpad_md)
    scratchBlock = FloatBuffer(count: charlstm_desc_size(scratchDescription) / 4 + 1)
    self.a = makeMemory(left, nil)
    self.b = makeMemory(right, nil)
    self.c = makeMemory(result, nil)
    scratch = makeMemory(scratchDescription, scratchBlock.pointer)
    arguments = [
      dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: self.a),
      dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: self.b),
      dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: self.c),
      dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch),
    ]
  }

  deinit {
    for memory in [a, b, c, scratch] { dnnl_memory_destroy(memory) }
    dnnl_stream_destroy(stream)
    dnnl_primitive_destroy(primitive)
  }

  /// The pointers are to matrices of the layouts that the product was made for.
  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, into result: UnsafeMutableRawPointer
  ) {
    dnnl_memory_set_data_handle(a, UnsafeMutableRawPointer(mutating: left))
    dnnl_memory_set_data_handle(b, UnsafeMutableRawPointer(mutating: right))
    dnnl_memory_set_data_handle(c, result)
    let status = dnnl_primitive_execute(primitive, stream, 4, &arguments)
    precondition(status == dnnl_success, "oneDNN failed to multiply (status \(status.rawValue))")
  }

  func callAsFunction(
    _ left: UnsafeRawPointer, _ right: OneDNNMatrix, into result: UnsafeMutableRawPointer
  ) {
    guard let quantization, let scales = right.scales else {
      return self(left, right.elements, into: result)
    }
    let layout = quantization.layout
    let quantized = UnsafeMutableRawPointer(quantization.left.pointer)
    ck_quantize(
      Int64(layout.rows), Int64(layout.columns), Int64(layout.rowStride),
      left.assumingMemoryBound(to: Float.self), quantized.assumingMemoryBound(to: Int8.self), nil)
    self(quantized, right.elements, into: result)
    ck_dequantize(Int64(layout.rows), Int64(quantization.columns), scales.pointer, result)
  }
}

/// The right-hand matrix of products, in the layout and precision that oneDNN multiplies fastest.
final class OneDNNMatrix: @unchecked Sendable {
  let precision: Precision
  let description: charlstm_desc
  /// For int8, one a column.
  let scales: FloatBuffer?
  private let layout: MatrixLayout
  /// For int8, the matrix before it is packed.
  private let quantized: FloatBuffer?
  private let block: FloatBuffer
  private let reorder: dnnl_primitive_t
  private let stream: dnnl_stream_t
  private let source: dnnl_memory_t
  private let packed: dnnl_memory_t

  /// - Parameters:
  ///   - layout: how the single-precision matrix lies from which this one is packed.
  ///   - rows: the number of rows of the left-hand matrices to choose the layout for; others work.
  init(_ layout: MatrixLayout, precision: Precision, rows: Int) {
    self.precision = precision
    self.layout = layout
    let isQuantized = precision == .int8
    precondition(!isQuantized || layout.rowStride == 1, "a column with a scale is contiguous")
    scales = isQuantized ? FloatBuffer(count: layout.columns) : nil
    quantized = isQuantized ? FloatBuffer(count: layout.rows * layout.columns / 4 + 1) : nil
    let type = precision.operandType
    let left = makeDescription(.rowMajor(rows, layout.rows), type)
    let any = made {
      charlstm_desc_any(&$0, dnnl_dim_t(layout.rows), dnnl_dim_t(layout.columns), type)
    }
    let result = makeDescription(.rowMajor(rows, layout.columns), precision.sumType)
    let plain = makeDescription(layout, isQuantized ? dnnl_s8 : dnnl_f32)
    defer { for description in [left, any, result, plain] { charlstm_desc_destroy(description) } }
    let product = made {
      charlstm_matmul_desc(&$0, Engine.cpu.handle, left, any, result, false)
    }
    defer { dnnl_primitive_desc_destroy(product) }
    let description = made {
      charlstm_desc_copy(&$0, charlstm_matmul_query(product, dnnl_query_weights_md))
    }
    self.description = description
    block = FloatBuffer(count: charlstm_desc_size(description) / 4 + 1)
    let reorderDescription = made {
      dnnl_reorder_primitive_desc_create(
        &$0, plain, Engine.cpu.handle, description, Engine.cpu.handle, nil)
    }
    defer { dnnl_primitive_desc_destroy(reorderDescription) }
    reorder = made { dnnl_primitive_create(&$0, reorderDescription) }
    stream = made {
      dnnl_stream_create(&$0, Engine.cpu.handle, dnnl_stream_default_flags.rawValue)
    }
    source = makeMemory(plain, nil)
    packed = makeMemory(description, block.pointer)
  }

  deinit {
    for memory in [source, packed] { dnnl_memory_destroy(memory) }
    dnnl_stream_destroy(stream)
    dnnl_primitive_destroy(reorder)
    charlstm_desc_destroy(description)
  }

  var elements: UnsafeRawPointer { UnsafeRawPointer(block.pointer) }

  /// Takes the values of the matrix at `pointer`, which has the layout given at the start.
  func pack(from pointer: UnsafePointer<Float>) {
    var plain = UnsafeMutableRawPointer(mutating: pointer)
    if let quantized, let scales {
      plain = UnsafeMutableRawPointer(quantized.pointer)
      ck_quantize(
        Int64(layout.columns), Int64(layout.rows), Int64(layout.columnStride), pointer,
        plain.assumingMemoryBound(to: Int8.self), scales.pointer)
    }
    dnnl_memory_set_data_handle(source, plain)
    let arguments = [
      dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source),
      dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: packed),
    ]
    let status = dnnl_primitive_execute(reorder, stream, 2, arguments)
    precondition(status == dnnl_success, "oneDNN failed to pack (status \(status.rawValue))")
  }
}

/// The one oneDNN engine of the process; engines may be used from any thread.
private final class Engine: @unchecked Sendable {
  static let cpu = Engine()
  let handle: dnnl_engine_t = made { dnnl_engine_create(&$0, dnnl_cpu, 0) }
}

/// The handle that `create` stores. Creation fails only for want of memory or on a CPU without the
/// instructions for a type, which `ProductEngine` rules out.
private func made<Handle>(_ create: (inout Handle?) -> dnnl_status_t) -> Handle {
  var handle: Handle?
  let status = create(&handle)
  guard status == dnnl_success, let handle else {
    fatalError("oneDNN cannot prepare a matrix product here (status \(status.rawValue))")
  }
  return handle
}

private func makeDescription(_ layout: MatrixLayout, _ type: dnnl_data_type_t) -> charlstm_desc {
  made {
    charlstm_desc_strided(
      &$0, dnnl_dim_t(layout.rows), dnnl_dim_t(layout.columns), type,
      dnnl_dim_t(layout.rowStride), dnnl_dim_t(layout.columnStride))
  }
}

private func makeMemory(
  _ description: charlstm_const_desc?, _ block: UnsafeMutablePointer<Float>?
) -> dnnl_memory_t {
  // DNNL_MEMORY_NONE is null: the pointer is set at each call.
  made { dnnl_memory_create(&$0, description, Engine.cpu.handle, block) }
}
