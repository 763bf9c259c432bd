import Checkpoints
import Generation
import Recurrent
import Text

/// Who writes a model's texts: freely, many side by side, or in a form.
final class CompletionWriters: Sendable {
  let vocabulary: Vocabulary
  let configuration: ModelConfiguration
  let free: WritingQueue
  let forming: FormingQueue

  init(_ trained: TrainedModel, precision: Precision?, device: Device, limits: Limits) {
    vocabulary = trained.vocabulary
    configuration = trained.model.configuration
    free = WritingQueue(
      {
        ContinuousBatch(
          trained.model, vocabulary: trained.vocabulary, precision: precision,
          lanes: limits.batch, device: device)
      }, limit: limits.queue)
    forming = FormingQueue(
      {
        FormDesk(
          trained.model, vocabulary: trained.vocabulary, precision: precision, device: device)
      }, limit: limits.queue)
  }

  /// How many texts are being written, and how many wait.
  var counts: (writing: Int, waiting: Int) {
    let (free, formed) = (free.counts, forming.counts)
    return (free.writing + formed.writing, free.waiting + formed.waiting)
  }

  /// Takes no more texts.
  func end() {
    free.end()
    forming.end()
  }

  /// Gives up all texts.
  func stop() {
    free.stop()
    forming.stop()
  }
}
