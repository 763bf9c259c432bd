import LabelledData
import Testing

@Suite("Doubtful labels") struct LabelDoubtTests {
  /// The doubts about classes of these sizes, as lines.
  private func doubts(_ counts: KeyValuePairs<String, Int>) throws -> [String] {
    let texts = counts.flatMap { label, count in
      Array(repeating: (label: label, text: "x"), count: count)
    }
    return try LabelledTexts(texts).labelDoubts.map { doubt in
      switch doubt {
      case .alike(let rarer, let other):
        "\(rarer.label) \(rarer.count) alike \(other.label) \(other.count)"
      case .joined(let joined, let labels): "\(joined.label) joins \(labels)"
      }
    }
  }

  @Test func marksCaseAndBlanks() throws {
    #expect(try doubts(["a": 5, "a,": 5, "b": 5]) == ["a, 5 alike a 5"])
    #expect(try doubts(["Good": 2, "good": 3, "bad": 2]) == ["Good 2 alike good 3"])
    #expect(try doubts(["\"good\"": 2, "good": 3, "bad": 2]) == ["\"good\" 2 alike good 3"])
    #expect(try doubts(["New York": 2, "new  york.": 2]) == ["new  york. 2 alike New York 2"])
    #expect(try doubts(["Straße": 2, "STRASSE": 2]) == [])
    #expect(try doubts(["ÉTÉ": 2, "été": 2]) == ["été 2 alike ÉTÉ 2"])
  }

  @Test func whatIsDistinct() throws {
    #expect(try doubts(["1": 40, "2": 2, "-1": 2, "+1": 2, "10": 2]) == [])
    #expect(try doubts(["C": 40, "C++": 2, "C#": 2]) == [])
    #expect(try doubts(["!": 2, "?": 2, ",": 2]) == [])
    #expect(try doubts(["class1": 40, "class2": 2, "class12": 2]) == [])
    #expect(try doubts(["en": 40, "es": 2]) == [])
  }

  @Test func oneEditApart() throws {
    for label in ["spm", "spamm", "spem", "sapm"] {
      #expect(try doubts(["spam": 20, label: 2, "ham": 20]) == ["\(label) 2 alike spam 20"])
    }
    // As many as that are no slip.
    #expect(try doubts(["spam": 20, "spem": 3]) == [])
    #expect(try doubts(["spam": 20, "smap": 2, "spma!": 2]) == ["spma! 2 alike spam 20"])
    #expect(try doubts(["spam": 20, "maps": 2]) == [])
  }

  @Test func joinedLabels() throws {
    #expect(
      try doubts(["sport": 5, "art": 5, "art, sport": 2, "sport|art": 2, "art/music": 2])
        == [
          "art, sport joins [\"art\", \"sport\"]", "sport|art joins [\"sport\", \"art\"]",
        ])
  }
}
