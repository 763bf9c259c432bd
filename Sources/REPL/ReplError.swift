/// A line that could not be done as it was typed.
package struct ReplError: Error, Equatable, CustomStringConvertible {
  /// What the mistake is about, for the exit code.
  package enum Kind: Sendable {
    case usage
    case badData
    case noInput
    case inputOutput
  }

  package var kind: Kind
  /// One line: what is wrong, and what to do.
  package var description: String

  package static func usage(_ description: String) -> ReplError {
    ReplError(kind: .usage, description: description)
  }
  static func badData(_ description: String) -> ReplError {
    ReplError(kind: .badData, description: description)
  }
  package static func noInput(_ description: String) -> ReplError {
    ReplError(kind: .noInput, description: description)
  }

  /// Something went wrong with a program or file outside.
  package static func inputOutput(_ description: String) -> ReplError {
    ReplError(kind: .inputOutput, description: description)
  }
}

/// Ctrl-C ended something that leaves nothing behind.
struct Interrupted: Error {}
