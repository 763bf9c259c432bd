// `FileError` is a part of this module's interface.
@_exported import Files
import Paths
import TerminalText

/// What can be wrong with a safetensors file, or keep one from being read or written.
///
/// Every description is one line: the file, what is wrong with it and where, and what to do. Names
/// taken from a file are printed shortened and with control characters spelt out, because a file
/// may come from anywhere.
public enum SafetensorsError: Error, Equatable, Sendable {
  /// The file cannot be opened or written.
  case file(FileError)
  /// The file is something else altogether.
  case notSafetensors(path: String, reason: String)
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
  /// A weight is infinite or not a number. `index` counts elements in row-major order.
  case notFinite(path: String, tensor: String, index: Int)
  /// The content asked for is not a valid safetensors file. Nothing was written.
  case unwritable(path: String, reason: String)
}

extension SafetensorsError: CustomStringConvertible {
  /// What, where and what to do, on one line.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .notSafetensors(let path, let reason):
      "not a safetensors file: \(path: path) (\(reason)); give a .safetensors file"
    case .cutShort(let path, let size, let needed):
      "\(path: path) is cut short: \(size) bytes of \(needed); copy or download it again"
    case .malformedHeader(let path, let byte, let expected):
      "\(path: path) has a damaged header: expected \(expected) at byte \(byte); "
        + "copy or write it again"
    case .headerTooLarge(let path, let reason):
      "\(path: path): its header \(reason); no model needs one so large"
    case .duplicateName(let path, let byte, let name):
      "\(path: path) has a damaged header: \(quoted(name)) a second time at byte \(byte); "
        + "write it again with distinct names"
    case .unknownElementType(let path, let tensor, let type):
      "\(path: path): tensor \(quoted(tensor)) has elements of type \(quoted(type)); "
        + "convert it to one of \(ElementType.listing)"
    case .misplacedTensor(let path, let tensor, let fault):
      "\(path: path) has a damaged header: tensor \(quoted(tensor)) \(fault); "
        + "copy or write it again"
    case .trailingBytes(let path, let count):
      "\(path: path) is damaged: \(counted(count, "byte")) after the last tensor; "
        + "copy or write it again"
    case .missingTensor(let path, let tensor):
      "\(path: path) has no tensor \(quoted(tensor)); "
        + "it is another kind of model, or was written by a program that names tensors otherwise"
    case .unexpectedElementType(let path, let tensor, let found, let expected):
      "\(path: path): tensor \(quoted(tensor)) has elements of type \(found.rawValue) "
        + "where \(expected) belongs; convert it"
    case .unexpectedShape(let path, let tensor, let found, let expected):
      "\(path: path): tensor \(quoted(tensor)) has shape \(found) where \(expected) belongs"
    case .notFinite(let path, let tensor, let index):
      "\(path: path): tensor \(quoted(tensor)) holds NaN or infinity at element \(index); "
        + "training diverged before it was written, go back to an earlier checkpoint"
    case .unwritable(let path, let reason):
      "cannot write \(path: path): \(reason)"
    }
  }
}
