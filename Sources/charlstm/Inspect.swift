import ArgumentParser
import Checkpoints
import Files
import Foundation
import Inspection
import Paths
import Recurrent
import TerminalText
import Text

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find cells of a language model by what they do.",
    discussion: """
      The model reads the text; its cells' outputs are held against what can be said of each \
      character: inside quotes, position in the line, speaker name and so on. A cell is shown where \
      its correlation with a feature is beyond chance (false-discovery rate 0.01), beyond that of any \
      cell with the feature shifted in the text, and beyond that of any cell of an untrained network. \
      Layers count from 1, cells from 0. Last comes how far back predictions reach: the mean norm of \
      the gradient of a character's surprisal by the embeddings of those before it.

      The best cell of each feature is also held at 0; the last column is what that costs, in nats \
      per character. --output writes a page that shows the cells at work in a part of the text, one \
      HTML file that needs nothing else.

        charlstm inspect run/best.safetensors book.txt
        charlstm inspect run/best.safetensors book.txt --output inside.html --at 20000
        charlstm inspect run/best.safetensors book.txt --feature 'dialect=\\b(thee|thou)\\b'
        charlstm sample run/best.safetensors --clamp 2.137=1
      """)

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "Text files, folders of them, or - for standard input; together one text.")
  var texts: [String]

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A feature of your own: whether a character belongs to a match. May be given several times.",
      valueName: "name=regex"),
    transform: utf8Text)
  var feature: [String] = []

  @Option(help: "Cells to show of each feature; --json has all.")
  var top = 3

  @Option(help: "Of the untrained network that is compared.")
  var seed: UInt64 = 1

  @Option(name: .shortAndLong, help: "Write a page of HTML to this file.")
  var output: String?

  @OptionGroup var replacement: ReplacementFlag

  @Option(
    help: ArgumentHelp(
      "Where the part of the text begins that the page shows, in characters.", valueName: "offset"))
  var at = 0

  @Flag(help: "The result as a JSON object.")
  var json = false

  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    guard top >= 1 else { throw Failure.usage("--top must be at least 1, got \(top)") }
    let patterns = try feature.map { text in
      guard let sign = text.firstIndex(of: "=") else {
        throw Failure.usage("--feature takes name=regex, got \(escaped(text))")
      }
      return try PatternFeature(
        name: String(text[..<sign]), pattern: String(text[text.index(after: sign)...]))
    }
    let file = try output.map { try replacement.page($0) }
    let trained = try TrainedModel(contentsOf: model)
    let corpus = try Corpus(
      paths: texts, separator: trained.summary?.documentSeparator ?? .lineFeed)
    let text = try EncodedText(corpus, vocabulary: trained.vocabulary)
    text.sayUnknownCharacters()
    guard at == 0 || (0..<text.count).contains(at) else {
      throw Failure.usage(
        "--at must be 0 to \(max(text.count - 1, 0)), a character of the text, got \(at)")
    }
    let device = try machine.device(gains: false)
    let survey = try CellSurvey(
      of: trained.model, on: text, patterns: patterns, seed: seed, device: device)
    let reach = try GradientReach(of: trained.model, on: text, device: device)
    let ablation = try CellAblation(
      of: survey.bestCells, in: trained.model, on: text, device: device)
    if let file {
      let configuration = trained.model.configuration
      let page = InspectionPage(
        name: model.lastPathName.spelledPath, of: configuration, vocabulary: trained.vocabulary,
        survey: survey, ablation: ablation, reach: reach,
        window: try TextWindow(
          of: trained.model, on: text, at: at, budget: PageBudget(configuration), device: device))
      let html = page.html()
      try file.write(html)
      say(
        "\(path: file.path) has \(String(format: "%.1f", Double(html.count) / 1_000_000)) MB: "
          + page.extent + ".\n")
    }
    var output = StandardOutput()
    try output.write(
      line: json
        ? Checkpoints.json(SurveyRecord(survey, reach, ablation))
        : table(survey, ablation) + "\n\n" + line(reach))
    try output.flush()
  }

  private func table(_ survey: CellSurvey, _ ablation: CellAblation) -> String {
    var lines = [
      "\(survey.read.formatted()) of \(survey.characters.formatted()) characters, in "
        + "\(counted(survey.pieces, "piece")); \(counted(survey.cells, "cell")), "
        + "\(counted(survey.features.count, "feature"))",
      "\(survey.discoveries.formatted()) of \(survey.tests.formatted()) pairs are beyond chance; of "
        + "shifted features \(survey.shiftedDiscoveries.formatted())",
    ]
    let byFeature = Dictionary(grouping: survey.found, by: \.feature)
    if !byFeature.isEmpty {
      lines += [
        "",
        row(
          "feature", "cell", "correlation", "shifted", "untrained", "information", "held at 0"),
      ]
    }
    for feature in survey.features {
      for cell in byFeature[feature]?.prefix(top) ?? [] {
        lines.append(
          row(
            feature, "\(cell.layer).\(cell.cell)",
            String(format: "%+.2f ± %.2f", cell.correlation, cell.standard_error),
            String(format: "%.2f", cell.shifted_control),
            String(format: "%.2f", cell.untrained_control),
            String(format: "%.2f bits", cell.mutual_information),
            ablation.curve(layer: cell.layer, cell: cell.cell)?.increase(heldAt: 0)
              .map { String(format: "%+.4f", $0) }))
      }
    }
    let without = survey.features.filter { byFeature[$0] == nil }
    if !without.isEmpty {
      lines += ["", "no cell for: " + without.map { printable($0) }.joined(separator: ", ")]
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ reach: GradientReach) -> String {
    let distances = [1, 2, 4, 8, 16, 32, 64].map { distance in
      String(format: "%d: %.2g", distance, reach.norms[distance - 1])
    }
    return "gradient by the character so many before: " + distances.joined(separator: ", ")
  }

  private func row(_ feature: String, _ columns: String?...) -> String {
    printable(feature).padded(to: 26)
      + zip(columns.compactMap { $0 }, [7, 15, 9, 11, 13, 11]).map { text, width in
        String(repeating: " ", count: max(1, width - text.count)) + text
      }.joined()
  }
}

private struct SurveyRecord: Encodable {
  let characters: Int
  let characters_read: Int
  let pieces: Int
  let cells: Int
  let features: [String]
  let pairs: Int
  let beyond_chance: Int
  let beyond_chance_shifted: Int
  let found: [FoundCell]
  /// From distance 1 on.
  let gradient_norms: [Double]
  let ablation: AblationRecord

  struct AblationRecord: Encodable {
    let characters: Int
    let nats: Double
    let cells: [CellAblation.Curve]
  }

  init(_ survey: CellSurvey, _ reach: GradientReach, _ ablation: CellAblation) {
    self.ablation = AblationRecord(
      characters: ablation.characters, nats: ablation.nats, cells: ablation.curves)
    gradient_norms = reach.norms
    characters = survey.characters
    characters_read = survey.read
    pieces = survey.pieces
    cells = survey.cells
    features = survey.features
    pairs = survey.tests
    beyond_chance = survey.discoveries
    beyond_chance_shifted = survey.shiftedDiscoveries
    found = survey.found
  }
}
