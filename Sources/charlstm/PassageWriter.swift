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
    let lanes = min(batchSize, prompts.count * count)
    let generator = generator(lanes: lanes)
    let offset = first * count
    let progress =
      destination.isSeen ? nil : WorkProgress(of: prompts.count * count, "texts written")
    defer { progress?.finish() }
    try generator.write(
      count: prompts.count * count, description.options,
      request: { index in
        WritingRequest(
          prompt: prompts[index / count].symbols,
          random: Xoshiro256(seed: description.seed, stream: [UInt64(offset + index)]))
      },
      deliver: { [tally] index, text, passage in
        tally.bansAvoided.add(passage.bansAvoided, ordering: .relaxed)
        try destination.write(
          description.record(offset + index, prompts[index / count].text, text, passage))
        progress?.show(index + 1)
        return true
      })
  }

  /// Counts what is known of a text that was written alone.
  func note(_ passage: Passage) {
    tally.bansAvoided.add(passage.bansAvoided, ordering: .relaxed)
  }

  /// Says how often texts went back, where anything is banned.
  func sayBansAvoided() {
    guard !description.options.bans.phrases.isEmpty else { return }
    let count = tally.bansAvoided.load(ordering: .relaxed)
    standardError(counted(count, "ban") + " avoided\n")
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
  /// How often they went back from a banned phrase.
  let bansAvoided = Atomic(0)
}
