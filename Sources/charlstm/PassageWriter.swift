import Checkpoints
import Generation
import Recurrent
import Synchronization
import TerminalText
import Text

/// A prompt as given and as the model reads it.
struct Prompt: Sendable {
  var text: String
  var symbols: [Int32]

  init(_ text: String, to vocabulary: Vocabulary, unknown: inout UnknownCharacters) {
    self.text = text
    symbols = vocabulary.encode(text).symbols
    unknown.note(in: text)
  }

  /// Whether there is a prompt, and nothing of it to go on from.
  var isUnknown: Bool { symbols.isEmpty && !text.isEmpty }
}

/// Writes the texts of many prompts side by side.
///
/// A text depends on the seed and on its number, not on what is written beside it.
final class PassageWriter {
  let trained: TrainedModel
  let precision: Precision
  let device: Device
  /// Texts written at a time.
  let batchSize: Int
  let description: PassageDescription
  private let tally = Tally()
  /// The last one, which packed the weights for so many lanes.
  private var last: (lanes: Int, generator: BatchGenerator)?

  init(
    trained: TrainedModel, precision: Precision, device: Device, batchSize: Int,
    description: PassageDescription
  ) {
    self.trained = trained
    self.precision = precision
    self.device = device
    self.batchSize = batchSize
    self.description = description
  }

  /// Writes `description.count` texts of each prompt.
  ///
  /// - Parameter first: how many prompts came before these.
  func write(_ prompts: [Prompt], from first: Int = 0, to destination: Destination) throws {
    let (description, count) = (description, description.count)
    let candidates = description.bestOf?.count ?? 1
    let total = prompts.count * count * candidates
    let generator = generator(lanes: min(batchSize, total))
    let offset = first * count
    let progress = destination.isSeen ? nil : WorkProgress(of: total, "texts written")
    defer { progress?.finish() }
    let contest = Contest()
    try generator.write(
      count: total, description.options, avoiding: description.passages,
      request: { index in
        WritingRequest(
          prompt: prompts[index / (count * candidates)].symbols,
          random: Xoshiro256(
            seed: description.seed, stream: [UInt64(offset * candidates + index)]))
      },
      deliver: { [tally] index, text, passage in
        tally.note(passage)
        progress?.show(index + 1)
        let (place, prompt) = (index / candidates, prompts[index / (count * candidates)].text)
        guard let bestOf = description.bestOf else {
          try destination.write(description.record(offset + place, prompt, text, passage, nil))
          return true
        }
        let read = (description.omitsPrompt ? "" : prompt) + String(decoding: text, as: UTF8.self)
        let entry = bestOf.entry(
          text, passage, toward: try description.verdict?.probability(of: read))
        guard let best = contest.enter(entry, of: candidates) else { return true }
        try destination.write(
          description.record(
            offset + place, prompt, best.text, best.passage, (best.score, best.statistics)))
        return true
      })
  }

  /// Counts what is known of a text that was written alone.
  func note(_ passage: Passage) { tally.note(passage) }

  /// Says how often texts went back, where anything is not to be written.
  func sayWhatWasAvoided() {
    if !description.options.bans.isEmpty {
      standardError(
        counted(tally.bansAvoided.load(ordering: .relaxed), "ban") + " avoided\n")
    }
    if description.passages != nil {
      standardError(
        counted(tally.copiesAvoided.load(ordering: .relaxed), "copied passage") + " avoided\n")
    }
  }

  private func generator(lanes: Int) -> BatchGenerator {
    if let last, last.lanes == lanes { return last.generator }
    let new = BatchGenerator(
      trained.model, vocabulary: trained.vocabulary, precision: precision, lanes: lanes,
      device: device)
    last = (lanes, new)
    return new
  }
}

/// What all texts of a run come to.
private final class Tally: Sendable {
  /// How often they went back from a banned phrase, and from a passage of the corpus.
  let bansAvoided = Atomic(0)
  let copiesAvoided = Atomic(0)

  func note(_ passage: Passage) {
    bansAvoided.add(passage.bansAvoided, ordering: .relaxed)
    copiesAvoided.add(passage.copiesAvoided, ordering: .relaxed)
  }
}
