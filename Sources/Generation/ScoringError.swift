import Recurrent

/// Why a text cannot be scored in the way asked for.
public enum ScoringError: Error, Equatable, Sendable, CustomStringConvertible {
  case optionOutOfRange(name: String, value: String, range: String)
  /// Characters that the model knows, of a text that is to be read in windows.
  case textTooShort(characters: Int, window: Int)
  /// The surprisal is not a finite number any more; `character` counts those scored before.
  case diverged(character: Int, rate: Float)
  /// A model that was to learn from a text has come to weights or a surprisal that are no finite
  /// numbers; `character` counts those learnt from before.
  case cannotLearn(character: Int, rate: Float)
  /// The device cannot go on.
  case deviceFailed(reason: String)

  /// One line: what, and what to do; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .optionOutOfRange(let name, let value, let range):
      "\(option(name)) must be \(range), got \(value)"
    case .textTooShort(let characters, let window):
      "the text has \(characters) known character\(characters == 1 ? "" : "s"); a window of \(window) needs at least "
        + "\(window + 1)"
    case .diverged(let character, let rate):
      "dynamic evaluation came to no finite number after character \(character) at rate \(rate); "
        + "try a lower \(option("dynamic-rate"))"
    case .cannotLearn(let character, let rate):
      "learning came to no finite number after character \(character) at rate \(rate), and the "
        + "model stays as it was; try a lower \(option("adapt-rate"))"
    case .deviceFailed(let reason): reason
    }
  }
}

extension Device {
  /// Asked before a score is made of what the device has computed.
  ///
  /// - Throws: `ScoringError.deviceFailed`.
  func checkScores() throws(ScoringError) {
    if let failure = backend.failure { throw .deviceFailed(reason: failure.description) }
  }
}
