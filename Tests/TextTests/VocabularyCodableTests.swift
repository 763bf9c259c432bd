import Foundation
import Testing
import Text

@Suite struct VocabularyCodableTests {
  private func json(_ vocabulary: Vocabulary) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(vocabulary), as: UTF8.self)
  }

  private func decode(_ json: String) throws -> Vocabulary {
    try JSONDecoder().decode(Vocabulary.self, from: Data(json.utf8))
  }

  @Test func theFormIsFixed() throws {
    #expect(try json(.bytes) == #"{"kind":"bytes"}"#)
    #expect(
      try json(Vocabulary(scalars: ["\n", "a", "é"], byteFallback: true))
        == #"{"byteFallback":true,"kind":"scalars","scalars":"\naé"}"#)
  }

  @Test func whatWasWrittenIsReadBack() throws {
    for alphabet in [mixedAlphabet, "é", "e\u{301}", "\u{0}\u{1}\u{7F}\"\\/", "\u{2028}\u{FFFF}"] {
      let scalars = Set(alphabet.unicodeScalars).sorted { $0.value < $1.value }
      for byteFallback in [false, true] {
        let vocabulary = try Vocabulary(scalars: scalars, byteFallback: byteFallback)
        let copy = try decode(json(vocabulary))
        #expect(copy == vocabulary)
        #expect(copy.encode(alphabet).symbols == vocabulary.encode(alphabet).symbols)
      }
    }
    #expect(try decode(json(.bytes)) == .bytes)
  }

  @Test func everyScalarSurvives() throws {
    let scalars = (UInt32(0)...0x10FFFF).compactMap { Unicode.Scalar($0) }
    let vocabulary = try Vocabulary(scalars: scalars, byteFallback: false)
    #expect(try decode(json(vocabulary)) == vocabulary)
  }

  @Test(arguments: [
    (#"{"kind":"scalars","scalars":"","byteFallback":true}"#, VocabularyError.empty),
    (#"{"kind":"scalars","scalars":"aab","byteFallback":false}"#, .duplicate("a")),
    (#"{"kind":"scalars","scalars":"acb","byteFallback":false}"#, .outOfOrder("b", index: 2)),
    (#"{"kind":"bytes","scalars":"a"}"#, .bytesWithScalars),
    (#"{"kind":"bytes","byteFallback":true}"#, .bytesWithScalars),
  ])
  func badContentIsRefused(_ json: String, _ expected: VocabularyError) throws {
    do {
      _ = try decode(json)
      Issue.record("accepted \(json)")
    } catch DecodingError.dataCorrupted(let context) {
      #expect(context.underlyingError as? VocabularyError == expected)
      #expect(context.debugDescription == expected.description)
    }
  }

  @Test(arguments: [
    "{}", #"{"kind":"words"}"#, #"{"kind":"scalars"}"#, #"{"kind":"scalars","scalars":"ab"}"#,
    #"{"kind":"scalars","byteFallback":true}"#,
    #"{"kind":"scalars","scalars":["a"],"byteFallback":true}"#,
    #"{"kind":"scalars","scalars":"ab","byteFallback":1}"#,
  ])
  func badFormIsRefused(_ json: String) {
    #expect(throws: DecodingError.self) { try decode(json) }
  }
}
