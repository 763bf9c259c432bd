import ArgumentParser
import Checkpoints
import Foundation
import Paths
import REPL
import TerminalText
import Text

struct Novelty: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how much of a sample is copied from a corpus.",
    discussion: """
      Which share of the sample's n-grams of characters stand in the corpus, and the longest \
      passage that does. No model is needed. Each file of the sample is a text of its own.

        charlstm novelty sample.txt --corpus novel.txt letters/
      """)

  @Argument(help: "Text files, folders of them, or - for standard input.")
  var samples: [String]

  @Option(
    parsing: .upToNextOption,
    help: "What the model was trained on: text files, folders of them, or -.")
  var corpus: [String]

  @Option(parsing: .upToNextOption, help: "The lengths of n-grams to count, in characters.")
  var n = [5, 10, 15, 20, 30, 40, 50]

  @OptionGroup var documents: DocumentOptions

  @Flag(help: "The result as a JSON object.")
  var json = false

  func run() throws {
    guard (samples + corpus).count(where: { $0 == "-" }) <= 1 else {
      throw Failure.usage("standard input can be read once: give - once only")
    }
    let report = try NoveltyReport(
      of: Corpus(paths: samples),
      against: Corpus(paths: corpus, separator: documents.separator ?? .lineFeed), lengths: n)
    var output = StandardOutput()
    try output.write(line: json ? Checkpoints.json(NoveltyRecord(report)) : table(report))
    try output.flush()
  }

  private func table(_ report: NoveltyReport) -> String {
    var lines = [
      "characters \(report.characters.formatted())", "", row("n", "n-grams", "copied", "share"),
    ]
    lines += report.nGrams.map { grams in
      row(
        grams.n.formatted(), grams.count.formatted(), grams.copied.formatted(),
        grams.share.map { String(format: "%.2f%%", 100 * $0) } ?? "-")
    }
    lines.append("")
    if let longest = report.longest {
      let limit = 400
      let text = longest.text.unicodeScalars.prefix(limit)
      lines += [
        "longest copied passage: \(counted(longest.characters, "character"))",
        "in the sample: \(path: longest.inSample.file), line \(longest.inSample.line.formatted())",
        "in the corpus: \(path: longest.inCorpus.file), line \(longest.inCorpus.line.formatted())",
        escaped(String(text)) + (longest.characters > limit ? "…" : ""),
      ]
    } else {
      lines.append("the sample and the corpus have not one character in common")
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ columns: String...) -> String {
    zip(columns, [7, 12, 12, 10]).map { text, width in
      String(repeating: " ", count: max(1, width - text.count)) + text
    }.joined()
  }
}

private struct NoveltyRecord: Encodable {
  struct NGrams: Encodable {
    let n: Int
    let count: Int
    let copied: Int
    let share: Double?
  }

  struct Passage: Encodable {
    let text: String
    let characters: Int
    let sample_file: String
    let sample_line: Int
    let corpus_file: String
    let corpus_line: Int
  }

  let characters: Int
  let n_grams: [NGrams]
  let longest_copied: Passage?

  init(_ report: NoveltyReport) {
    characters = report.characters
    n_grams = report.nGrams.map {
      NGrams(n: $0.n, count: $0.count, copied: $0.copied, share: $0.share)
    }
    longest_copied = report.longest.map {
      Passage(
        text: $0.text, characters: $0.characters, sample_file: $0.inSample.file,
        sample_line: $0.inSample.line, corpus_file: $0.inCorpus.file,
        corpus_line: $0.inCorpus.line)
    }
  }
}
