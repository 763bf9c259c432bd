/// The fields of a request's object, taken one by one; what is left in the end nobody knows.
struct RequestFields {
  private var fields: [String: JSONValue]

  /// - Throws: `APIError`.
  init(_ body: [UInt8]) throws(APIError) {
    guard case .object(let fields) = try JSONValue(parsing: body) else {
      throw .invalid("the body is not a JSON object")
    }
    // Null is what is not said.
    self.fields = fields.filter { $0.value != .null }
  }

  var names: [String] { fields.keys.sorted() }

  mutating func take(_ name: String) -> JSONValue? { fields.removeValue(forKey: name) }

  mutating func takeInteger(
    _ name: String, in range: ClosedRange<Int>
  ) throws(APIError) -> Int? {
    guard let value = take(name) else { return nil }
    let integer: Int? =
      switch value {
      case .integer(let value): value
      case .number(let value): Int(exactly: value)
      default: nil
      }
    guard let integer, range.contains(integer) else {
      throw .invalid(
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), got "
          + value.shown, field: name)
    }
    return integer
  }

  mutating func takeBool(_ name: String) throws(APIError) -> Bool? {
    guard let value = take(name) else { return nil }
    guard case .bool(let bool) = value else {
      throw .invalid("\(name) must be true or false, got \(value.shown)", field: name)
    }
    return bool
  }

  mutating func takeString(_ name: String) throws(APIError) -> String? {
    guard let value = take(name) else { return nil }
    guard case .string(let string) = value else {
      throw .invalid("\(name) must be a string, got \(value.shown)", field: name)
    }
    return string
  }

  /// A string, or an array of them.
  mutating func takeStrings(
    _ name: String, most: Int
  ) throws(APIError) -> [String]? {
    guard let value = take(name) else { return nil }
    var strings: [String] = []
    switch value {
    case .string(let string): strings = [string]
    case .array(let values):
      for (index, value) in values.enumerated() {
        guard case .string(let string) = value else {
          throw .invalid(
            "\(name) must be a string or an array of strings; number \(index + 1) is \(value.kind)",
            field: name)
        }
        strings.append(string)
      }
    default:
      throw .invalid(
        "\(name) must be a string or an array of strings, got \(value.kind)", field: name)
    }
    guard strings.count <= most else {
      throw .invalid("\(name) has \(strings.count) strings, the most are \(most)", field: name)
    }
    return strings
  }
}

extension JSONValue {
  /// For a message.
  var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .large(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "a string, \(String(value.prefix(40)).debugDescription)"
    default: kind
    }
  }
}
