import Foundation

/// A value as JSON; the same value gives the same bytes.
func json(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // What is encoded here are strings and finite numbers.
  guard let data = try? encoder.encode(value) else { preconditionFailure("no JSON of \(value)") }
  return Array(data)
}
