import Foundation
import Generation
import Recurrent
import Synchronization
import Text

extension TinyModel {
  /// How often each text is among so many.
  func counts(
    of count: Int, _ options: WritingOptions, after prompt: String
  ) throws -> [String: Int] {
    let batch = BatchGenerator(
      model, vocabulary: vocabulary, precision: .float32, lanes: 64, device: .cpu(threads: 1))
    let found = Mutex<[String: Int]>([:])
    let prompt = vocabulary.encode(prompt).symbols
    try batch.write(
      count: count, options,
      request: {
        WritingRequest(prompt: prompt, random: Xoshiro256(seed: 11, stream: [UInt64($0)]))
      },
      deliver: { _, text, _ in
        found.withLock { $0[String(decoding: text, as: UTF8.self), default: 0] += 1 }
        return true
      })
    return found.withLock { $0 }
  }
}

/// Pearson's statistic, and what it exceeds once in a thousand times (Wilson and Hilferty 1931);
/// texts too rare to count are one class.
func chiSquared(
  _ counts: [String: Int], _ expected: [String: Double], _ total: Int
) -> (statistic: Double, limit: Double) {
  guard Set(counts.keys).isSubset(of: expected.keys) else { return (.infinity, 0) }
  var rare = (count: 0.0, expected: 0.0)
  var classes: [(count: Double, expected: Double)] = []
  for (text, probability) in expected {
    let (count, mean) = (Double(counts[text] ?? 0), probability * Double(total))
    if mean < 8 {
      rare = (rare.count + count, rare.expected + mean)
    } else {
      classes.append((count, mean))
    }
  }
  if rare.expected >= 4 { classes.append(rare) }
  let statistic = classes.reduce(0) { $0 + pow($1.count - $1.expected, 2) / $1.expected }
  let degrees = Double(max(1, classes.count - 1))
  let part = 2 / (9 * degrees)
  return (statistic, degrees * pow(1 - part + 3.09 * part.squareRoot(), 3))
}
