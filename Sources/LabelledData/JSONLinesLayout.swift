import Foundation
import Text

/// Under which keys the objects of JSON Lines have their labels and texts.
struct JSONLinesLayout {
  let columns: LabelledColumns
  let requiresLabels: Bool

  /// The next object's label and text; `nil` at the end of the file. Blank lines are no records.
  func read(
    from input: inout RecordInput, line: inout [UInt8]
  ) throws(LabelledDataError) -> (label: String?, text: [UInt8])? {
    repeat {
      guard try input.readLine(into: &line) else { return nil }
    } while line.allSatisfy(\.isJSONSpace)
    let place = input.place
    guard isShallowJSON(line) else { throw .record(place, .tooDeep) }
    guard let object = try? JSONDecoder().decode([String: JSONValue].self, from: Data(line)) else {
      throw .record(place, .invalidJSON)
    }
    func value(_ key: String, _ role: ColumnRole) throws(LabelledDataError) -> JSONValue {
      guard let value = object[key] else {
        throw .record(place, .missingKey(key, role: role, keys: object.keys.sorted()))
      }
      return value
    }

    var text: [UInt8] = []
    for (index, name) in columns.textNames.enumerated() {
      guard case .string(let part) = try value(name, .text) else {
        throw .record(place, .notString(key: name, role: .text))
      }
      if index > 0 { text.append(UInt8(ascii: " ")) }
      text += part.utf8
    }

    let name = columns.labelName
    if !requiresLabels, columns.label == nil, object[name] == nil { return (nil, text) }
    switch try value(name, .label) {
    case .string(let label): return (label, text)
    case .number:
      guard let label = spelling(ofNumberAt: name, in: line) else {
        throw .record(place, .notString(key: name, role: .label))
      }
      return (label, text)
    case .null where !requiresLabels: return (nil, text)
    case .null, .other: throw .record(place, .notString(key: name, role: .label))
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

/// The number under `key` as the line spells it, `1.0` or `1e3`, which a decoded one has forgotten.
///
/// - Parameter line: an object of valid JSON.
private func spelling(ofNumberAt key: String, in line: [UInt8]) -> String? {
  // A string's bytes, quotes included, from `start` on.
  func string(from start: Int) -> ArraySlice<UInt8> {
    var end = start + 1
    while end < line.count, line[end] != .doubleQuote {
      end += line[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    return line[start..<min(end + 1, line.count)]
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
      let value = line[(index + 1)...].drop(while: \.isJSONSpace)
        .prefix {
          UInt8(ascii: "+")...UInt8(ascii: "9") ~= $0 && $0 != UInt8(ascii: ",")
            || $0 | 0x20 == UInt8(ascii: "e")
        }
      let name = try? JSONDecoder().decode(String.self, from: Data(lastString))
      if !value.isEmpty, name == key { return String(decoding: value, as: UTF8.self) }
    default: break
    }
    index += 1
  }
  return nil
}
