extension GPU {
  /// Threads of a block, of most kernels.
  static let threads = 256

  /// Runs a kernel that takes a few elements a thread, and more where there are more.
  func launch<Arguments>(
    _ kernel: Kernel, elements: Int, _ arguments: Arguments
  ) throws(CUDAError) {
    let blocks = (elements + Self.threads - 1) / Self.threads
    try launch(
      kernel, blocks: min(blocks, 16 * multiprocessors), threads: Self.threads, arguments)
  }

  /// Runs a step of a cell: a block takes 32 units of 8 lanes.
  func launch<Arguments>(
    _ kernel: Kernel, lanes: Int, hidden: Int, _ arguments: Arguments
  ) throws(CUDAError) {
    try launch(
      kernel, blocks: ((hidden + 31) / 32) * ((lanes + 7) / 8), threads: Self.threads, arguments)
  }

  /// Runs a kernel that takes a row of logits a block.
  func launch<Arguments>(
    _ kernel: Kernel, rows: Int, vocabulary: Int, _ arguments: Arguments
  ) throws(CUDAError) {
    let threads = vocabulary <= 1024 ? 128 : vocabulary <= 16384 ? 256 : 1024
    try launch(kernel, blocks: rows, threads: threads, arguments)
  }

  /// Runs a kernel that adds up 32 columns a block.
  func launch<Arguments>(
    _ kernel: Kernel, columns: Int, _ arguments: Arguments
  ) throws(CUDAError) {
    try launch(kernel, blocks: (columns + 31) / 32, threads: 1024, arguments)
  }
}
