import Generation
import Paths
import Recurrent
import Synchronization
import Text

extension NoveltyReading {
  /// Characters of a passage that counts as copied.
  private static let threshold = 40
  private static let texts = 32
  private static let length = 1024
  /// Between texts: no character, so that no passage reaches across.
  private static let end = "\u{FFFF}"
  /// Characters of a passage that are kept.
  private static let shown = 400

  /// Has a model write, at temperature 1 and without a prompt, and holds that against a text.
  ///
  /// - Throws: `NoveltyError`, such as for a text that is not UTF-8; what writing throws.
  package init(
    of model: Network, _ vocabulary: Vocabulary, against corpus: Corpus, seed: UInt64,
    device: Device
  ) throws {
    let generator = BatchGenerator(
      model, vocabulary: vocabulary, precision: device.precision(for: .writing), lanes: Self.texts,
      device: device)
    let written = Mutex<[UInt8]>([])
    try generator.write(
      count: Self.texts, WritingOptions(length: Self.length),
      request: { index in
        WritingRequest(
          prompt: [], random: Xoshiro256(seed: seed, stream: [UInt64(index)]))
      },
      deliver: { _, text, _ in
        written.withLock { $0 += text + Array(Self.end.utf8) }
        return true
      })
    let report = try NoveltyReport(
      of: Corpus(bytes: written.withLock(\.self), name: "sample"), against: corpus,
      lengths: [Self.threshold], passageCount: 5)
    let characters = report.characters - Self.texts
    self.init(
      written: characters,
      copiedShare: Double(report.nGrams[0].covered) / Double(max(1, characters)),
      threshold: Self.threshold,
      passages: report.passages.map { passage in
        Passage(
          text: String(
            String.UnicodeScalarView(passage.text.unicodeScalars.prefix(Self.shown))),
          length: passage.characters,
          place: "\(passage.inCorpus.file.spelledPath), line \(passage.inCorpus.line)")
      })
  }
}
