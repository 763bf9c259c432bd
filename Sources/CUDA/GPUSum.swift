import CCUDA

/// Adds up what lies on a GPU, in an order that is always the same.
struct GPUSum {
  private let gpu: GPU
  private let partial: GPUBuffer
  private let total: GPUBuffer
  private let result: PinnedBuffer<Double>
  private let sum: Kernel

  /// The most blocks of threads that each add up a part.
  private static let mostBlocks = 256

  init(on gpu: GPU) throws(CUDAError) {
    self.gpu = gpu
    partial = try GPUBuffer(gpu, bytes: Self.mostBlocks * 8)
    total = try GPUBuffer(gpu, bytes: 8)
    result = try PinnedBuffer(gpu, count: 1)
    sum = try gpu.kernel("sum")
  }

  /// Asks for the sum of what `kernel` makes of values: with `sum_floats` themselves, with
  /// `sum_of_squares` their squares.
  func add(_ kernel: Kernel, _ values: cu_pointer, count: Int) throws(CUDAError) {
    try add(kernel, count: count) { partial in
      partial_sums_arguments(values: values, partial: partial, count: Int64(count))
    }
  }

  /// Asks for the sum of the doubles that a kernel writes, one a block.
  func add<Arguments>(
    _ kernel: Kernel, count: Int, _ arguments: (_ partial: cu_pointer) -> Arguments
  ) throws(CUDAError) {
    // By the number of elements alone, on which the order of the sum depends then.
    let blocks = max(1, min(Self.mostBlocks, count / 2048))
    try gpu.launch(kernel, blocks: blocks, threads: GPU.threads, arguments(partial.pointer))
    try gpu.launch(
      sum, blocks: 1, threads: GPU.threads,
      sum_arguments(partial: partial.pointer, out: total.pointer, count: Int32(blocks)))
  }

  /// Waits for the GPU.
  func value() throws(CUDAError) -> Double {
    try result.download(from: total.pointer)
    try gpu.synchronize()
    return result.elements[0]
  }
}
