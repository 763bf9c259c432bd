import ArgumentParser
import Checkpoints
import Foundation
import Generation
import Recurrent
import Text

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how well a model predicts a text.",
    discussion: """
      The model reads the whole text as one stream. The first character, which nothing comes \
      before, is not scored.
      """)

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "Text files, folders of them, or - for standard input; together one text.")
  var texts: [String]

  @Flag(help: "Each character with its surprisal, as tab-separated values.")
  var perCharacter = false

  @Flag(help: "The result as a JSON object.")
  var json = false

  @Option(
    help: """
      Cut the text into this many parts that are read side by side, which is faster; each is warmed \
      up on the 512 characters before it.
      """)
  var lanes = 1

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var threads: ThreadsOption

  func run() throws {
    guard (1...4096).contains(lanes) else {
      throw Failure.usage("--lanes must be 1 to 4096, got \(lanes)")
    }
    guard !perCharacter || lanes == 1 else {
      throw Failure.usage("--per-character needs the text as one stream: leave out --lanes")
    }
    let trained = try TrainedModel(contentsOf: model)
    let text = try EncodedText(Corpus(paths: texts), vocabulary: trained.vocabulary)
    if text.unknownCount > 0 {
      standardError(
        "The model does not know \(text.unknownCount) characters of the text; they are left out.\n")
    }
    guard text.count > 1 else {
      throw Failure.badData(
        "the text has \(text.count) known characters; at least 2 are needed to predict one")
    }
    let scorer = TextScorer(
      trained.model, precision: try precision.resolved(), lanes: lanes,
      threads: try threads.resolved(lanes: lanes))
    var output = StandardOutput()
    if perCharacter {
      try output.write(line: "character\tnats\tbits")
      _ = try scorer.score(text) { (symbol, nats) throws(any Error) in
        try output.write(
          line: trained.vocabulary.description(of: symbol)
            + String(format: "\t%.6f\t%.6f", nats, Double(nats) / log(2)))
      }
    } else {
      let score = scorer.score(text)
      guard score.nats.isFinite else {
        throw Failure.badData("the model's weights are so large that it gives no probabilities")
      }
      try output.write(line: json ? Checkpoints.json(ScoreRecord(score)) : table(score))
    }
    try output.flush()
  }

  private func table(_ score: TextScore) -> String {
    """
    characters          \(score.characters.formatted())
    nats per character  \(String(format: "%.4f", score.natsPerCharacter))
    bits per character  \(String(format: "%.4f", score.bitsPerCharacter))
    bits per byte       \(String(format: "%.4f", score.bitsPerByte))
    perplexity          \(String(format: "%.4f", score.perplexity))
    """
  }
}

private struct ScoreRecord: Encodable {
  let characters: Int
  let nats_per_character: Double
  let bits_per_character: Double
  let bits_per_byte: Double
  let perplexity: Double

  init(_ score: TextScore) {
    characters = score.characters
    nats_per_character = score.natsPerCharacter
    bits_per_character = score.bitsPerCharacter
    bits_per_byte = score.bitsPerByte
    perplexity = score.perplexity
  }
}
