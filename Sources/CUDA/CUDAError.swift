/// Why a GPU cannot be used, or not any longer.
public enum CUDAError: Error, Equatable, Sendable, CustomStringConvertible {
  case noDriver(reason: String)
  /// Versions as the driver numbers them: 12080 for 12.8.
  case oldDriver(version: Int, needed: Int)
  case noDevice
  case noSuchDevice(number: Int, count: Int)
  case oldDevice(name: String, capability: String)
  case noLibrary(name: String, package: String, reason: String)
  case noFunction(name: String, library: String)
  case notCompiled(architecture: String, log: String)
  /// Bytes; of the GPU's memory.
  case outOfMemory(wanted: Int, free: Int, total: Int)
  case failed(function: String, reason: String)

  public var description: String {
    switch self {
    case .noDriver(let reason):
      "no GPU: NVIDIA's driver is not installed (\(reason))"
    case .oldDriver(let version, let needed):
      "no GPU: NVIDIA's driver supports CUDA \(Self.spelt(version)), and \(Self.spelt(needed)) is "
        + "needed; install a newer driver"
    case .noDevice:
      "no GPU: NVIDIA's driver finds none (CUDA_VISIBLE_DEVICES may hide it)"
    case .noSuchDevice(let number, let count):
      "no GPU \(number): there \(count == 1 ? "is 1, cuda:0" : "are \(count), from cuda:0 on")"
    case .oldDevice(let name, let capability):
      "\(name) is too old a GPU: its compute capability is \(capability), and 8.0 is needed"
    case .noLibrary(let name, let package, let reason):
      "no GPU: \(name) is not found (\(reason)). It comes with the CUDA toolkit, with PyTorch, or by "
        + "`pip install \(package)`; name its folder, or that of site-packages, in CHARLSTM_CUDA_PATH"
    case .noFunction(let name, let library):
      "no GPU: \(library) has no function \(name); another version of it is needed"
    case .notCompiled(let architecture, let log):
      "the GPU's programs could not be compiled for \(architecture): \(log)"
    case .outOfMemory(let wanted, let free, let total):
      "the GPU's memory is full: \(Self.megabytes(wanted)) more are needed, and "
        + "\(Self.megabytes(free)) of \(Self.megabytes(total)) are free; take fewer lanes, shorter "
        + "sequences or a smaller network, or end what else uses it"
    case .failed(let function, let reason):
      "the GPU failed in \(function): \(reason)"
    }
  }

  private static func spelt(_ version: Int) -> String {
    "\(version / 1000).\(version % 1000 / 10)"
  }

  private static func megabytes(_ bytes: Int) -> String {
    "\((bytes + 999_999) / 1_000_000) MB"
  }
}
