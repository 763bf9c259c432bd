/// A run, and what reading its data once more with its best model came to.
package struct RunReport: Sendable {
  package var run: RunRecord
  package var reading: TextReading?
  package var novelty: NoveltyReading?
  package var classification: ClassificationReading?
  /// Why there are no readings, a sentence.
  package var readingMissing: String?

  package init(
    run: RunRecord, reading: TextReading? = nil, novelty: NoveltyReading? = nil,
    classification: ClassificationReading? = nil, readingMissing: String? = nil
  ) {
    self.run = run
    self.reading = reading
    self.novelty = novelty
    self.classification = classification
    self.readingMissing = readingMissing
  }
}
