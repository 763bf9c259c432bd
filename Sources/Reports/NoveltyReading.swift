/// How much of what a model wrote stands word for word in its training text.
package struct NoveltyReading: Encodable, Equatable, Sendable {
  /// A passage that was copied.
  package struct Passage: Encodable, Equatable, Sendable {
    package var text: String
    /// Characters; `text` may be only the first of them.
    package var length: Int
    /// Where the training text has it, for people: `book.txt, line 12`.
    package var place: String

    package init(text: String, length: Int, place: String) {
      self.text = text
      self.length = length
      self.place = place
    }
  }

  /// Characters that the model wrote.
  package var written: Int
  /// The share of them, of 1, that stands in copied passages of at least `threshold` characters.
  package var copiedShare: Double
  package var threshold: Int
  /// The longest first.
  package var passages: [Passage]

  package init(written: Int, copiedShare: Double, threshold: Int, passages: [Passage]) {
    self.written = written
    self.copiedShare = copiedShare
    self.threshold = threshold
    self.passages = passages
  }

  private enum CodingKeys: String, CodingKey {
    case written
    case copiedShare = "copied_share"
    case threshold
    case passages
  }
}
