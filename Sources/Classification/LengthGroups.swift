/// The batches of an epoch, each of texts of about the same length, so that few steps are run for
/// texts that have ended.
///
/// Texts come in the order given, which is random, and are sorted by length only within groups of
/// many batches: batches still differ from epoch to epoch.
struct LengthGroups {
  /// Batches of a group.
  private static let group = 32

  let batches: [[Int]]

  /// - Parameters:
  ///   - texts: in random order.
  ///   - length: of a text.
  init(
    _ texts: [Int], batchSize: Int, length: (Int) -> Int,
    using random: inout some RandomNumberGenerator
  ) {
    var batches: [[Int]] = []
    for start in stride(from: 0, to: texts.count, by: Self.group * batchSize) {
      let group = texts[start..<min(texts.count, start + Self.group * batchSize)]
        .map { (text: $0, length: length($0)) }
        .sorted { $0.length > $1.length }
      for first in stride(from: 0, to: group.count, by: batchSize) {
        batches.append(group[first..<min(group.count, first + batchSize)].map(\.text))
      }
    }
    self.batches = batches.shuffled(using: &random)
  }
}
