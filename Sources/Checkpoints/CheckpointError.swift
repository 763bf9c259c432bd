import Files
import Paths
import Safetensors
import TerminalText

/// What can keep a model file from being read or written.
///
/// Every description is one line: the file, what is wrong with it and where, and what to do. Names
/// taken from a file are printed shortened and with control characters spelt out, because a file
/// may come from anywhere.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The file cannot be opened or written.
  case file(FileError)
  /// The file is no sound safetensors file, or not with the tensors that it must have.
  case safetensors(SafetensorsError)
  /// The file is something else altogether.
  case notAModel(path: String, reason: String)
  /// A classifier where a language model is wanted.
  case isClassifier(path: String)
  /// A language model where a classifier is wanted.
  case isLanguageModel(path: String)
  /// The file has a tensor that its configuration has no place for.
  case unexpectedTensor(path: String, tensor: String)
  /// A value among the metadata is not what it should be.
  case invalidMetadata(path: String, key: String, reason: String)

  /// The same of a model file.
  package init(_ error: SafetensorsError) {
    self =
      switch error {
      case .file(let error): .file(error)
      case .notSafetensors(let path, let reason): .notAModel(path: path, reason: reason)
      default: .safetensors(error)
      }
  }
}

extension CheckpointError: CustomStringConvertible {
  /// What, where and what to do, on one line.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .safetensors(let error):
      if case .unexpectedShape = error {
        "\(error); its configuration and its weights do not fit together"
      } else {
        error.description
      }
    case .notAModel(let path, let reason):
      "not a charlstm model: \(path: path) (\(reason)); give a .safetensors file"
    case .isClassifier(let path):
      "\(path: path) is a classifier, which predicts labels and writes no text; "
        + "give a language model"
    case .isLanguageModel(let path):
      "\(path: path) is a language model, which knows no labels; give a classifier"
    case .unexpectedTensor(let path, let tensor):
      "\(path: path) has a tensor \(quoted(tensor)) that its configuration has no place for; "
        + "it is another kind of model"
    case .invalidMetadata(let path, let key, let reason):
      "\(path: path) has a damaged \(key): \(printable(reason)); copy or write it again"
    }
  }
}
