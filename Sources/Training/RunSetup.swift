import Text

/// What a new run was asked for that neither its options nor its weights tell: kept, so that a resume
/// needs not be told again, and is told where it contradicts.
package struct RunSetup: Codable, Equatable, Sendable {
  package var vocabulary: Vocabulary.Kind
  /// Characters rarer than this are spelt with bytes.
  package var minCount: Int
  /// The share to validate on; nil where `validation` does.
  package var validationFraction: Double?
  /// The share to test on; nil where there is none.
  package var testFraction: Double?
  /// Paths of what validates, as they were given.
  package var validation: [String]
  /// The path of the model that the run began with, as it was given.
  package var initializeFrom: String?
  /// Whether a classifier's temperature is fitted at the end.
  package var calibrates: Bool
  /// The share of a classifier's answers that may be wrong, to which a threshold is fitted at the end;
  /// nil where none is.
  package var risk: Double?
  /// Paths of what trains, as they were given; nil in files from before they were kept.
  package var corpora: [String]?
  /// How labelled texts are read, as on a command line; nil in files from before it was kept.
  package var dataOptions: [String]?
  /// What stands between the files of a corpus; nil in files from before there was anything.
  package var documentSeparator: DocumentSeparator?
  /// Steps between samples; nil where that was not said.
  package var sampleEvery: Int?
  /// The folder of TensorBoard's events, as it was given; nil where there are none.
  package var tensorBoard: String?

  package init(
    vocabulary: Vocabulary.Kind, minCount: Int, validationFraction: Double?,
    testFraction: Double? = nil, validation: [String] = [],
    initializeFrom: String? = nil, calibrates: Bool = false, corpora: [String]? = nil,
    dataOptions: [String]? = nil,
    documentSeparator: DocumentSeparator? = nil, sampleEvery: Int? = nil, tensorBoard: String? = nil
  ) {
    self.vocabulary = vocabulary
    self.minCount = minCount
    self.validationFraction = validationFraction
    self.testFraction = testFraction
    self.validation = validation
    self.initializeFrom = initializeFrom
    self.calibrates = calibrates
    self.corpora = corpora
    self.dataOptions = dataOptions
    self.documentSeparator = documentSeparator
    self.sampleEvery = sampleEvery
    self.tensorBoard = tensorBoard
  }
}
