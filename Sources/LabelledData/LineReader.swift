/// The lines of a file or of standard input, as they come.
///
/// A byte order mark at the beginning and the ends of lines (LF, CRLF, or CR in a file that ends lines so)
/// are not part of them.
package struct LineReader: ~Copyable {
  private var input: RecordInput
  private var line: [UInt8] = []

  /// - Parameters:
  ///   - path: a file, or `-` for standard input.
  ///   - beforeWaiting: is called when no whole line is there yet and a read would have to wait.
  package init(path: String, beforeWaiting: (() -> Void)? = nil) throws(LabelledDataError) {
    input = try RecordInput(path: path, readSize: 1 << 16)
    input.beforeWaiting = beforeWaiting
  }

  /// The next line; `nil` at the end.
  package mutating func next() throws(LabelledDataError) -> String? {
    try input.readLine(into: &line) ? String(decoding: line, as: UTF8.self) : nil
  }
}
