import CCUDA
import Files
import Foundation

/// The kernels compiled for a GPU, which takes some seconds at first and is kept in a folder.
enum KernelImage {
  /// - Parameters:
  ///   - capability: 90 for compute capability 9.0.
  ///   - cache: a folder; nil for none.
  ///   - isAnew: whether what is kept is made again.
  static func make(
    _ compiler: NVRTC, capability: Int, cache: String?, isAnew: Bool = false
  ) throws(CUDAError) -> [UInt8] {
    let architecture = architecture(for: capability, compiler)
    guard let cache else { return try compile(compiler, architecture) }
    let path = "\(cache)/\(fileName(compiler, architecture))"
    if !isAnew, let kept = FileManager.default.contents(atPath: path), !kept.isEmpty {
      return Array(kept)
    }
    let image = try compile(compiler, architecture)
    // A cache that cannot be written costs some seconds at each start, and nothing else.
    try? FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try? AtomicFile.write(image, to: path)
    return image
  }

  /// The GPU's own where the compiler knows it, else the latest before it, as a program that the
  /// driver compiles to the end.
  private static func architecture(for capability: Int, _ compiler: NVRTC) -> String {
    var count: Int32 = 0
    _ = compiler.getNumSupportedArchs(&count)
    var known = [Int32](repeating: 0, count: Int(count))
    _ = compiler.getSupportedArchs(&known)
    if known.contains(Int32(capability)) { return "sm_\(capability)" }
    let latest = known.filter { $0 <= Int32(capability) }.max() ?? Int32(capability)
    return "compute_\(latest)"
  }

  /// Tells apart all that the image depends on.
  private static func fileName(_ compiler: NVRTC, _ architecture: String) -> String {
    var (major, minor): (Int32, Int32) = (0, 0)
    _ = compiler.version(&major, &minor)
    // FNV-1a (Fowler, Noll and Vo).
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for source in sources {
      for byte in (source.name + "\0" + source.text + "\0").utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
    }
    return "kernels-\(architecture)-nvrtc\(major).\(minor)-\(String(hash, radix: 16)).image"
  }

  /// The first one includes the others.
  static var sources: [(name: String, text: String)] {
    UnsafeBufferPointer(start: ccuda_sources, count: Int(ccuda_source_count)).map {
      (String(cString: $0.name), String(cString: $0.text))
    }
  }

  private static func compile(
    _ compiler: NVRTC, _ architecture: String
  ) throws(CUDAError) -> [UInt8] {
    func checked(_ function: String, _ result: nvrtc_result) throws(CUDAError) {
      guard result == 0 else {
        throw .failed(
          function: function,
          reason: compiler.getErrorString(result).map { String(cString: $0) } ?? "error \(result)")
      }
    }
    let sources = sources
    var program: nvrtc_program?
    try checked(
      "nvrtcCreateProgram",
      withCStrings(sources.map(\.text)) { texts in
        withCStrings(sources.map(\.name)) { names in
          compiler.createProgram(
            &program, texts[0], names[0], Int32(sources.count - 1), texts.dropFirst().rebased,
            names.dropFirst().rebased)
        }
      })
    defer { _ = compiler.destroyProgram(&program) }
    let options = ["--gpu-architecture=\(architecture)", "--std=c++17", "--fmad=true"]
    let result = withCStrings(options) {
      compiler.compileProgram(program, Int32(options.count), $0.baseAddress)
    }
    guard result == 0 else {
      var size = 0
      _ = compiler.getProgramLogSize(program, &size)
      var log = [CChar](repeating: 0, count: size + 1)
      _ = compiler.getProgramLog(program, &log)
      throw .notCompiled(
        architecture: architecture,
        log: String(decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    let isBinary = architecture.hasPrefix("sm_")
    var size = 0
    try checked(
      "nvrtcGetCUBINSize",
      isBinary ? compiler.getCUBINSize(program, &size) : compiler.getPTXSize(program, &size))
    var image = [CChar](repeating: 0, count: size)
    try checked(
      "nvrtcGetCUBIN",
      isBinary ? compiler.getCUBIN(program, &image) : compiler.getPTX(program, &image))
    return image.map { UInt8(bitPattern: $0) }
  }
}

/// Calls `body` with C strings, valid as long as it runs.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutableBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  var copies = strings.map { UnsafePointer(strdup($0)) }
  defer { for copy in copies { free(UnsafeMutableRawPointer(mutating: copy)) } }
  return copies.withUnsafeMutableBufferPointer { body($0) }
}

extension Slice where Base == UnsafeMutableBufferPointer<UnsafePointer<CChar>?> {
  fileprivate var rebased: UnsafeMutablePointer<UnsafePointer<CChar>?>? {
    UnsafeMutableBufferPointer(rebasing: self).baseAddress
  }
}
