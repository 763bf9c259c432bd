import ArgumentParser
import Classification
import Files
import Foundation
import LabelledData
import Paths
import Reports
import TerminalText

struct ClassifyExplain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Write a page that shows why texts are taken for their classes.",
    discussion: """
      Texts come from the command line, or else from standard input, one a line. The page is one \
      HTML file that needs nothing else: each text's classes with their probabilities, and the text \
      tinted by what each character speaks for or against the class that is chosen there, one of \
      the 5 most probable.

        charlstm classify explain run/best.safetensors "Guten Morgen" -o page.html
        charlstm classify explain run/best.safetensors -o page.html < lines.txt
      """)

  private static let mostTexts = 100
  /// Symbols of a text.
  private static let mostLength = 4096

  @OptionGroup var classifier: ClassifierArgument

  @Argument(
    help: "The texts, at most \(Self.mostTexts). (default: lines of standard input)",
    transform: utf8Text)
  var texts: [String] = []

  @Option(name: .shortAndLong, help: "Write the page to this file.")
  var output: String

  @OptionGroup var replacement: ReplacementFlag

  func run() throws {
    if texts.contains("") { throw Failure.usage("a text is empty") }
    if texts.isEmpty && isatty(STDIN_FILENO) == 1 {
      throw Failure.usage("give texts, or pipe lines of text in")
    }
    let file = try replacement.file(output)
    let trained = try classifier.trained()
    let (texts, areAll) = try texts.isEmpty ? lines() : firstTexts()
    let classifier = try classifier.classifier(of: trained)
    var unknown = UnknownCharacters(to: "classifier", with: classifier.vocabulary)
    let progress = WorkProgress(of: texts.count, "texts explained")
    let explanations = try texts.enumerated().map { index, text in
      unknown.note(in: text)
      guard let explanation = Explanation(of: text, by: classifier, length: Self.mostLength) else {
        throw Failure.badData("the model's weights are so large that it gives no probabilities")
      }
      progress.show(index + 1)
      return explanation
    }
    progress.finish()
    let name = self.classifier.model.lastPathName.spelledPath
    try file.write(explanationPage(of: explanations, by: name))
    unknown.tell()
    tell("\(path: file.path)", explanations, areAll: areAll)
  }

  /// Says what is on the page, and what of the texts is not.
  private func tell(_ page: String, _ explanations: [Explanation], areAll: Bool) {
    var text = "\(page) explains \(counted(explanations.count, "text"))"
    text += areAll ? ".\n" : ", the first of them; a page has room for no more.\n"
    let cut = explanations.filter { $0.unread > 0 }
    if let first = cut.first {
      text +=
        counted(cut.count, "text is", plural: "texts are")
        + " longer than the \(first.length.grouped) characters that are read of a text.\n"
    }
    say(text)
  }

  private func firstTexts() -> (texts: [String], areAll: Bool) {
    (Array(texts.prefix(Self.mostTexts)), texts.count <= Self.mostTexts)
  }

  private func lines() throws -> (texts: [String], areAll: Bool) {
    var reader = try LabelledReader(path: "-", format: .lines, requiresLabels: false)
    var texts: [String] = []
    while let line = try reader.next() {
      guard texts.count < Self.mostTexts else { return (texts, false) }
      texts.append(String(decoding: line.text, as: UTF8.self))
    }
    return (texts, true)
  }
}
