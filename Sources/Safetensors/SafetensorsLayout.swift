/// The tensors of a file whose header and data agree.
///
/// The format demands that the tensors fill the data exactly: in order of their offsets, each
/// begins where the one before it ends, the first at 0 and the last ending with the file.
struct SafetensorsLayout {
  private(set) var tensors: [String: TensorDescription] = [:]

  /// - Parameter data: Where the data lie in the file, up to its end.
  init(
    _ header: SafetensorsHeader, data: Range<Int>, path: String
  ) throws(SafetensorsError) {
    var previousEnd = 0
    tensors.reserveCapacity(header.entries.count)
    // An empty tensor has the offset of its successor and goes before it.
    for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard let elementType = ElementType(rawValue: entry.elementType) else {
        throw .unknownElementType(path: path, tensor: entry.name, type: entry.elementType)
      }
      if let fault = Self.fault(of: entry, elementType, previousEnd: previousEnd) {
        throw .misplacedTensor(path: path, tensor: entry.name, fault: fault)
      }
      guard entry.end <= data.count else {
        let end = header.entries.reduce(entry.end) { max($0, $1.end) }
        let needed = data.lowerBound.addingReportingOverflow(end)
        throw .cutShort(
          path: path, size: data.upperBound,
          needed: needed.overflow ? .max : needed.partialValue)
      }
      previousEnd = entry.end
      tensors[entry.name] = TensorDescription(
        name: entry.name, elementType: elementType, shape: entry.shape,
        byteRange: data.lowerBound + entry.begin..<data.lowerBound + entry.end)
    }
    guard previousEnd == data.count else {
      throw .trailingBytes(path: path, count: data.count - previousEnd)
    }
  }

  private static func fault(
    of entry: SafetensorsHeader.Entry, _ elementType: ElementType, previousEnd: Int
  ) -> LayoutFault? {
    let (begin, end) = (entry.begin, entry.end)
    if end < begin { return .reversed(begin: begin, end: end) }
    guard let expected = byteCount(of: entry.shape, elementType) else {
      return .overflow(shape: entry.shape)
    }
    if end - begin != expected {
      return .wrongSize(shape: entry.shape, found: end - begin, expected: expected)
    }
    if begin < previousEnd { return .overlap(begin: begin, previousEnd: previousEnd) }
    if begin > previousEnd { return .gap(begin: begin, previousEnd: previousEnd) }
    return nil
  }
}
