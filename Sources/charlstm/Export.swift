import ArgumentParser
import Checkpoints
import Foundation
import Generation
import Paths
import WebExport

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make something of a model that works without this program.",
    subcommands: [ExportWeb.self])
}

struct ExportWeb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "web",
    abstract: "Write a page of HTML that writes text with a language model.",
    discussion: """
      The page is one file with the model's weights in it, as int8. It opens from the disk in any \
      current browser, fetches nothing and sends nothing. A seed gives there the text that \
      charlstm sample --precision int8 writes with it.

        charlstm export web run/best.safetensors story.html
        charlstm export web run/best.safetensors story.html --title "The King" --prompt "KING:\\n"
      """)

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "The page to write, such as story.html.")
  var page: String

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "The text that the page opens with; \\n, \\t and \\u{…} stand for characters.",
    transform: utf8Text)
  var prompt = ""

  @Option(help: "The page's title. (default: the model's name)", transform: utf8Text)
  var title: String?

  @Option(help: "What the page's temperature is set to at first.")
  var temperature = 1.0

  @OptionGroup var replacement: ReplacementFlag

  func run() throws {
    let prompt = try typed(prompt, for: "--prompt")
    try SamplingOptions(temperature: temperature).validate()
    guard page != "-" else {
      throw Failure.usage(
        "give the name of a file, such as story.html, got -; standard output is /dev/stdout")
    }
    let file = try replacement.file(page)
    let trained = try TrainedModel(contentsOf: model)
    var unknown = UnknownCharacters(to: "model", with: trained.vocabulary)
    unknown.note(in: prompt)
    unknown.tell()
    let html = try WebPage(
      trained, name: model.lastPathName.spelledPath, title: title, prompt: prompt,
      temperature: temperature
    ).html()
    try file.write(html)
    standardError(
      "\(path: file.path) has \(String(format: "%.1f", Double(html.count) / 1_000_000)) MB.\n")
  }
}
