import Glibc

/// What can go wrong between a checkpoint and the disk.
///
/// Every description is one line: the file, what is wrong with it and where, and what to do. Names
/// taken from a file are printed shortened and with control characters spelt out, because a file
/// may come from anywhere.
public enum CheckpointError: Error, Equatable, Sendable {
  // MARK: Reading

  /// The file cannot be opened, measured or mapped; `code` is the `errno`.
  case cannotOpen(path: String, code: Int32)
  /// The path is a folder, a pipe or a device.
  case notAFile(path: String)
  /// The file is something else altogether.
  case notAModel(path: String, reason: String)
  /// A classifier where a language model is wanted.
  case isClassifier(path: String)
  /// A language model where a classifier is wanted.
  case isLanguageModel(path: String)
  /// The file ends before its header or its data does.
  case cutShort(path: String, size: Int, needed: Int)
  /// The header is not the JSON that a safetensors header is made of. `byte` counts from the
  /// beginning of the file.
  case malformedHeader(path: String, byte: Int, expected: String)
  /// The header is longer, or lists more, than any model's does.
  case headerTooLarge(path: String, reason: String)
  /// A name appears twice in one object of the header.
  case duplicateName(path: String, byte: Int, name: String)
  /// A tensor's elements are of a type that this reader does not know.
  case unknownElementType(path: String, tensor: String, type: String)
  /// A tensor's place in the file contradicts its shape or the rest of the file.
  case misplacedTensor(path: String, tensor: String, fault: LayoutFault)
  /// Bytes after the last tensor that belong to none.
  case trailingBytes(path: String, count: Int)
  /// The file is sound and lacks this tensor.
  case missingTensor(path: String, tensor: String)
  /// The tensor is there with elements of another type.
  case unexpectedElementType(path: String, tensor: String, found: ElementType, expected: String)
  /// The tensor is there in another shape.
  case unexpectedShape(path: String, tensor: String, found: [Int], expected: [Int])
  /// The file has a tensor that its configuration has no place for.
  case unexpectedTensor(path: String, tensor: String)
  /// A value among the metadata is not what it should be.
  case invalidMetadata(path: String, key: String, reason: String)
  /// A weight is infinite or not a number. `index` counts elements in row-major order.
  case notFinite(path: String, tensor: String, index: Int)

  // MARK: Writing

  /// The content asked for is not a valid safetensors file. Nothing was written.
  case unwritable(path: String, reason: String)
  /// The file, or the temporary file beside it, cannot be created; `code` is the `errno`.
  case cannotCreate(path: String, code: Int32)
  /// There is a file already, which is kept; `remedy` says how it could be replaced.
  case exists(path: String, remedy: String)
  /// No space is left on the disk, in the quota or under the file size limit.
  case diskFull(path: String, code: Int32)
  /// Writing failed for another reason; `code` is the `errno`.
  case writeFailed(path: String, code: Int32)
  /// Another process is writing to this folder.
  case inUse(path: String)
  /// The finished temporary file could not take the target's place; `code` is the `errno`.
  case renameFailed(path: String, code: Int32)
}

/// How a tensor's place in a file can be wrong.
///
/// Offsets count from the beginning of the data.
public enum LayoutFault: Error, Equatable, Sendable {
  /// The end comes before the beginning.
  case reversed(begin: Int, end: Int)
  /// The shape and element type need another number of bytes than the offsets span.
  case wrongSize(shape: [Int], found: Int, expected: Int)
  /// The shape's size in bytes does not fit in 64 bits.
  case overflow(shape: [Int])
  /// The tensor begins inside the one before it.
  case overlap(begin: Int, previousEnd: Int)
  /// Bytes before the tensor belong to none.
  case gap(begin: Int, previousEnd: Int)
}

extension CheckpointError: CustomStringConvertible {
  /// What, where and what to do, on one line.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let code):
      "cannot open \(printable(path)): \(message(code)); check the path and its permissions"
    case .notAFile(let path):
      "cannot read \(printable(path)): it is a folder, a pipe or a device; give a .safetensors file"
    case .notAModel(let path, let reason):
      "not a charlstm model: \(printable(path)) (\(reason)); give a .safetensors file"
    case .isClassifier(let path):
      "\(printable(path)) is a classifier, which predicts labels and writes no text; "
        + "give it to charlstm classify predict"
    case .isLanguageModel(let path):
      "\(printable(path)) is a language model, which knows no labels; "
        + "charlstm classify train DATA --initialize-from makes a classifier of it"
    case .cutShort(let path, let size, let needed):
      "\(printable(path)) is cut short: \(size) bytes of \(needed); copy or download it again"
    case .malformedHeader(let path, let byte, let expected):
      "\(printable(path)) has a damaged header: expected \(expected) at byte \(byte); "
        + "copy or write it again"
    case .headerTooLarge(let path, let reason):
      "\(printable(path)): its header \(reason); no charlstm model's does"
    case .duplicateName(let path, let byte, let name):
      "\(printable(path)) has a damaged header: \(quoted(name)) a second time at byte \(byte); "
        + "write it again with distinct names"
    case .unknownElementType(let path, let tensor, let type):
      "\(printable(path)): tensor \(quoted(tensor)) has elements of type \(quoted(type)); "
        + "convert it to one of \(ElementType.listing)"
    case .misplacedTensor(let path, let tensor, let fault):
      "\(printable(path)) has a damaged header: tensor \(quoted(tensor)) \(fault); "
        + "copy or write it again"
    case .trailingBytes(let path, let count):
      "\(printable(path)) is damaged: \(count) bytes after the last tensor; copy or write it again"
    case .missingTensor(let path, let tensor):
      "\(printable(path)) has no tensor \(quoted(tensor)); "
        + "it is another kind of model, or was written by a program that names tensors otherwise"
    case .unexpectedElementType(let path, let tensor, let found, let expected):
      "\(printable(path)): tensor \(quoted(tensor)) has elements of type \(found.rawValue) "
        + "where \(expected) belongs; convert it"
    case .unexpectedShape(let path, let tensor, let found, let expected):
      "\(printable(path)): tensor \(quoted(tensor)) has shape \(found) where \(expected) belongs; "
        + "its configuration and its weights do not fit together"
    case .unexpectedTensor(let path, let tensor):
      "\(printable(path)) has a tensor \(quoted(tensor)) that its configuration has no place for; "
        + "it is another kind of model"
    case .invalidMetadata(let path, let key, let reason):
      "\(printable(path)) has a damaged \(key): \(printable(reason)); copy or write it again"
    case .notFinite(let path, let tensor, let index):
      "\(printable(path)): tensor \(quoted(tensor)) holds NaN or infinity at element \(index); "
        + "training diverged before it was written, go back to an earlier checkpoint"
    case .unwritable(let path, let reason):
      "cannot write \(printable(path)): \(reason)"
    case .cannotCreate(let path, ELOOP):
      "cannot create \(printable(path)): it is a symbolic link, which is not written through; "
        + "give the path of the file itself"
    case .cannotCreate(let path, let code):
      "cannot create \(printable(path)): \(message(code)); check that its folder exists and can be "
        + "written to"
    case .exists(let path, let remedy):
      "there is a file \(printable(path)) already, which was kept; give another name, or replace it "
        + "with \(remedy)"
    case .diskFull(let path, let code):
      "cannot write \(printable(path)): \(message(code)); make room and try again"
    case .writeFailed(let path, let code):
      "cannot write \(printable(path)): \(message(code)); try again or write to another disk"
    case .inUse(let path):
      "another process is writing to \(printable(path)); wait until it ends, or give another folder"
    case .renameFailed(let path, let code):
      "cannot put the finished file at \(printable(path)): \(message(code)); "
        + "remove what is there or choose another path"
    }
  }
}

extension LayoutFault: CustomStringConvertible {
  /// What is wrong, to follow the tensor's name.
  public var description: String {
    switch self {
    case .reversed(let begin, let end):
      "ends at \(end), before it begins at \(begin)"
    case .wrongSize(let shape, let found, let expected):
      "has \(found) bytes where shape \(shape) needs \(expected)"
    case .overflow(let shape):
      "has shape \(shape), more bytes than can be counted"
    case .overlap(let begin, let previousEnd):
      "begins at \(begin), inside the tensor that ends at \(previousEnd)"
    case .gap(let begin, let previousEnd):
      "begins at \(begin), leaving a gap after \(previousEnd)"
    }
  }
}

private func message(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

/// The text on one line, safe to print on a terminal.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += scalar.escaped(asASCII: true)
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A name from a file or for one, as errors print it.
func quoted(_ name: String) -> String {
  let limit = 80
  let shown = String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit)))
  return "'" + printable(shown) + (shown.utf8.count < name.utf8.count ? "…" : "") + "'"
}
