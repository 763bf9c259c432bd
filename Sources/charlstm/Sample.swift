import ArgumentParser
import Checkpoints
import Foundation
import Generation
import LabelledData
import Recurrent

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write text with a model.",
    discussion: """
      The length counts written characters, without the prompt. Text i of a run depends on the \
      seed and on i alone, not on how many are written beside it.

        charlstm sample run/best.safetensors --prompt "Once" --length 2000
        charlstm sample run/best.safetensors --count 100 --output-directory texts
        charlstm sample run/best.safetensors --prompts-file prompts.txt --json-lines
      """)

  @Argument(help: "A model file.")
  var model: String

  @OptionGroup(title: "Prompt") var prompt: PromptOptions

  @Option(name: .shortAndLong, help: "Characters to write.")
  var length = 1000

  @Option(
    parsing: .unconditionalSingleValue,
    help: "A string that ends the text and is not part of it; may be given several times.",
    transform: utf8Text)
  var stop: [String] = []

  @OptionGroup var bans: BanOptions
  @OptionGroup var avoidCopying: AvoidCopyingOption

  @OptionGroup(title: "Form") var form: FormOptions

  @OptionGroup(title: "Choice of characters") var sampling: SamplingFlags
  @OptionGroup(title: "Choice of characters") var bias: BiasOption

  @OptionGroup(title: "Choice of texts") var bestOf: BestOfOptions

  @OptionGroup(title: "Learning") var adapt: AdaptOptions

  @OptionGroup(title: "Cells") var clamp: ClampOption

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
  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    try check()
    let output = try output.map { try replacement.file($0) }
    let stops = try stop.map { try typed($0, for: "--stop") }
    let options = WritingOptions(
      sampling: sampling.options, length: length, stops: stops, bans: try bans.resolved(),
      biases: try bias.resolved())
    let candidates = try bestOf.resolved()?.count ?? 1
    let device = try machine.device(
      gains: count * candidates >= MachineOptions.manyTexts || prompt.promptsFile != nil)
    let clamps = try clamp.resolved()
    let adaptedFile = try adapt.saveAdapted.map { try replacement.file($0) }
    let trained = try adapt.adapted(
      TrainedModel(contentsOf: model), on: device, savingTo: adaptedFile
    ).clamping(clamps)
    let writer = PassageWriter(
      trained: trained, precision: precision.resolved(for: .writing, on: device), device: device,
      batchSize: batchSize,
      description: PassageDescription(
        seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), options: options,
        clamps: clamps, adaptedTo: adapt.adapt, omitsPrompt: omitPrompt, count: count,
        passages: try avoidCopying.passages(), bestOf: try bestOf.resolved(),
        verdict: try bestOf.verdict()))
    let request = try formRequest()
    if request == nil, prompt.areWaitedFor, output == nil, outputDirectory == nil {
      try answerPrompts(by: writer)
      return writer.sayWhatWasAvoided()
    }

    var unknown = UnknownCharacters(to: "model", with: trained.vocabulary)
    let texts = try prompt.read()
    let prompts = texts.map { Prompt($0, to: trained.vocabulary, unknown: &unknown) }
    unknown.tell()
    if let index = prompts.firstIndex(where: \.isUnknown) {
      throw Failure.badData(
        "the model knows no character of " + (texts.count > 1 ? "prompt \(index + 1)" : "this"))
    }
    let destination = try Destination(
      file: output, folder: outputDirectory, jsonLines: jsonLines, total: prompts.count * count,
      replacement: replacement)
    if let request {
      try writeFormed(request, prompts, by: writer, to: destination)
    } else if prompts.count * count == 1, !jsonLines, bestOf.bestOf == nil {
      try stream(prompts[0], by: writer, to: destination)
    } else {
      try writer.write(prompts, to: destination)
    }
    try destination.finish()
    writer.sayWhatWasAvoided()
  }

  /// Takes prompts from standard input as they come, so that another program can talk with this one.
  private func answerPrompts(by writer: PassageWriter) throws {
    let answers = PromptAnswers(
      by: writer,
      to: try Destination(
        file: nil, folder: nil, jsonLines: jsonLines, total: nil, replacement: replacement))
    var lines = try LineReader(path: "-", beforeWaiting: answers.giveWhatHasCome)
    while let line = try lines.next() { try answers.add(line) }
    try answers.finish()
  }

  private func check() throws {
    guard length >= 0 else { throw Failure.usage("--length must be 0 or more, got \(length)") }
    guard (1...1_000_000).contains(count) else {
      throw Failure.usage("--count must be 1 to 1000000, got \(count)")
    }
    guard (1...65536).contains(batchSize) else {
      throw Failure.usage("--batch-size must be 1 to 65536, got \(batchSize)")
    }
    guard output == nil || outputDirectory == nil else {
      throw Failure.usage("give --output or --output-directory, not both")
    }
    try sampling.options.validate()
    _ = try clamp.resolved()
    _ = try StopStrings(stop.map { try typed($0, for: "--stop") })
    _ = try bans.resolved()
    _ = try bias.resolved()
    _ = try avoidCopying.length()
    try bestOf.check()
    try adapt.check(readsPrompts: prompt.promptFile == "-" || prompt.promptsFile == "-")
    _ = try formRequest()
  }

  /// One text, shown as it is written.
  private func stream(
    _ prompt: Prompt, by writer: PassageWriter, to destination: Destination
  ) throws {
    let generator = Generator(
      writer.trained.model, vocabulary: writer.trained.vocabulary, precision: writer.precision,
      device: writer.device)
    var state = generator.start()
    generator.read(prompt.symbols, into: &state)
    if !omitPrompt { try destination.write(bytes: Array(prompt.text.utf8)) }
    var random = Xoshiro256(seed: writer.description.seed, stream: [0])
    let progress =
      destination.isSeen
      ? nil : WorkProgress(of: writer.description.options.length, "characters written")
    defer { progress?.finish() }
    var characters = 0
    let passage = try generator.write(
      from: &state, writer.description.options, after: TextRead(prompt.symbols),
      avoiding: writer.description.passages, using: &random
    ) {
      try destination.write(bytes: $0)
      characters += $0.count { $0 & 0xC0 != 0x80 }
      progress?.show(characters)
      return true
    }
    writer.note(passage)
    try destination.write(bytes: [UInt8(ascii: "\n")])
  }
}
