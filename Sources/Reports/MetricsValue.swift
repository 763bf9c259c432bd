import Foundation

/// A value of a line of `metrics.jsonl`.
package enum MetricsValue: Decodable, Equatable, Sendable {
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([MetricsValue])
  case object([String: MetricsValue])
  case nothing

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if container.decodeNil() {
      self = .nothing
    } else if let list = try? container.decode([MetricsValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: MetricsValue].self))
    }
  }

  /// Of a loss that is not finite too, which stands in JSON as a text.
  package var number: Double? {
    switch self {
    case .number(let number): number
    case .text("nan"): .nan
    case .text("inf"): .infinity
    case .text("-inf"): -.infinity
    default: nil
    }
  }

  package var count: Int? { number.flatMap(Int.init(exactly:)) }

  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  package var list: [MetricsValue]? {
    if case .list(let list) = self { list } else { nil }
  }

  /// As a field of CSV has it, before quotes: numbers in the fewest digits, lists and objects in JSON.
  package var field: String {
    switch self {
    case .text(let text): text
    case .nothing: ""
    default: json
    }
  }

  private var json: String {
    switch self {
    case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
    case .text(let text): Self.encoded(text)
    case .flag(let flag): "\(flag)"
    case .list(let list): "[" + list.map(\.json).joined(separator: ",") + "]"
    case .object(let object):
      "{"
        + object.sorted { $0.key < $1.key }.map { "\(Self.encoded($0)):\($1.json)" }
        .joined(separator: ",") + "}"
    case .nothing: "null"
    }
  }

  private static func encoded(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
