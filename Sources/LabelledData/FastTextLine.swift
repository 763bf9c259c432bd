/// The label and the text of a line of fastText: `__label__` and the label, a blank, the text.
struct FastTextLine {
  let label: String?
  let text: [UInt8]

  private static let prefix = Array("__label__".utf8)

  /// - Throws: what is wrong with the line's labels.
  init(_ line: [UInt8], requiresLabels: Bool) throws(RecordProblem) {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var labels: [ArraySlice<UInt8>] = []
    if line.firstIndex(of: UInt8(ascii: "_")) != nil {
      labels = line.split(whereSeparator: isBlank).filter { $0.starts(with: Self.prefix) }
    }
    guard labels.count <= 1 else { throw .severalLabels }
    guard let token = labels.first else {
      guard !requiresLabels else { throw .noLabel }
      label = nil
      text = line
      return
    }
    guard line[..<token.startIndex].allSatisfy(isBlank) else { throw .misplacedLabel }
    label = String(decoding: token.dropFirst(Self.prefix.count), as: UTF8.self)
    // Glued together, as in `__label__a,__label__b`.
    guard label?.contains("__label__") != true else { throw .severalLabels }
    text = Array(line[token.endIndex...].drop(while: isBlank))
  }
}
