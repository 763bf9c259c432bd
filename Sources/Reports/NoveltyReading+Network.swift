import Generation
import Recurrent
import Synchronization
import Paths
import Text

extension NoveltyReading {
  /// Characters of a passage that counts as copied.
  private static let threshold = 40
  private static let texts = 32
  private static let length = 1024
  /// Characters of a passage that are kept.
  private static let shown = 400

  /// Has a model write, at temperature 1 and without a prompt, and holds that against a text.
  ///
  /// - Returns: nil where the text is not UTF-8, or the model writes nothing.
  package init?(
    of model: Network, _ vocabulary: Vocabulary, against corpus: Corpus, seed: UInt64,
    device: Device
  ) {
    let generator = BatchGenerator(
      model, vocabulary: vocabulary, precision: device.precision(for: .writing), lanes: Self.texts,
      device: device)
    let written = Mutex<[UInt8]>([])
    do {
      try generator.write(
        count: Self.texts, WritingOptions(length: Self.length),
        request: { index in
          WritingRequest(
            prompt: [], random: Xoshiro256(seed: seed, stream: [UInt64(index)]))
        },
        deliver: { _, text, _ in
          written.withLock { $0 += text + [UInt8(ascii: "\n")] }
          return true
        })
      let report = try NoveltyReport(
        of: Corpus(bytes: written.withLock(\.self), name: "sample"), against: corpus,
        lengths: [Self.threshold], passageCount: 5)
      guard report.characters > 0 else { return nil }
      self.init(
        written: report.characters,
        copiedShare: Double(report.nGrams[0].covered) / Double(report.characters),
        threshold: Self.threshold,
        passages: report.passages.map { passage in
          Passage(
            text: String(
              String.UnicodeScalarView(passage.text.unicodeScalars.prefix(Self.shown))),
            length: passage.characters,
            place: "\(passage.inCorpus.file.spelledPath), line \(passage.inCorpus.line)")
        })
    } catch {
      return nil
    }
  }
}
