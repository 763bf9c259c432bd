import ArgumentParser
import Paths
import Text
import Training

/// The symbols of a new run.
struct VocabularyOptions: ParsableArguments {
  @Option(
    help: """
      What a symbol is: scalars (Unicode characters) or bytes. (default: scalars)
      """)
  var vocabulary: Vocabulary.Kind?

  @Option(
    help: ArgumentHelp(
      "Characters rarer than this are spelt with bytes. (default: 1)", visibility: .advanced))
  var minCount: Int?

  var kind: Vocabulary.Kind { vocabulary ?? .scalars }
  var count: Int { minCount ?? 1 }

  /// Refuses what contradicts the model to begin with, whose vocabulary is taken as it is.
  func check(against model: Vocabulary) throws {
    if let vocabulary, vocabulary != model.kind {
      throw Failure.usage(
        "--vocabulary \(vocabulary) contradicts --initialize-from, whose model has \(model.kind)")
    }
    guard minCount == nil else {
      throw Failure.usage(
        "--min-count contradicts --initialize-from, whose model's vocabulary is taken as it is")
    }
  }
}

/// Refuses options that contradict how the run to go on with began, lest they be ignored.
///
/// - Parameters:
///   - setup: the run's; nil where its file is from before that was kept.
///   - kind: what a symbol of the run is, should `setup` not tell.
///   - validationFraction, testFraction, initializeFrom, documentSeparator: as they were given.
func check(
  _ vocabulary: VocabularyOptions, validationFraction: Double?, testFraction: Double? = nil,
  initializeFrom: String?,
  documentSeparator: DocumentSeparator? = nil, against setup: RunSetup?, kind: Vocabulary.Kind
) throws {
  func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "none" }
  for (name, wanted, found) in [
    ("vocabulary", vocabulary.vocabulary?.rawValue, (setup?.vocabulary ?? kind).rawValue),
    ("min-count", vocabulary.minCount.map(String.init), setup.map { text($0.minCount) }),
    (
      "validation-fraction", validationFraction.map { "\($0)" },
      setup.map { text($0.validationFraction) }
    ),
    ("test-fraction", testFraction.map { "\($0)" }, setup.map { "\($0.testFraction ?? 0)" }),
    ("initialize-from", initializeFrom, setup.map { text($0.initializeFrom) }),
    (
      "document-separator", documentSeparator.map { "\($0)" },
      setup.map { "\($0.documentSeparator ?? .none)" }
    ),
  ] {
    guard let wanted else { continue }
    guard let found else { throw Failure.isForNewRuns("--\(name)") }
    if !wanted.utf8.elementsEqual(found.utf8) { throw Failure.contradiction(name, wanted, found) }
  }
}

extension Failure {
  /// - Parameter option: as it was typed.
  static func isForNewRuns(_ option: String) -> Failure {
    .usage("\(option) is for a new run; this one goes on with its own settings")
  }

  /// Of an option and the run to go on with.
  ///
  /// - Parameters:
  ///   - wanted: its value; true for a flag, which has none to be typed.
  ///   - found: the run's.
  ///   - remedy: what there is to do besides leaving it out.
  static func contradiction(
    _ name: String, _ wanted: String, _ found: String?, remedy: String = ""
  ) -> Failure {
    let contradicts =
      wanted == "true"
      ? "--\(name) contradicts the run, which began without it"
      : "--\(name) \(path: wanted) contradicts the run, which has \(path: found ?? "none")"
    return .usage("\(contradicts); leave it out\(remedy)")
  }
}
