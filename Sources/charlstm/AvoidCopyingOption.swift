import ArgumentParser
import Generation
import Text

/// A corpus of which no passage is to be written.
struct AvoidCopyingOption: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Text files or folders, and a number N: never write N characters in a row that stand there. \
      Where it would come to that, the least probable of them is drawn again.
      """, valueName: "corpus… n"))
  var avoidCopying: [String] = []

  /// N, where it was given.
  func length() throws -> Int? {
    guard let last = avoidCopying.last else { return nil }
    guard avoidCopying.count > 1, let length = Int(last), length >= 1 else {
      throw Failure.usage(
        "--avoid-copying needs text files or folders and then a number of characters, such as "
          + "novel.txt 40")
    }
    return length
  }

  /// Reads the corpus.
  ///
  /// - Throws: a `Failure` of usage, `NoveltyError`.
  func passages() throws -> PassageSet? {
    guard let length = try length() else { return nil }
    do {
      return try PassageSet(of: Corpus(paths: Array(avoidCopying.dropLast())), length: length)
    } catch let error as CorpusError {
      throw NoveltyError.corpus(error)
    }
  }
}
