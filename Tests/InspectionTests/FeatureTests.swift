import Testing

@testable import Inspection

@Suite("Features of texts")
struct FeatureTests {
  private func values(_ feature: TextFeature, _ text: String) -> String {
    FeatureReader(Array(text.unicodeScalars)).values(of: feature).map { "\(min($0, 9))" }.joined()
  }

  @Test(arguments: [
    (TextFeature.quotes, "a \"bc\" “d”", "0011100110"),
    (.brackets, "a(b[c]d))e", "0112211000"),
    (.linePosition, "ab\ncd", "12012"),
    (.lineRest, "ab\nc\n", "10109"),
    (.wordPosition, "it's a", "123401"),
    (.wordEnd, "it is.", "010010"),
    (.lineStart, "ab\ncd\n\ne", "00010001"),
    (.newline, "a\n\nb", "0110"),
    (.blankLine, "a\n\nb", "0010"),
    (.capital, "aBÉ", "011"),
    (.capitals, "A KING", "000111"),
    (.digit, "a1٢", "011"),
    (.space, "a b\t", "0101"),
    (.punctuation, "a, -b", "01010"),
    (.indentation, "  a b\n c", "12222011"),
    (.speaker, "A B:\nC:\n\nD:\nd:", "11110000011000"),
  ])
  func ofText(_ feature: TextFeature, _ text: String, _ expected: String) {
    #expect(values(feature, text) == expected)
  }

  @Test func whatNobodyClosesEnds() {
    let text = Array(("\"(" + String(repeating: "a", count: 2000)).unicodeScalars)
    for feature in [TextFeature.quotes, .brackets] {
      #expect(FeatureReader(text).values(of: feature)[500] == 1)
      #expect(FeatureReader(text).values(of: feature)[1500] == 0)
    }
  }

  @Test func patterns() throws {
    let text = Array("𝄞 thou art\nthou".unicodeScalars)
    let line = try PatternFeature(name: "n", pattern: "^thou$")
    #expect(try line.values(of: text) == Array(repeating: 0, count: 11) + [1, 1, 1, 1])
    let word = try PatternFeature(name: "n", pattern: "(?i)THOU")
    #expect(try word.values(of: text).map(Int.init).reduce(0, +) == 8)
    #expect(try word.values(of: text)[2] == 1)
    #expect(throws: InspectionError.invalidPattern(name: "n", pattern: "(")) {
      try PatternFeature(name: "n", pattern: "(")
    }
  }

  /// A pattern that would take for ever does not: it is refused or, where Foundation's matcher stops by
  /// itself, matches nothing.
  @Test(.timeLimit(.minutes(1))) func slowPattern() throws {
    let text = Array(String(repeating: "a", count: 40).unicodeScalars)
    let slow = try PatternFeature(name: "n", pattern: "^(a+)+b")
    do throws(InspectionError) {
      #expect(try slow.values(of: text).allSatisfy { $0 == 0 })
    } catch {
      #expect(error == .slowPattern(name: "n"))
    }
  }
}
