/// Which symbols occur among the last `capacity` symbols of a text.
///
/// A value that belongs with the recurrent state it was read along with: copy both to be able to
/// go back.
public struct RepetitionWindow: Sendable {
  /// How many symbols back the window reaches.
  public var capacity: Int

  /// The length of the text after each symbol's latest occurrence, 0 for one that never occurred.
  ///
  /// This is all a window needs: what falls out of it does so by growing old.
  private(set) var latest: [Int]

  private(set) var length = 0

  /// Creates the window of an empty text.
  ///
  /// - Parameters:
  ///   - capacity: how many symbols to look back, 0 or more; see
  ///     `SamplingOptions.repetitionWindow`.
  ///   - vocabularySize: the number of symbols there are.
  public init(capacity: Int, vocabularySize: Int) {
    precondition(capacity >= 0, "a window cannot be shorter than 0")
    self.capacity = capacity
    latest = Array(repeating: 0, count: vocabularySize)
  }

  /// The window of a text whose symbols last occurred at `latest`, as another window had it; nil
  /// where no text of this length has such a window.
  init?(latest: [Int], length: Int) {
    guard (0..<1 << 62).contains(length), latest.allSatisfy({ (0...length).contains($0) }) else {
      return nil
    }
    capacity = 0
    self.latest = latest
    self.length = length
  }

  /// The number of symbols there are.
  public var vocabularySize: Int { latest.count }

  /// Adds the next symbol of the text, of the prompt as well as generated.
  ///
  /// O(1).
  ///
  /// - Precondition: `symbol` is in `0..<vocabularySize`.
  public mutating func append(_ symbol: Int32) {
    length += 1
    latest[Int(symbol)] = length
  }

  /// Whether `symbol` is among the last `capacity` symbols.
  ///
  /// O(1).
  ///
  /// - Precondition: `symbol` is in `0..<vocabularySize`.
  public func contains(_ symbol: Int32) -> Bool {
    let latest = latest[Int(symbol)]
    return latest > 0 && length - latest < capacity
  }
}
