/// A regular expression that cannot be taken.
public enum PatternError: Error, Equatable, Sendable {
  /// It is wrong, or has what there is not.
  ///
  /// - Parameters:
  ///   - position: the number of the character, from 1.
  ///   - problem: what is wrong there, and what to do.
  case syntax(pattern: String, position: Int, problem: String)
  /// Its repetitions come to more than `limit` instructions.
  case tooLong(pattern: String, limit: Int)
  /// It needs more than `limit` states.
  case tooManyStates(pattern: String, limit: Int)
}

extension PatternError: CustomStringConvertible {
  /// One line: what, where, and what to do.
  public var description: String {
    switch self {
    case .syntax(let pattern, let position, let problem):
      "the pattern \(pattern) at character \(position): \(problem)"
    case .tooLong(let pattern, let limit):
      "the pattern \(pattern) repeats too much: written out it has more than \(limit) parts; "
        + "use smaller numbers in {…}"
    case .tooManyStates(let pattern, let limit):
      "the pattern \(pattern) needs more than \(limit) states; use fewer or smaller repetitions "
        + "after parts that match many characters, such as .*"
    }
  }
}
