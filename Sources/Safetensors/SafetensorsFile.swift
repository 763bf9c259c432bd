import Files
import TerminalText

/// A safetensors file, mapped into memory read-only.
///
/// The format is eight bytes with the header's length, little endian; a JSON header; the tensors'
/// bytes (<https://github.com/huggingface/safetensors>). Everything the header claims is checked
/// when the file is opened, so a file that opens has every tensor it names, whole and inside the
/// file. Opening costs time and memory in proportion to the header, not to the weights.
public struct SafetensorsFile: Sendable {
  /// The path the file was opened by.
  public let path: String
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  /// Every tensor by its name.
  public let tensors: [String: TensorDescription]

  private let file: MappedFile

  /// The longest header that is read or written, in bytes. The format allows 100 MB, which would
  /// take seconds and most of a gigabyte to read; the largest possible vocabulary needs 10.
  static let headerLimit = 1 << 24
  /// What the format allows.
  private static let formatHeaderLimit = 100_000_000
  /// The length of the header's length.
  static let prefixLength = 8

  /// Opens and checks the file at `path`.
  ///
  /// - Throws: `SafetensorsError`, for a file that cannot be read, is something else, is cut short
  ///   or contradicts itself in any way.
  public init(path: String) throws(SafetensorsError) {
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch { throw .file(error) }
    let headerRange = try Self.headerRange(of: file.bytes, path: path)
    let header = try SafetensorsHeader(
      UnsafeRawBufferPointer(rebasing: file.bytes[headerRange]),
      offset: headerRange.lowerBound, path: path)
    let layout = try SafetensorsLayout(
      header, data: headerRange.upperBound..<file.bytes.count, path: path)
    self.path = path
    self.metadata = header.metadata
    self.tensors = layout.tensors
    self.file = file
  }

  private static func headerRange(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws(SafetensorsError) -> Range<Int> {
    guard bytes.count >= prefixLength else {
      throw .notSafetensors(path: path, reason: "it has only \(counted(bytes.count, "byte"))")
    }
    let length = bytes.loadUnaligned(as: UInt64.self)
    guard 2...UInt64(formatHeaderLimit) ~= length else {
      throw .notSafetensors(path: path, reason: "it does not begin with the length of a header")
    }
    let end = prefixLength + Int(length)
    // Tells another kind of file from a model that lost its end.
    guard bytes.count > prefixLength, bytes[prefixLength] == UInt8(ascii: "{") else {
      throw .notSafetensors(path: path, reason: "it has no header")
    }
    guard end <= bytes.count else {
      throw .cutShort(path: path, size: bytes.count, needed: end)
    }
    guard length <= UInt64(headerLimit) else {
      throw .headerTooLarge(
        path: path, reason: "has \(length) bytes, more than the \(headerLimit) that are read")
    }
    return prefixLength..<end
  }

  /// The description of a tensor that must be there.
  ///
  /// - Throws: `SafetensorsError.missingTensor`.
  public func tensor(named name: String) throws(SafetensorsError) -> TensorDescription {
    guard let tensor = tensors[name] else { throw .missingTensor(path: path, tensor: name) }
    return tensor
  }

  /// Calls `body` with a tensor's bytes, which may lie at any alignment and are valid only inside.
  ///
  /// - Throws: `SafetensorsError.missingTensor`, or what `body` throws.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws(SafetensorsError) -> Result
  ) throws(SafetensorsError) -> Result {
    let tensor = try tensor(named: name)
    let file = file
    // The pointer does not keep the mapping alive.
    defer { withExtendedLifetime(file) {} }
    return try body(UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteRange]))
  }
}
