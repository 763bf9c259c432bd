/// How far probabilities can be believed: predictions gathered by how sure they were, each gathering
/// with how often it was right (the reliability diagram of DeGroot and Fienberg 1983).
package struct Reliability: Encodable, Equatable, Sendable {
  package struct Bin: Encodable, Equatable, Sendable {
    /// The mean probability of the predictions, and the share of them that came true.
    package fileprivate(set) var predicted = 0.0
    package fileprivate(set) var observed = 0.0
    package fileprivate(set) var count = 0
  }

  /// Of equal width, from 0 to 1; empty ones too.
  package private(set) var bins = [Bin](repeating: Bin(), count: 10)

  package init() {}

  /// - Parameter probability: 0 to 1.
  package mutating func add(probability: Double, isRight: Bool) {
    let index = min(Int(probability * Double(bins.count)), bins.count - 1)
    bins[index].count += 1
    let share = 1 / Double(bins[index].count)
    bins[index].predicted += (probability - bins[index].predicted) * share
    bins[index].observed += ((isRight ? 1 : 0) - bins[index].observed) * share
  }

  /// The mean distance between what was predicted and what came true, a share of 1 (Guo and others
  /// 2017: expected calibration error); 0 of no predictions.
  package var expectedError: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + abs($1.predicted - $1.observed) * Double($1.count) }
      / Double(total)
  }

  private enum CodingKeys: String, CodingKey {
    case bins
    case expectedError = "expected_error"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(bins, forKey: .bins)
    try container.encode(expectedError, forKey: .expectedError)
  }
}
