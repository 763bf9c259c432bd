import Text

/// What a new run was asked for that neither its options nor its weights tell: kept, so that a resume
/// needs not be told again, and is told where it contradicts.
package struct RunSetup: Codable, Equatable, Sendable {
  package var vocabulary: Vocabulary.Kind
  /// Characters rarer than this are spelt with bytes.
  package var minCount: Int
  /// The share to validate on; nil where `validation` does.
  package var validationFraction: Double?
  /// Paths of what validates, as they were given.
  package var validation: [String]
  /// The path of the model that the run began with, as it was given.
  package var initializeFrom: String?
  /// Whether a classifier's temperature is fitted at the end.
  package var calibrates: Bool

  package init(
    vocabulary: Vocabulary.Kind, minCount: Int, validationFraction: Double?,
    validation: [String] = [],
    initializeFrom: String? = nil, calibrates: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.minCount = minCount
    self.validationFraction = validationFraction
    self.validation = validation
    self.initializeFrom = initializeFrom
    self.calibrates = calibrates
  }
}
