import Patterns

/// A form that cannot be written in.
public enum FormError: Error, Equatable, Sendable {
  case pattern(PatternError)
  /// A value of an option that makes no sense.
  case invalid(name: String, value: String, range: String)
  /// Proved before anything is written: no text keeps to these rules, all of them together.
  ///
  /// - Parameters:
  ///   - rules: the names of options.
  ///   - least: how long the shortest text would be; nil where none is of the model's characters.
  case impossible(rules: [String], length: Int, least: Int?)
  /// A rule has more than `limit` states.
  case tooManyStates(rule: String, limit: Int)
  /// A text that must follow has a character that the model does not know.
  case unknownCharacter(Unicode.Scalar)
  /// None of so many texts side by side came to its end, although none is ruled out.
  ///
  /// - Parameter isBeam: whether they were a beam's, otherwise a particle filter's.
  case nothingFound(rules: [String], particles: Int, isBeam: Bool)
  /// Whoever wanted the text wants it no more.
  case givenUp
  /// The device cannot go on.
  case deviceFailed(reason: String)
}

extension FormError: CustomStringConvertible {
  /// One line: what is wrong, and what to do.
  public var description: String { description { $0 } }

  /// The same, options as `option` spells their names.
  package func description(spelling option: (String) -> String) -> String {
    func list(_ rules: [String]) -> String {
      let names = rules.map(option)
      guard let last = names.last, names.count > 1 else { return names.joined() }
      return names.dropLast().joined(separator: ", ") + " and " + last
    }
    switch self {
    case .pattern(let error): return "\(error)"
    case .invalid(let name, let value, let range):
      return "\(option(name)) must be \(range), got \(value)"
    case .impossible(let rules, let length, let least):
      let subject = list(rules) + (rules.count > 1 ? " together" : "")
      guard let least else {
        return "\(subject) cannot be kept to by any text of the model's characters; "
          + (rules.count > 1 ? "leave one out or change it" : "change it")
      }
      return "\(subject) cannot be kept to within \(length) characters: the shortest such text has "
        + "\(least); ask for more with \(option("length"))"
    case .tooManyStates(let rule, let limit):
      return "\(option(rule)) needs more than \(limit) states; use smaller numbers"
    case .unknownCharacter(let scalar):
      return "the model does not know \(String(reflecting: String(scalar))), which is in the text "
        + "that is to follow; leave it out"
    case .nothingFound(let rules, let width, isBeam: true):
      return "a beam of \(width) found no text for \(list(rules)); give a wider one with "
        + "\(option("beam")), or more room with \(option("length"))"
    case .nothingFound(let rules, let particles, isBeam: false):
      return "none of \(particles) particles found a text for \(list(rules)); give more with "
        + "\(option("particles")), or more room with \(option("length"))"
    case .givenUp: return "the text was given up"
    case .deviceFailed(let reason): return reason
    }
  }
}
