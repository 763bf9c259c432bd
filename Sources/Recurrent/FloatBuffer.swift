#if canImport(Glibc)
  import Glibc
#endif

/// A run of floats on a cache line's boundary, zero at first, freed with its last reference.
///
/// Not synchronised: whoever shares one between threads sees to it that no two of them touch an
/// element at the same time unless both only read it.
package final class FloatBuffer: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int

  package init(count: Int) {
    self.count = count
    pointer = allocateZeroed(bytes: count * 4).bindMemory(to: Float.self, capacity: count)
  }

  deinit { free(pointer) }

  package convenience init(copying other: FloatBuffer) {
    self.init(count: other.count)
    pointer.update(from: other.pointer, count: count)
  }

  package var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  package subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: elements[range])
  }
}

/// Zeroed memory on a cache line's boundary. Large blocks come from the system as untouched pages,
/// which cost nothing until they are used.
package func allocateZeroed(bytes count: Int) -> UnsafeMutableRawPointer {
  let size = max(64, (count + 63) / 64 * 64)
  guard let block = aligned_alloc(64, size) else {
    fatalError("out of memory: \(size) bytes for the network could not be had")
  }
  memset(block, 0, size)
  return block
}
