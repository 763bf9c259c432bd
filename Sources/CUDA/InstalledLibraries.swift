import CCUDA
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

extension CUDALibraries {
  /// Those of this machine: the driver's from where the system has it, the others from there too,
  /// from the CUDA toolkit, from the folders in CHARLSTM_CUDA_PATH, or from the Python environment
  /// that is active.
  package static func installed(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(CUDAError) -> CUDALibraries {
    let driver: LoadedLibrary
    do { driver = try LoadedLibrary("libcuda.so.1") } catch {
      throw .noDriver(reason: error.reason)
    }
    // What is compiled for a later version than the driver's it may not load.
    let version = try unsafeBitCast(
      driver.address(of: "cuDriverGetVersion"), to: cuDriverGetVersion_t.self)
    var number: Int32 = 0
    _ = version(&number)
    let versions = number < 13000 ? ["12"] : ["13", "12"]
    return try CUDALibraries(
      driver: { name throws(CUDAError) in try driver.address(of: name) },
      compiler: installedCompiler(environment, versions: versions),
      products: function(
        in: "libcublas", beside: "libcublasLt", package: "nvidia-cublas", folders(environment),
        versions))
  }

  /// NVRTC, which needs no GPU.
  ///
  /// - Parameter versions: of CUDA, the best first.
  static func installedCompiler(
    _ environment: [String: String], versions: [String] = ["13", "12"]
  ) throws(CUDAError) -> Lookup {
    try function(
      in: "libnvrtc", beside: "libnvrtc-builtins", package: "nvidia-cuda-nvrtc",
      folders(environment), versions)
  }

  /// Looks up functions of a library of one of some versions of CUDA.
  ///
  /// - Parameter companion: one that it loads by name, and would not find in a folder of its own.
  private static func function(
    in library: String, beside companion: String, package: String, _ folders: [String],
    _ versions: [String]
  ) throws(CUDAError) -> Lookup {
    var reason = ""
    for version in versions {
      let name = "\(library).so.\(version)"
      do {
        let loaded = try LoadedLibrary(name)
        return { name throws(CUDAError) in try loaded.address(of: name) }
      } catch { if reason.isEmpty { reason = error.reason } }
      for folder in folders where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        let others = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for other in others where other.hasPrefix("\(companion).so.\(version)") {
          // What is missing then, the library itself will say.
          _ = try? LoadedLibrary("\(folder)/\(other)")
        }
        do {
          let loaded = try LoadedLibrary("\(folder)/\(name)")
          return { name throws(CUDAError) in try loaded.address(of: name) }
        } catch { reason = error.reason }
      }
    }
    throw .noLibrary(name: library + ".so", package: package, reason: reason)
  }

  /// Where libraries may lie beside the system's own places.
  static func folders(_ environment: [String: String]) -> [String] {
    var roots = (environment["CHARLSTM_CUDA_PATH"] ?? "").split(separator: ":").map(String.init)
    if let environment = environment["VIRTUAL_ENV"] ?? environment["CONDA_PREFIX"] {
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: "\(environment)/lib"))
      for version in versions?.sorted() ?? [] where version.hasPrefix("python3") {
        roots.append("\(environment)/lib/\(version)/site-packages")
      }
    }
    for toolkit in [environment["CUDA_HOME"], environment["CUDA_PATH"], "/usr/local/cuda"] {
      if let toolkit { roots.append("\(toolkit)/lib64") }
    }
    // As NVIDIA's packages for Python lie: those for CUDA 13 together, those for 12 apart.
    return roots.flatMap { root in
      [root] + ["cu13", "cuda_nvrtc", "cublas"].map { "\(root)/nvidia/\($0)/lib" }
    }
  }
}

/// A shared library, loaded for as long as the process lives.
private struct LoadedLibrary {
  struct NotLoaded: Error {
    var reason: String
  }

  private let name: String
  /// Unsafe: `dlsym` may be called from any thread.
  nonisolated(unsafe) private let handle: UnsafeMutableRawPointer

  init(_ name: String) throws(NotLoaded) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL) else {
      throw NotLoaded(reason: dlerror().map { String(cString: $0) } ?? "it cannot be loaded")
    }
    self.name = name
    self.handle = handle
  }

  func address(of function: String) throws(CUDAError) -> UnsafeMutableRawPointer {
    guard let address = dlsym(handle, function) else {
      throw .noFunction(name: function, library: name)
    }
    return address
  }
}
