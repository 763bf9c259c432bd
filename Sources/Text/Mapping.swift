import Glibc
import Paths

/// Read-only bytes at a fixed address for as long as this object lives: a mapped file, or a copy
/// in memory of a text that never was a file.
///
/// The bytes never change here, so they are read from any thread. A file that another program
/// rewrites in place changes under the mapping, and one that is cut short ends the process with
/// `SIGBUS`, as with every mapped file.
final class Mapping: @unchecked Sendable {
  /// The most that Linux maps for the reading of one byte, aligned to as much: a folio of its file
  /// cache.
  static let faultWindow = 1 << 21

  let bytes: UnsafeRawBufferPointer
  private let isFile: Bool

  /// Maps the first `count` bytes of an open file, which may be closed afterwards.
  init(descriptor: CInt, count: Int) throws(SystemError) {
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .last }
    madvise(address, count, MADV_SEQUENTIAL)
    // Huge pages would keep 2 MiB resident for every reader of the text, and there are many.
    madvise(address, count, MADV_NOHUGEPAGE)
    bytes = UnsafeRawBufferPointer(start: address, count: count)
    isFile = true
  }

  init(copying source: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 8)
    copy.copyBytes(from: source)
    bytes = UnsafeRawBufferPointer(copy)
    isFile = false
  }

  deinit {
    if isFile {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// Takes what reading `range` has mapped off this process's resident memory.
  ///
  /// It stays readable, from the system's file cache or the disk: this is what lets a text far
  /// larger than memory be read from end to end.
  func release(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "not of this mapping")
    // Dropping anonymous memory would zero it.
    guard isFile, !range.isEmpty, let base = bytes.baseAddress else { return }
    // Outwards: all of what a fault has mapped, or what lies beyond the range would stay for good.
    let start = UInt(bitPattern: base)
    let window = UInt(Self.faultWindow)
    let lower = max(start, (start + UInt(range.lowerBound)) & ~(window - 1))
    let upper = min(
      start + UInt(bytes.count), (start + UInt(range.upperBound) + window - 1) & ~(window - 1))
    madvise(UnsafeMutableRawPointer(bitPattern: lower), Int(upper - lower), MADV_DONTNEED)
  }
}
