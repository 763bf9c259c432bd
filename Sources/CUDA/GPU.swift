import CCUDA
import Foundation
import Synchronization

/// A GPU: its memory, its kernels, and one stream of work, which it does in order.
///
/// Unchecked: whoever uses it does so within `perform`, one thread at a time.
package final class GPU: @unchecked Sendable {
  /// As the driver numbers versions: what the libraries of CUDA 12 need.
  private static let oldestDriver = 12000
  /// Bytes: what NVIDIA recommends for GPUs from compute capability 9.0 on.
  private static let productWorkspace = 32 << 20

  package let name: String
  /// Compute capability: 80 for 8.0, 90 for 9.0.
  package let capability: Int
  package let multiprocessors: Int
  /// Bytes.
  package let memory: Int
  private let libraries: CUDALibraries
  private let device: cu_device
  private let context: cu_context
  private let stream: cu_stream
  private let products: cublas_handle
  private var workspace: cu_pointer = 0
  private let module: cu_module
  private let turns = NSLock()
  /// What made it unusable.
  private let broken = Mutex<CUDAError?>(nil)

  /// - Parameters:
  ///   - number: among those that the driver shows, from 0 on.
  ///   - cache: the folder that keeps compiled kernels; nil to compile them anew.
  package init(_ number: Int, libraries: CUDALibraries, cache: String?) throws(CUDAError) {
    let driver = libraries.driver
    func checked(_ function: String, _ result: cu_result) throws(CUDAError) {
      guard result == cu_result(CU_SUCCESS) else {
        throw driver.error(in: function, result)
      }
    }
    let initialized = driver.initialize(0)
    if initialized == cu_result(CU_ERROR_NO_DEVICE) { throw .noDevice }
    var version: Int32 = 0
    try checked("cuDriverGetVersion", driver.driverGetVersion(&version))
    if version < Self.oldestDriver {
      throw .oldDriver(version: Int(version), needed: Self.oldestDriver)
    }
    try checked("cuInit", initialized)
    var count: Int32 = 0
    try checked("cuDeviceGetCount", driver.deviceGetCount(&count))
    if count == 0 { throw .noDevice }
    guard (0..<Int(count)).contains(number) else {
      throw .noSuchDevice(number: number, count: Int(count))
    }
    var device: cu_device = 0
    try checked("cuDeviceGet", driver.deviceGet(&device, Int32(number)))
    var characters = [CChar](repeating: 0, count: 256)
    try checked("cuDeviceGetName", driver.deviceGetName(&characters, 256, device))
    name = String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    func attribute(_ attribute: Int) throws(CUDAError) -> Int {
      var value: Int32 = 0
      try checked(
        "cuDeviceGetAttribute", driver.deviceGetAttribute(&value, Int32(attribute), device))
      return Int(value)
    }
    let major = try attribute(CU_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
    let minor = try attribute(CU_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)
    guard major >= 8 else { throw .oldDevice(name: name, capability: "\(major).\(minor)") }
    capability = 10 * major + minor
    multiprocessors = try attribute(CU_ATTRIBUTE_MULTIPROCESSOR_COUNT)
    var bytes = 0
    try checked("cuDeviceTotalMem", driver.deviceTotalMemory(&bytes, device))
    memory = bytes

    var context: cu_context?
    try checked("cuDevicePrimaryCtxRetain", driver.primaryContextRetain(&context, device))
    try checked("cuCtxSetCurrent", driver.contextSetCurrent(context))
    var stream: cu_stream?
    try checked(
      "cuStreamCreate", driver.streamCreate(&stream, UInt32(CU_STREAM_NON_BLOCKING)))
    var module: cu_module?
    // What is kept may have been damaged.
    for isAnew in cache == nil ? [true] : [false, true] {
      let image = try KernelImage.make(
        libraries.compiler, capability: capability, cache: cache, isAnew: isAnew)
      let loaded = image.withUnsafeBytes { driver.moduleLoadData(&module, $0.baseAddress) }
      if loaded == cu_result(CU_SUCCESS) { break }
      if isAnew { try checked("cuModuleLoadData", loaded) }
    }
    var products: cublas_handle?
    let created = libraries.products.create(&products)
    guard created == 0, let products else {
      throw .failed(function: "cublasCreate", reason: libraries.products.text(of: created))
    }
    guard let context, let stream, let module else {
      throw .failed(function: "cuCtxSetCurrent", reason: "no context")
    }
    self.libraries = libraries
    self.device = device
    self.context = context
    self.stream = stream
    self.module = module
    self.products = products
    try check("cublasSetStream", libraries.products.setStream(products, stream))
    // One of our own, as graphs may not have memory made while they are captured.
    workspace = try allocate(bytes: Self.productWorkspace)
    try check(
      "cublasSetWorkspace",
      libraries.products.setWorkspace(products, workspace, Self.productWorkspace))
  }

  deinit {
    _ = libraries.driver.contextSetCurrent(context)
    _ = libraries.products.destroy(products)
    free(workspace)
    _ = libraries.driver.moduleUnload(module)
    _ = libraries.driver.streamDestroy(stream)
    _ = libraries.driver.primaryContextRelease(device)
  }

  // MARK: - Turns and failures

  package var failure: CUDAError? { broken.withLock { $0 } }

  /// Runs `body` while nobody else uses the GPU, on whatever thread. After a failure, which is
  /// kept, nothing is run any more.
  ///
  /// - Returns: nil after a failure.
  func perform<Result>(_ body: () throws(CUDAError) -> Result) -> Result? {
    turns.lock()
    defer { turns.unlock() }
    guard failure == nil else { return nil }
    do {
      try check("cuCtxSetCurrent", libraries.driver.contextSetCurrent(context))
      return try body()
    } catch {
      broken.withLock { $0 = error }
      return nil
    }
  }

  private func check(_ function: String, _ result: cu_result) throws(CUDAError) {
    guard result == cu_result(CU_SUCCESS) else {
      throw libraries.driver.error(in: function, result)
    }
  }

  // MARK: - Memory

  func allocate(bytes: Int) throws(CUDAError) -> cu_pointer {
    var pointer: cu_pointer = 0
    let result = libraries.driver.memoryAllocate(&pointer, max(bytes, 16))
    if result == cu_result(CU_ERROR_OUT_OF_MEMORY) {
      var (free, total) = (0, 0)
      _ = libraries.driver.memoryGetInfo(&free, &total)
      throw .outOfMemory(wanted: bytes, free: free, total: total)
    }
    try check("cuMemAlloc", result)
    return pointer
  }

  func free(_ pointer: cu_pointer) {
    guard pointer != 0 else { return }
    // From any thread, where a buffer's last reference goes.
    _ = libraries.driver.contextSetCurrent(context)
    _ = libraries.driver.memoryFree(pointer)
  }

  func allocateHost(bytes: Int) throws(CUDAError) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    try check("cuMemHostAlloc", libraries.driver.hostAllocate(&pointer, max(bytes, 16), 0))
    guard let pointer else {
      throw .failed(function: "cuMemHostAlloc", reason: "no memory")
    }
    return pointer
  }

  func freeHost(_ pointer: UnsafeMutableRawPointer) {
    _ = libraries.driver.contextSetCurrent(context)
    _ = libraries.driver.hostFree(pointer)
  }

  func copy(
    from source: UnsafeRawPointer, to destination: cu_pointer, bytes: Int
  ) throws(CUDAError) {
    guard bytes > 0 else { return }
    try check("cuMemcpyHtoD", libraries.driver.copyToDevice(destination, source, bytes, stream))
  }

  func copy(
    from source: cu_pointer, to destination: UnsafeMutableRawPointer, bytes: Int
  ) throws(CUDAError) {
    guard bytes > 0 else { return }
    try check("cuMemcpyDtoH", libraries.driver.copyToHost(destination, source, bytes, stream))
  }

  func copy(from source: cu_pointer, to destination: cu_pointer, bytes: Int) throws(CUDAError) {
    guard bytes > 0 else { return }
    try check("cuMemcpyDtoD", libraries.driver.copyOnDevice(destination, source, bytes, stream))
  }

  func zero(_ pointer: cu_pointer, bytes: Int) throws(CUDAError) {
    guard bytes > 0 else { return }
    try check("cuMemsetD8", libraries.driver.fill(pointer, 0, bytes, stream))
  }

  /// Waits until all that was asked for is done.
  func synchronize() throws(CUDAError) {
    try check("cuStreamSynchronize", libraries.driver.streamSynchronize(stream))
  }

  // MARK: - Kernels

  /// - Parameter shared: bytes of shared memory that it is launched with.
  func kernel(_ name: String, shared: Int = 0) throws(CUDAError) -> Kernel {
    var function: cu_function?
    try check(
      "cuModuleGetFunction(\(name))", libraries.driver.moduleGetFunction(&function, module, name))
    guard let function else {
      throw .failed(function: "cuModuleGetFunction", reason: "no \(name)")
    }
    if shared > 0 {
      try check(
        "cuFuncSetAttribute(\(name))",
        libraries.driver.functionSetAttribute(
          function, Int32(CU_FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES), Int32(shared)))
    }
    return Kernel(name: name, function: function, shared: shared)
  }

  /// Runs a kernel with the struct of arguments that it takes.
  func launch<Arguments>(
    _ kernel: Kernel, blocks: Int, threads: Int, _ arguments: Arguments
  ) throws(CUDAError) {
    guard blocks > 0 else { return }
    var arguments = arguments
    var configuration = cu_launch_config()
    (configuration.grid_x, configuration.grid_y, configuration.grid_z) = (UInt32(blocks), 1, 1)
    (configuration.block_x, configuration.block_y, configuration.block_z) = (UInt32(threads), 1, 1)
    configuration.shared_bytes = UInt32(kernel.shared)
    configuration.stream = stream
    let result = withUnsafeMutablePointer(to: &arguments) { pointer in
      var parameter: UnsafeMutableRawPointer? = UnsafeMutableRawPointer(pointer)
      return libraries.driver.launch(&configuration, kernel.function, &parameter, nil)
    }
    try check(kernel.name, result)
  }

  /// `result` = `left` · `right` (+ `result`), with sums in single precision.
  func multiply(
    _ left: GPUMatrix, by right: GPUMatrix, into result: GPUMatrix, accumulate: Bool = false
  ) throws(CUDAError) {
    precondition(
      left.columns == right.rows && left.rows == result.rows && right.columns == result.columns
        && !result.isTransposed && left.precision == right.precision)
    guard result.rows > 0, result.columns > 0 else { return }
    var (alpha, beta): (Float, Float) = (1, accumulate ? 1 : 0)
    // cuBLAS counts by columns: to it our matrices are their transposes, and the product is right ·
    // left.
    let status = libraries.products.gemm(
      products, right.operation, left.operation, Int32(result.columns), Int32(result.rows),
      Int32(left.columns), &alpha, right.pointer, right.type, Int32(right.stride), left.pointer,
      left.type, Int32(left.stride), &beta, result.pointer, result.type, Int32(result.stride),
      Int32(CUBLAS_COMPUTE_FLOAT32), Int32(CUBLAS_DEFAULT_ALGORITHM))
    guard status == 0 else {
      throw .failed(
        function: "cublasGemmEx (\(result.rows) × \(left.columns) × \(result.columns))",
        reason: libraries.products.text(of: status))
    }
  }

  // MARK: - Graphs

  /// Records the work that `body` asks for, without doing it.
  func record(_ body: () throws(CUDAError) -> Void) throws(CUDAError) -> GPUGraph {
    try check(
      "cuStreamBeginCapture",
      libraries.driver.captureBegin(stream, Int32(CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)))
    var graph: cu_graph?
    do { try body() } catch {
      // The stream has to leave the capture before it can be used again.
      _ = libraries.driver.captureEnd(stream, &graph)
      graph.map { _ = libraries.driver.graphDestroy($0) }
      throw error
    }
    try check("cuStreamEndCapture", libraries.driver.captureEnd(stream, &graph))
    guard let graph else { throw .failed(function: "cuStreamEndCapture", reason: "no graph") }
    defer { _ = libraries.driver.graphDestroy(graph) }
    var executable: cu_graph_exec?
    try check("cuGraphInstantiate", libraries.driver.graphInstantiate(&executable, graph, 0))
    guard let executable else { throw .failed(function: "cuGraphInstantiate", reason: "no graph") }
    return GPUGraph(executable, of: self)
  }

  func run(_ graph: GPUGraph) throws(CUDAError) {
    try check("cuGraphLaunch", libraries.driver.graphLaunch(graph.executable, stream))
  }

  func destroy(_ graph: cu_graph_exec) {
    _ = libraries.driver.contextSetCurrent(context)
    _ = libraries.driver.graphExecDestroy(graph)
  }
}

/// A kernel ready to be launched.
struct Kernel {
  let name: String
  let function: cu_function
  /// Bytes of shared memory beside what it declares.
  let shared: Int
}

/// Recorded work, to be done as often as wanted with the same buffers.
final class GPUGraph {
  let executable: cu_graph_exec
  private let gpu: GPU

  init(_ executable: cu_graph_exec, of gpu: GPU) {
    self.executable = executable
    self.gpu = gpu
  }

  deinit { gpu.destroy(executable) }
}

extension CUDADriver {
  func error(in function: String, _ result: cu_result) -> CUDAError {
    var text: UnsafePointer<CChar>?
    _ = getErrorString(result, &text)
    return .failed(
      function: function, reason: text.map { String(cString: $0) } ?? "error \(result)")
  }
}

extension CUBLAS {
  func text(of status: cublas_status) -> String {
    getStatusString(status).map { String(cString: $0) } ?? "status \(status)"
  }
}
