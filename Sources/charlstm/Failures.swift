import ArgumentParser
import Checkpoints
import Foundation
import Generation
import LabelledData
import REPL
import Recurrent
import Text
import Training

/// A mistake that only the command line can make.
struct Failure: Error, CustomStringConvertible {
  var description: String
  var code: ExitCode

  static func usage(_ message: String) -> Failure { Failure(description: message, code: .usage) }
  static func badData(_ message: String) -> Failure {
    Failure(description: message, code: .badData)
  }
}

extension ExitCode {
  static let usage = ExitCode(EX_USAGE)
  static let badData = ExitCode(EX_DATAERR)
  static let noInput = ExitCode(EX_NOINPUT)
  static let cannotCreate = ExitCode(EX_CANTCREAT)
  static let inputOutput = ExitCode(EX_IOERR)
  static let temporary = ExitCode(EX_TEMPFAIL)

  /// The code for an error, where it is one of ours.
  init?(for error: any Error) {
    switch error {
    case let failure as Failure: self = failure.code
    case let error as CorpusError: self = error.exitCode
    case ScoringError.optionOutOfRange: self = .usage
    case is ScoringError: self = .badData
    case NoveltyError.corpus(let error): self = error.exitCode
    case NoveltyError.sampleTooLarge: self = .badData
    case NoveltyError.lengthOutOfRange: self = .usage
    case let error as CheckpointError: self = error.exitCode
    case let error as LabelledDataError: self = error.exitCode
    case TrainingError.optionOutOfRange, TrainingError.optionsContradict: self = .usage
    case is TrainingError: self = .badData
    case is SamplingOptionsError, is StopStringsError, is ConfigurationError: self = .usage
    case let error as ReplError: self = error.exitCode
    default: return nil
    }
  }
}

extension ReplError {
  fileprivate var exitCode: ExitCode {
    switch kind {
    case .usage: .usage
    case .badData: .badData
    case .noInput: .noInput
    case .inputOutput: .inputOutput
    }
  }
}

extension CorpusError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .noSuchFile, .unreadable: .noInput
    case .noText, .empty, .invalidUTF8, .isModel, .foreign: .badData
    case .cannotSpool: .inputOutput
    }
  }
}

extension LabelledDataError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .noSuchFile, .unreadable: .noInput
    default: .badData
    }
  }
}

extension CheckpointError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .cannotOpen: .noInput
    case .cannotCreate, .exists: .cannotCreate
    case .inUse: .temporary
    case .diskFull, .writeFailed, .renameFailed: .inputOutput
    default: .badData
    }
  }
}

extension ParsableArguments {
  /// Says in one line what went wrong and ends the process with the code that fits.
  static func exit(reporting error: any Error) -> Never {
    if let code = ExitCode(for: error) {
      standardError("Error: \(error)\n")
      Foundation.exit(code.rawValue)
    }
    exit(withError: error)
  }
}

/// Writes to standard error; what cannot be written there has nowhere else to go.
func standardError(_ text: String) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
