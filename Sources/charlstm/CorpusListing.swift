import Paths
import TerminalText
import Text

/// The files of a corpus, where they are others than those that were named: what is below a folder
/// is read without having been chosen.
struct CorpusListing: CustomStringConvertible {
  private let names: [String]
  private let isAsGiven: Bool

  private static let limit = 10

  /// - Parameter paths: what was named.
  init(of corpus: Corpus, from paths: [String]) {
    names = corpus.files.map(\.name)
    isAsGiven =
      paths.count == 1 && names.count == 1 && ["standard input", paths[0]].contains(names[0])
  }

  /// A line; nothing for a single file that was named.
  var description: String {
    guard !isAsGiven else { return "" }
    let more = names.count - Self.limit
    return counted(names.count, "file") + ": "
      + names.prefix(Self.limit).map {
        printable(excerpt($0.spelledPath, limit: 80, fromEnd: true))
      }
      .joined(separator: ", ") + (more > 0 ? " and \(more.grouped) more" : "") + "\n"
  }
}
