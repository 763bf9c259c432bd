import Foundation
import Text

/// Under which keys the objects of JSON Lines have their labels and texts.
struct JSONLinesLayout {
  let columns: LabelledColumns
  let requiresLabels: Bool

  /// The label and the text of an object.
  func read(
    _ line: [UInt8], at location: RecordLocation
  ) throws(LabelledDataError) -> (label: String?, text: [UInt8]) {
    guard isShallowJSON(line) else { throw .record(location, .tooDeep) }
    guard let object = try? JSONDecoder().decode([String: JSONValue].self, from: Data(line)) else {
      throw .record(location, .invalidJSON)
    }
    func value(_ key: String, _ role: ColumnRole) throws(LabelledDataError) -> JSONValue {
      guard let value = object[key] else {
        throw .record(location, .missingKey(key, role: role, keys: object.keys.sorted()))
      }
      return value
    }

    var text: [UInt8] = []
    for (index, name) in columns.textNames.enumerated() {
      guard case .string(let part) = try value(name, .text) else {
        throw .record(location, .notString(key: name, role: .text))
      }
      if index > 0 { text.append(UInt8(ascii: " ")) }
      text += part.utf8
    }

    let name = columns.labelName
    if !requiresLabels, columns.label == nil, object[name] == nil { return (nil, text) }
    switch try value(name, .label) {
    case .string(let label): return (label, text)
    case .number:
      guard let label = spelling(ofValueAt: name, in: line) else {
        throw .record(location, .notString(key: name, role: .label))
      }
      return (label, text)
    case .null where !requiresLabels: return (nil, text)
    case .null, .other: throw .record(location, .notString(key: name, role: .label))
    }
  }
}

/// A value of JSON, as far as it matters.
private enum JSONValue: Decodable {
  case string(String)
  case number, null, other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if container.decodeNil() {
      self = .null
    } else if (try? container.decode(Double.self)) != nil {
      self = .number
    } else {
      self = .other
    }
  }
}

extension UInt8 {
  fileprivate var isJSONSpace: Bool {
    switch self {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), .lineFeed, .carriageReturn: true
    default: false
    }
  }
}

/// The value under `key` as the line spells it: the number `1.0` or `1e3`, which a decoded one has
/// forgotten, or one of any other kind.
///
/// - Parameter line: an object of valid JSON.
func spelling(ofValueAt key: String, in line: [UInt8]) -> String? {
  // A string's bytes, quotes included, from `start` on.
  func string(from start: Int) -> ArraySlice<UInt8> {
    var end = start + 1
    while end < line.count, line[end] != .doubleQuote {
      end += line[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    return line[start..<min(end + 1, line.count)]
  }
  // The value that begins after `start`, up to the comma or bracket that ends it.
  func value(from start: Int) -> String {
    var depth = 0
    var end = start
    scan: while end < line.count {
      switch line[end] {
      case .doubleQuote:
        end = string(from: end).endIndex
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}") where depth == 0, UInt8(ascii: ",") where depth == 0: break scan
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      end += 1
    }
    return trimmed(String(decoding: line[start..<end], as: UTF8.self))
  }
  var depth = 0
  var index = 0
  var lastString: ArraySlice<UInt8> = []
  while index < line.count {
    switch line[index] {
    case .doubleQuote:
      lastString = string(from: index)
      index = lastString.endIndex
      continue
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ":") where depth == 1:
      // The string before a colon is a key.
      let name =
        lastString.contains(UInt8(ascii: "\\"))
        ? try? JSONDecoder().decode(String.self, from: Data(lastString))
        : String(decoding: lastString.dropFirst().dropLast(), as: UTF8.self)
      if name == key { return value(from: index + 1) }
    default: break
    }
    index += 1
  }
  return nil
}
