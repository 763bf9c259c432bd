import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

/// The memory of a workspace: allocated piece by piece, freed as a whole.
struct Arena: ~Copyable {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit {
    for block in blocks { free(block) }
  }

  mutating func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    bytes(count * 4).bindMemory(to: Float.self, capacity: count)
  }

  mutating func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    bytes(count * 4).bindMemory(to: Int32.self, capacity: count)
  }

  mutating func elements(_ count: Int, _ precision: Precision) -> UnsafeMutableRawPointer {
    bytes(count * precision.size)
  }

  private mutating func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    let block = allocateZeroed(bytes: count)
    blocks.append(block)
    return block
  }
}
