import CCUDA
import Recurrent

/// A run of memory on a GPU, freed with its last reference. Its contents are undefined at first.
///
/// Unchecked: used as its GPU is.
final class GPUBuffer: @unchecked Sendable {
  let pointer: cu_pointer
  let bytes: Int
  private let gpu: GPU

  init(_ gpu: GPU, bytes: Int) throws(CUDAError) {
    self.gpu = gpu
    self.bytes = bytes
    pointer = try gpu.allocate(bytes: bytes)
  }

  /// Zero at first.
  convenience init(_ gpu: GPU, zeroed bytes: Int) throws(CUDAError) {
    try self.init(gpu, bytes: bytes)
    try gpu.zero(pointer, bytes: bytes)
  }

  deinit { gpu.free(pointer) }
}

/// Memory of the host that a GPU copies from and to without help, freed with its last reference.
///
/// Unchecked: used as its GPU is.
final class PinnedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Element>
  private let gpu: GPU

  init(_ gpu: GPU, count: Int) throws(CUDAError) {
    self.gpu = gpu
    let memory = try gpu.allocateHost(bytes: count * MemoryLayout<Element>.stride)
    elements = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit {
    if let start = elements.baseAddress { gpu.freeHost(start) }
  }

  /// Copies the first `count` elements to a GPU's memory, which will have them when it comes to the
  /// work asked for next; not to be changed before that.
  func upload(_ count: Int? = nil, to destination: cu_pointer) throws(CUDAError) {
    guard let start = elements.baseAddress else { return }
    try gpu.copy(
      from: start, to: destination,
      bytes: (count ?? elements.count) * MemoryLayout<Element>.stride)
  }

  /// Copies from a GPU's memory; there once the GPU has been waited for.
  ///
  /// - Parameter first: where the first element goes.
  func download(
    _ count: Int? = nil, from source: cu_pointer, at first: Int = 0
  ) throws(CUDAError) {
    guard let start = elements.baseAddress else { return }
    try gpu.copy(
      from: source, to: UnsafeMutableRawPointer(start + first),
      bytes: (count ?? elements.count) * MemoryLayout<Element>.stride)
  }
}

/// A matrix on a GPU, row-major, or the transpose of one.
struct GPUMatrix {
  var pointer: cu_pointer
  var rows: Int
  var columns: Int
  /// Elements between two rows as they lie in memory.
  var stride: Int
  var precision: Precision
  var isTransposed = false

  init(
    _ pointer: cu_pointer, _ rows: Int, _ columns: Int, stride: Int? = nil, _ precision: Precision
  ) {
    precondition(precision == .float32 || precision == .bfloat16)
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
    self.precision = precision
  }

  var transposed: GPUMatrix {
    var other = self
    (other.rows, other.columns, other.isTransposed) = (columns, rows, !isTransposed)
    return other
  }

  fileprivate var isFloat: Bool { precision == .float32 }
  var operation: Int32 { Int32(isTransposed ? CUBLAS_TRANSPOSE : CUBLAS_NO_TRANSPOSE) }
  var type: Int32 { Int32(isFloat ? CUBLAS_FLOAT32 : CUBLAS_BFLOAT16) }
}

extension Precision {
  /// Bytes of a stored activation on a GPU.
  var bytes: Int { self == .bfloat16 ? 2 : 4 }

  /// What kernels of stored activations are named by.
  var suffix: String { self == .bfloat16 ? "bf16" : "f32" }
}
