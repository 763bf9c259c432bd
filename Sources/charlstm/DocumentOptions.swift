import ArgumentParser
import Text

/// How the files of a corpus become one text.
struct DocumentOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      What is put between two files; \\n, \\t and \\u{…} stand for characters, '' is nothing. \
      (default: a line feed after files that do not end with one)
      """,
    transform: utf8Text)
  var documentSeparator: String?

  /// What was given.
  var separator: DocumentSeparator? {
    get throws {
      try documentSeparator.map { DocumentSeparator(try typed($0, for: "--document-separator")) }
    }
  }
}

extension Corpus {
  /// What stands between its files; nil for one file.
  var joining: String? {
    guard documentCount > 1 else { return nil }
    let between =
      if !separator.isForOpenLines {
        "with \(separator) put between them"
      } else if separatorCount == 0 {
        "as they are: each ends with a line feed"
      } else {
        "with a line feed put after \(separatorCount.formatted()) that "
          + "\(separatorCount == 1 ? "does" : "do") not end with one"
      }
    return "Files are joined \(between)"
  }
}
