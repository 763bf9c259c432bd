import ArgumentParser
import CUDA
import Checkpoints
import Classification
import Files
import Form
import Foundation
import Generation
import Inspection
import LabelledData
import Paths
import REPL
import Recurrent
import Reports
import Safetensors
import Text
import Training
import WebExport

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
  static let unavailable = ExitCode(EX_UNAVAILABLE)
  static let inputOutput = ExitCode(EX_IOERR)
  static let temporary = ExitCode(EX_TEMPFAIL)

  /// The code for an error, where it is one of ours.
  init?(for error: any Error) {
    switch error {
    case let failure as Failure: self = failure.code
    case let error as CorpusError: self = error.exitCode
    case ScoringError.optionOutOfRange: self = .usage
    case ScoringError.deviceFailed, FormError.deviceFailed: self = .temporary
    case is CUDAError: self = .unavailable
    case is ScoringError: self = .badData
    case NoveltyError.corpus(let error): self = error.exitCode
    case NoveltyError.sampleTooLarge: self = .badData
    case NoveltyError.lengthOutOfRange: self = .usage
    case let error as FileError, CheckpointError.file(let error), SafetensorsError.file(let error):
      self = error.exitCode
    case is CheckpointError, is SafetensorsError: self = .badData
    case let error as LabelledDataError: self = error.exitCode
    case RejectionError.riskOutOfRange: self = .usage
    case is RejectionError: self = .badData
    case TrainingError.optionOutOfRange, TrainingError.optionsContradict, TrainingError.optionNeeds,
      TrainingError.shapeContradictsModel:
      self = .usage
    case TrainingError.deviceFailed, is DeviceError: self = .temporary
    case is TrainingError: self = .badData
    case InspectionError.textTooShort, InspectionError.noNumbers: self = .badData
    case is InspectionError: self = .usage
    case is SamplingOptionsError, is StopStringsError, is BansError, is BiasError, is RankingError,
      is ConfigurationError, is ClampError:
      self = .usage
    case FormError.impossible, FormError.nothingFound, FormError.unknownCharacter: self = .badData
    case is FormError: self = .usage
    case is WebExportError: self = .badData
    case let error as ReplError: self = error.exitCode
    case let error as ReportError: self = error.exitCode
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

extension ReportError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .noFolder, .notAFolder, .noMetrics: .noInput
    case .empty, .unreadable: .badData
    case .file(let error): error.exitCode
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

extension FileError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .cannotOpen: .noInput
    case .cannotCreate, .exists: .cannotCreate
    case .inUse: .temporary
    case .diskFull, .writeFailed, .renameFailed: .inputOutput
    case .notAFile, .notOwnFile: .badData
    }
  }
}

/// What an error says, with options and commands as they are typed: the libraries know only names.
func printed(_ error: any Error) -> String {
  func option(_ name: String) -> String { "--\(name)" }
  return switch error {
  case let error as CorpusError: error.description(spelling: option)
  case let error as LabelledDataError: error.description(spelling: option)
  case let error as NoveltyError: error.description(spelling: option)
  case let error as FormError: error.description(spelling: option)
  case let error as SamplingOptionsError: error.description(spelling: option)
  case let error as ScoringError: error.description(spelling: option)
  case let error as TrainingError: error.description(spelling: option)
  case CheckpointError.isClassifier(let path):
    "\(path: path) is a classifier, which predicts labels and writes no text; "
      + "give it to charlstm classify predict"
  case CheckpointError.isLanguageModel(let path):
    "\(path: path) is a language model, which knows no labels; "
      + "charlstm classify train DATA --initialize-from makes a classifier of it"
  default: "\(error)"
  }
}

extension ParsableArguments {
  /// Says in one line what went wrong and ends the process with the code that fits.
  static func exit(reporting error: any Error) -> Never {
    if let code = ExitCode(for: error) {
      standardError("Error: \(printed(error))\n")
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
