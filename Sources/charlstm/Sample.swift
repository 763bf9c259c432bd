import ArgumentParser
import Checkpoints
import Foundation
import Generation
import Recurrent
import Synchronization
import Text

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write text with a model.",
    discussion: """
      The length counts written characters, without the prompt. Text i of a run depends on the \
      seed and on i alone, not on how many are written beside it.
      """)

  @Argument(help: "A model file.")
  var model: String

  @OptionGroup(title: "Prompt") var prompt: PromptOptions

  @Option(name: .shortAndLong, help: "Characters to write.")
  var length = 1000

  @Option(help: "A string that ends the text and is not part of it; may be given several times.")
  var stop: [String] = []

  @OptionGroup(title: "Choice of characters") var sampling: SamplingFlags

  @Option(name: .shortAndLong, help: "Texts to write, of each prompt.")
  var count = 1

  @Option(help: "Chooses the text; the same seed gives the same text. (default: random)")
  var seed: UInt64?

  @Option(name: .shortAndLong, help: "Write to this file.")
  var output: String?

  @Option(help: "Write each text to a file of its own in this folder.")
  var outputDirectory: String?

  @OptionGroup var replacement: ReplacementFlag

  @Flag(help: "A JSON object a line: text, prompt, seed, and how it was written.")
  var jsonLines = false

  @Flag(help: "Leave the prompt out of what is written.")
  var omitPrompt = false

  @Option(help: "Texts written at a time.")
  var batchSize = 64

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var threads: ThreadsOption

  func run() throws {
    try check()
    let output = try output.map { try replacement.file($0) }
    let options = WritingOptions(sampling: sampling.options, length: length, stops: stop)
    let precision = precision.resolved(for: .writing)
    let trained = try TrainedModel(contentsOf: model)
    let prompts = try prompt.read().map { text in
      let (symbols, unknown) = trained.vocabulary.encode(text)
      warn(unknown: unknown)
      return Prompt(text: text, symbols: symbols)
    }
    let lanes = min(batchSize, prompts.count * count)
    let threads = try threads.resolved(lanes: lanes)
    let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    let destination = try Destination(
      file: output, folder: outputDirectory, jsonLines: jsonLines, total: prompts.count * count,
      replacement: replacement)
    let describe = PassageDescription(
      seed: seed, options: options, omitsPrompt: omitPrompt, count: count)

    if prompts.count * count == 1 && !jsonLines {
      try stream(
        trained, prompts[0], options, seed: seed, precision: precision, threads: threads,
        to: destination)
    } else {
      let generator = BatchGenerator(
        trained.model, vocabulary: trained.vocabulary, precision: precision,
        lanes: lanes, threads: threads)
      let count = count
      try generator.write(
        count: prompts.count * count, options,
        request: { index in
          WritingRequest(
            prompt: prompts[index / count].symbols,
            generator: Xoshiro256(seed: seed, stream: [UInt64(index)]))
        },
        deliver: { index, text, passage in
          try destination.write(
            describe.record(index, prompts[index / count].text, text, passage))
          return true
        })
    }
    try destination.finish()
  }

  private func check() throws {
    guard length >= 0 else { throw Failure.usage("--length must be 0 or more, got \(length)") }
    guard count >= 1 else { throw Failure.usage("--count must be 1 or more, got \(count)") }
    guard (1...65536).contains(batchSize) else {
      throw Failure.usage("--batch-size must be 1 to 65536, got \(batchSize)")
    }
    guard output == nil || outputDirectory == nil else {
      throw Failure.usage("give --output or --output-directory, not both")
    }
    try sampling.options.validate()
    _ = try StopStrings(stop)
  }

  /// One text, shown as it is written.
  private func stream(
    _ trained: TrainedModel, _ prompt: Prompt, _ options: WritingOptions, seed: UInt64,
    precision: Precision, threads: Int, to destination: Destination
  ) throws {
    let generator = Generator(
      trained.model, vocabulary: trained.vocabulary, precision: precision, threads: threads)
    var state = generator.start()
    generator.read(prompt.symbols, into: &state)
    if !omitPrompt { try destination.write(bytes: Array(prompt.text.utf8)) }
    var random = Xoshiro256(seed: seed, stream: [0])
    _ = try generator.write(from: &state, options, using: &random) {
      try destination.write(bytes: $0)
      return true
    }
    try destination.write(bytes: [UInt8(ascii: "\n")])
  }
}

/// A prompt as given and as the model reads it.
private struct Prompt {
  var text: String
  var symbols: [Int32]
}

/// Says which characters of a prompt are left out.
func warn(unknown: [Unicode.Scalar]) {
  guard !unknown.isEmpty else { return }
  let names = unknown.map { "\(Vocabulary.Symbol.scalar($0))" }.joined(separator: " ")
  standardError("The model does not know these characters, which are left out: \(names)\n")
}
