import Checkpoints
import Generation
import Recurrent
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
struct PassageWriter {
  let trained: TrainedModel
  let precision: Precision
  let device: Device
  /// Texts written at a time.
  let batchSize: Int
  let description: PassageDescription

  /// Writes `description.count` texts of each prompt.
  ///
  /// - Parameter first: how many prompts came before these.
  func write(_ prompts: [Prompt], from first: Int = 0, to destination: Destination) throws {
    let (description, count) = (description, description.count)
    let lanes = min(batchSize, prompts.count * count)
    let generator = BatchGenerator(
      trained.model, vocabulary: trained.vocabulary, precision: precision, lanes: lanes,
      device: device)
    let offset = first * count
    try generator.write(
      count: prompts.count * count, description.options,
      request: { index in
        WritingRequest(
          prompt: prompts[index / count].symbols,
          random: Xoshiro256(seed: description.seed, stream: [UInt64(offset + index)]))
      },
      deliver: { index, text, passage in
        try destination.write(
          description.record(offset + index, prompts[index / count].text, text, passage))
        return true
      })
  }
}
