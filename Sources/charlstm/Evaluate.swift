import ArgumentParser
import Checkpoints
import Foundation
import Generation
import Recurrent
import TerminalText
import Text

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how well a model predicts a text.",
    discussion: """
      The model reads the whole text as one stream. The first character, which nothing comes \
      before, is not scored. Several files are joined as those were that the model was trained on.

        charlstm evaluate run/best.safetensors other.txt
        charlstm evaluate run/best.safetensors other.txt --windows 256
        charlstm evaluate run/best.safetensors other.txt --per-character > a.tsv
      """)

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "Text files, folders of them, or - for standard input; together one text.")
  var texts: [String]

  @Flag(
    help:
      "Each character with its surprisal, as tab-separated values, or with --json an object each.")
  var perCharacter = false

  @Flag(help: "The result as a JSON object.")
  var json = false

  @Option(
    help: """
      Cut the text into this many parts that are read side by side, which is faster; each is warmed \
      up on the 512 characters before it.
      """)
  var lanes = 1

  @OptionGroup(title: "Windows") var windows: WindowOptions
  @OptionGroup(title: "Dynamic evaluation") var dynamic: DynamicOptions
  @OptionGroup(title: "Cells") var clamp: ClampOption
  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    let windows = try windows.resolved()
    let dynamic = try dynamic.resolved()
    try check(windows, dynamic)
    _ = try clamp.resolved()
    let trained = try TrainedModel(contentsOf: model).clamping(clamp.resolved())
    let corpus = try Corpus(
      paths: texts, separator: trained.summary?.documentSeparator ?? .lineFeed)
    let text = try EncodedText(corpus, vocabulary: trained.vocabulary)
    text.sayUnknownCharacters()
    guard text.count > 1 else {
      throw Failure.badData(
        "the text has \(counted(text.count, "known character")); at least 2 are needed to predict one"
      )
    }
    let device = try machine.device(gains: true)
    if let windows {
      try print(windows, of: text, trained, on: device)
    } else if perCharacter {
      try printCharacters(of: text, scorer(trained, on: device))
    } else if let dynamic {
      try print(dynamic, of: text, trained, on: device)
    } else {
      let score = try finite(scored(text, by: scorer(trained, on: device)))
      try print(
        json
          ? Checkpoints.json(ScoreRecord(score, of: text, clamp.resolved()))
          : table(score, of: text))
    }
  }

  /// What cannot be had together.
  private func check(_ windows: RandomWindows?, _ dynamic: DynamicEvaluation?) throws {
    guard (1...4096).contains(lanes) else {
      throw Failure.usage("--lanes must be 1 to 4096, got \(lanes)")
    }
    guard !perCharacter || lanes == 1 else {
      throw Failure.usage("--per-character needs the text as one stream: leave out --lanes")
    }
    guard windows == nil || !perCharacter && lanes == 1 && dynamic == nil else {
      throw Failure.usage(
        "--windows goes with none of --per-character, --lanes and --dynamic-evaluation")
    }
    guard dynamic == nil || !perCharacter && lanes == 1 else {
      throw Failure.usage(
        "--dynamic-evaluation goes with none of --per-character, --lanes and --windows")
    }
    guard dynamic == nil || clamp.clamp.isEmpty else {
      throw Failure.usage("--dynamic-evaluation changes all weights: leave out --clamp")
    }
    guard dynamic == nil || [.auto, .float32].contains(precision.precision) else {
      throw Failure.usage("--dynamic-evaluation is in float32: leave out --precision")
    }
  }

  private func scorer(
    _ trained: TrainedModel, on device: Device, precision: Precision? = nil
  ) -> TextScorer {
    TextScorer(
      trained.model,
      precision: precision ?? self.precision.resolved(for: .reading, on: device), lanes: lanes,
      device: device)
  }

  private func scored(_ text: EncodedText, by scorer: TextScorer) throws -> TextScore {
    let progress = WorkProgress(of: text.count - 1, "characters read")
    defer { progress.finish() }
    return try scorer.score(text, progress: progress.show)
  }

  private func finite(_ score: TextScore) throws -> TextScore {
    guard score.nats.isFinite else {
      throw Failure.badData("the model's weights are so large that it gives no probabilities")
    }
    return score
  }

  private func print(_ result: String) throws {
    var output = StandardOutput()
    try output.write(line: result)
    try output.flush()
  }

  private func printCharacters(of text: EncodedText, _ scorer: TextScorer) throws {
    var output = StandardOutput()
    if !json { try output.write(line: "character\tnats\tbits") }
    _ = try scorer.score(text) { symbol, nats in
      try output.write(
        line: json
          ? Checkpoints.json(CharacterRecord(text.vocabulary[symbol], nats: nats))
          : text.vocabulary.description(of: symbol)
            + String(format: "\t%.6f\t%.6f", nats, Double(nats) / log(2)))
    }
    try output.flush()
  }

  private func print(
    _ windows: RandomWindows, of text: EncodedText, _ trained: TrainedModel, on device: Device
  ) throws {
    let progress = WorkProgress(of: windows.count, "windows read")
    let score = try windows.score(
      text, with: trained.model, precision: precision.resolved(for: .reading, on: device),
      device: device, progress: progress.show)
    progress.finish()
    _ = try finite(score.total)
    guard !json else {
      return try print(Checkpoints.json(WindowRecord(windows, score, of: text, clamp.resolved())))
    }
    var lines = [
      table(score.total, of: text),
      """
      windows             \(windows.count.formatted()) of \(counted(windows.length, "character")), \
      seed \(windows.seed)
      """,
    ]
    if let error = score.standardError {
      lines.append("standard error      \(String(format: "%.4f", error)) nats per character")
    }
    try print(lines.joined(separator: "\n"))
  }

  private func print(
    _ dynamic: DynamicEvaluation, of text: EncodedText, _ trained: TrainedModel, on device: Device
  ) throws {
    let score = try finite(
      scored(text, by: scorer(trained, on: device, precision: .float32)))
    let progress = WorkProgress(of: text.count - 1, "characters read")
    let adapted = try dynamic.score(
      text, with: trained.model, device: device, progress: progress.show)
    progress.finish()
    guard !json else {
      return try print(Checkpoints.json(DynamicRecord(score, dynamic, adapted, of: text)))
    }
    try print(
      """
      static evaluation
      \(table(score, of: text))

      dynamic evaluation (rate \(dynamic.rate), decay \(dynamic.decay), segment \(dynamic.segment))
      \(table(adapted, of: text))
      """)
  }

  private func table(_ score: TextScore, of text: EncodedText) -> String {
    let share = Double(text.unknownCount) / Double(text.count + text.unknownCount)
    let leftOut =
      text.unknownCount == 0
      ? ""
      : "\nnot counted         \(counted(text.unknownCount, "unknown character")), "
        + String(format: "%.2f%% of the text", 100 * share)
    let held =
      clamp.clamp.isEmpty ? "" : "\nheld cells          " + clamp.clamp.joined(separator: " ")
    return """
      characters          \(score.characters.formatted())\(leftOut)\(held)
      nats per character  \(String(format: "%.4f", score.natsPerCharacter))
      bits per character  \(String(format: "%.4f", score.bitsPerCharacter))
      bits per byte       \(String(format: "%.4f", score.bitsPerByte))
      perplexity          \(String(format: "%.4f", score.perplexity))
      """
  }
}

/// A character, or a byte where that is what the symbol stands for.
private struct CharacterRecord: Encodable {
  var character: String?
  var byte: UInt8?
  let nats: Double
  let bits: Double

  init(_ symbol: Vocabulary.Symbol, nats: Float) {
    switch symbol {
    case .scalar(let scalar): character = String(scalar)
    case .byte(let value): byte = value
    }
    self.nats = Double(nats)
    bits = Double(nats) / log(2)
  }
}

private struct ScoreRecord: Encodable {
  let characters: Int
  /// Of the whole text; none of the figures has to do with them.
  let unknown_characters: Int
  let nats_per_character: Double
  let bits_per_character: Double
  let bits_per_byte: Double
  let perplexity: Double
  let clamp: [String]?

  init(_ score: TextScore, of text: EncodedText, _ clamps: [Clamp] = []) {
    characters = score.characters
    unknown_characters = text.unknownCount
    nats_per_character = score.natsPerCharacter
    bits_per_character = score.bitsPerCharacter
    bits_per_byte = score.bitsPerByte
    perplexity = score.perplexity
    clamp = clamps.texts
  }
}

/// The fields of a score, and how the windows were chosen.
private struct WindowRecord: Encodable {
  let score: ScoreRecord
  let choice: Choice

  struct Choice: Encodable {
    let windows: Int
    let window_count: Int
    let seed: UInt64
    let standard_error: Double?
  }

  init(
    _ windows: RandomWindows, _ score: WindowScore, of text: EncodedText, _ clamps: [Clamp]
  ) {
    self.score = ScoreRecord(score.total, of: text, clamps)
    choice = Choice(
      windows: windows.length, window_count: windows.count, seed: windows.seed,
      standard_error: score.standardError)
  }

  func encode(to encoder: any Encoder) throws {
    try score.encode(to: encoder)
    try choice.encode(to: encoder)
  }
}

/// The fields of the static score; apart from them, the dynamic one.
private struct DynamicRecord: Encodable {
  let score: ScoreRecord
  let adapted: Adapted

  struct Adapted: Encodable {
    let dynamic_evaluation: Fields
  }

  struct Fields: Encodable {
    let score: ScoreRecord
    let choice: Choice

    func encode(to encoder: any Encoder) throws {
      try score.encode(to: encoder)
      try choice.encode(to: encoder)
    }
  }

  struct Choice: Encodable {
    let rate: Float
    let decay: Float
    let segment: Int
  }

  init(
    _ score: TextScore, _ dynamic: DynamicEvaluation, _ adapted: TextScore, of text: EncodedText
  ) {
    self.score = ScoreRecord(score, of: text)
    self.adapted = Adapted(
      dynamic_evaluation: Fields(
        score: ScoreRecord(adapted, of: text),
        choice: Choice(rate: dynamic.rate, decay: dynamic.decay, segment: dynamic.segment)))
  }

  func encode(to encoder: any Encoder) throws {
    try score.encode(to: encoder)
    try adapted.encode(to: encoder)
  }
}
