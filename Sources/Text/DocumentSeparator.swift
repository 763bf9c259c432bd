/// What stands between two files of a corpus, each a document.
public struct DocumentSeparator: Codable, Equatable, Sendable {
  /// Files are joined as they are where this is empty.
  public var text: String
  /// Whether it is put only after files whose last line does not end.
  public var isForOpenLines: Bool

  /// Between every two files.
  public init(_ text: String) {
    self.init(text: text, isForOpenLines: false)
  }

  private init(text: String, isForOpenLines: Bool) {
    self.text = text
    self.isForOpenLines = isForOpenLines
  }

  /// A line feed after a file that ends neither with one nor with a carriage return.
  ///
  /// No two lines become one, and files that end their lines are joined as `cat` joins them.
  public static let lineFeed = DocumentSeparator(text: "\n", isForOpenLines: true)

  /// Files are joined as they are.
  public static let none = DocumentSeparator("")

  /// Whether it stands between a file that ends with `byte` and the next.
  func follows(_ byte: UInt8) -> Bool {
    if text.isEmpty { return false }
    return !isForOpenLines || byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r")
  }
}

extension DocumentSeparator: CustomStringConvertible {
  /// In words, or in double quotes and with the escapes that a person would type.
  public var description: String {
    if isForOpenLines { return "a line feed after those that do not end with one" }
    return text.isEmpty ? "nothing" : "\"\(escapedSpelling(of: text))\""
  }
}
