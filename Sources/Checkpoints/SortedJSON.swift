import Foundation

/// JSON with sorted keys, so that the same value gives the same bytes.
package func json(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // JSON has no numbers that are not finite; a result that is none is shown all the same.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  // Values here are numbers, strings and lists of them, which always encode.
  guard let data = try? encoder.encode(value) else { preconditionFailure("not JSON: \(value)") }
  return String(decoding: data, as: UTF8.self)
}
