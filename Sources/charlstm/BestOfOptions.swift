import ArgumentParser
import Generation

/// Choosing the best of several texts.
struct BestOfOptions: ParsableArguments {
  @Option(help: "Write so many texts for each that is asked for, and keep the best of them.")
  var bestOf: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      What is best: the greatest value of an expression over nats (mean surprisal), characters, \
      words, lines, repetition and variety (0 to 1), stopped (0 or 1), toward. (default: -nats, or \
      toward where that is given)
      """, valueName: "expression"))
  var bestBy: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "A classifier and one of its classes, whose probability is the statistic toward.",
      valueName: "classifier label"))
  var toward: [String] = []

  /// - Throws: a `Failure` of usage, `RankingError`.
  func check() throws {
    guard toward.isEmpty || toward.count == 2 else {
      throw Failure.usage("--toward needs a classifier's file and one of its classes")
    }
    guard let bestOf else {
      guard bestBy == nil, toward.isEmpty else {
        throw Failure.usage(
          "\(bestBy == nil ? "--toward" : "--best-by") chooses among texts; give --best-of, how many"
        )
      }
      return
    }
    guard BestOf.counts.contains(bestOf) else {
      throw Failure.usage("--best-of must be 1 to 10000, got \(bestOf)")
    }
    if try expression().needsClassifier, toward.isEmpty {
      throw Failure.usage("--best-by toward needs --toward, a classifier and one of its classes")
    }
  }

  /// Nil where one text is written for each that is asked for.
  ///
  /// - Throws: `RankingError`.
  func resolved() throws -> BestOf? {
    try bestOf.map { BestOf($0, by: try expression()) }
  }

  /// Reads the classifier, if one is to be asked.
  ///
  /// - Throws: `CheckpointError`; a `Failure` where there is no such class.
  func verdict() throws -> ClassVerdict? {
    toward.isEmpty ? nil : try ClassVerdict(toward[0], label: toward[1])
  }

  private func expression() throws -> RankingExpression {
    if let bestBy { return try RankingExpression(bestBy) }
    return toward.isEmpty ? .leastSurprising : .mostToward
  }
}
