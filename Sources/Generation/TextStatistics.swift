/// What is known of a written text, to choose the best of several.
public struct TextStatistics: Equatable, Sendable {
  /// Mean surprisal in nats a symbol, under the model's own distribution.
  public var nats: Double
  /// Unicode scalars.
  public var characters: Int
  /// Runs of letters, digits and apostrophes.
  public var words: Int
  /// Line feeds.
  public var lines: Int
  /// The share of its passages of eight characters that stood in it before, from 0 to 1.
  public var repetition: Double
  /// The share of its words that are different ones, from 0 to 1; 1 for a text without words.
  public var variety: Double
  /// 1 where a stop string ended it, or else 0.
  public var stopped: Int
  /// The probability that a classifier gives the class that is wanted; nil where none was asked.
  public var toward: Double?

  /// - Parameter text: what was written, the prompt not part of it.
  public init(_ text: String, _ passage: Passage, toward: Double? = nil) {
    nats = passage.meanSurprisal
    characters = passage.characters
    stopped = passage.stop == nil ? 0 : 1
    self.toward = toward
    let scalars = Array(text.unicodeScalars)
    lines = scalars.count { $0 == "\n" }
    let all = scalars.split { scalar in
      !(scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar == "'" || scalar == "’")
    }
    words = all.count
    variety = all.isEmpty ? 1 : Double(Set(all.map { Array($0) }).count) / Double(all.count)
    let passages = max(0, scalars.count - 7)
    let different = Set((0..<passages).map { Array(scalars[$0..<$0 + 8]) }).count
    repetition = passages > 0 ? Double(passages - different) / Double(passages) : 0
  }

  /// By the names that expressions use.
  static let names = [
    "nats", "characters", "words", "lines", "repetition", "variety", "stopped", "toward",
  ]

  func value(_ name: String) -> Double? {
    switch name {
    case "nats": nats
    case "characters": Double(characters)
    case "words": Double(words)
    case "lines": Double(lines)
    case "repetition": repetition
    case "variety": variety
    case "stopped": Double(stopped)
    case "toward": toward
    default: nil
    }
  }
}
