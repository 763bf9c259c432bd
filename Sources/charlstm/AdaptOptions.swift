import ArgumentParser
import Checkpoints
import Files
import Foundation
import Generation
import Paths
import Recurrent
import TerminalText
import Text

/// Texts that a model learns from before it writes.
struct AdaptOptions: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Learn from this text before writing, as dynamic evaluation does; a file, a folder, or - for \
      standard input. May be given several times: together one text. The model's file stays as it is.
      """, valueName: "text"))
  var adapt: [String] = []

  @Option(help: "How often the text is read, 1 to 100. (default: 1)")
  var adaptPasses: Int?

  @Option(help: "How far a step of learning goes. (default: 0.0007)")
  var adaptRate: Float?

  @Option(help: ArgumentHelp("Write the model that has learnt to this file.", valueName: "file"))
  var saveAdapted: String?

  private var learning: DynamicEvaluation {
    var learning = DynamicEvaluation()
    if let adaptRate { learning.rate = adaptRate }
    return learning
  }

  private var passes: Int { adaptPasses ?? 1 }

  /// - Throws: a `Failure` of usage.
  func check(readsPrompts: Bool) throws {
    guard !adapt.isEmpty || adaptPasses == nil && adaptRate == nil && saveAdapted == nil else {
      throw Failure.usage("--adapt-passes, --adapt-rate and --save-adapted go with --adapt")
    }
    guard (1...100).contains(passes) else {
      throw Failure.usage("--adapt-passes must be 1 to 100, got \(passes)")
    }
    guard learning.rate > 0, learning.rate.isFinite else {
      throw Failure.usage("--adapt-rate must be a finite number above 0, got \(learning.rate)")
    }
    guard !readsPrompts || !adapt.contains("-") else {
      throw Failure.usage("--adapt - and prompts from standard input do not go together")
    }
  }

  /// The model once it has learnt, where it is to; says what came of it, and saves it where asked to.
  ///
  /// - Parameter file: of `saveAdapted`.
  func adapted(
    _ trained: TrainedModel, on device: Device, savingTo file: OutputFile?
  ) throws -> TrainedModel {
    guard !adapt.isEmpty else { return trained }
    let text = try EncodedText(
      Corpus(paths: adapt, separator: trained.summary?.documentSeparator ?? .lineFeed),
      vocabulary: trained.vocabulary)
    text.sayUnknownCharacters()
    guard text.count > 1 else {
      throw Failure.badData(
        "the text has \(counted(text.count, "known character")); at least 2 are needed to learn "
          + "from it")
    }
    let began = ContinuousClock.now
    let progress = WorkProgress(
      of: (text.count - 1) * (passes + 1), "characters read to learn from")
    defer { progress.finish() }
    let before = try TextScorer(trained.model, precision: .float32, device: device)
      .score(text, progress: progress.show)
    let learnt = try learning.adapting(
      trained.model, to: text, passes: passes, device: device,
      progress: { progress.show(text.count - 1 + $0) })
    progress.finish()
    var adapted = trained
    adapted.model = learnt.network
    adapted.adaptations.append(
      AdaptationSummary(
        texts: adapt, characters: text.count, passes: passes, rate: learning.rate,
        decay: learning.decay, segment: learning.segment))
    say(text, before, learnt.passes, seconds: (ContinuousClock.now - began) / .seconds(1))
    if let file { try adapted.write(to: file) }
    return adapted
  }

  private func say(
    _ text: EncodedText, _ before: TextScore, _ passes: [TextScore], seconds: Double
  ) {
    func nats(_ score: TextScore) -> String { String(format: "%.4f", score.natsPerCharacter) }
    let rate = Int(Double(text.count * passes.count) / max(seconds, 1e-3))
    let time = String(format: "%.1f s", seconds)
    let learning = passes.map(nats).joined(separator: ", ")
    standardError(
      """
      Learnt from \(printable(path: adapt.joined(separator: ", "))): \
      \(counted(text.count, "character")) in \(time), \(rate.formatted())/s; \
      nats per character: \(nats(before)) before, \(learning) while learning.

      """)
  }
}
