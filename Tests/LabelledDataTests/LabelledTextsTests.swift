import FileTesting
import LabelledData
import Testing

@Suite("Labelled texts") struct LabelledTextsTests {
  private func texts(
    _ content: String, labels: [String]? = nil
  ) throws -> (LabelledTexts, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let path = try folder.write(content, to: "a.csv")
    return (try LabelledTexts(paths: [path], labels: labels), folder)
  }

  private func error(_ content: String, labels: [String]? = nil) throws -> String {
    let folder = try TemporaryFolder()
    let path = try folder.write(content, to: "a.csv")
    do {
      _ = try LabelledTexts(paths: [path], labels: labels)
      return "none"
    } catch {
      return folder.relative(error)
    }
  }

  @Test func whatIsKept() throws {
    let (texts, folder) = try texts("label,text\nz,one\nB,é本🙂\nz,\"x\ny\"\nb,!\n")
    #expect(texts.labels == ["B", "b", "z"])
    #expect(texts.labelIndices == [2, 0, 2, 1])
    #expect(texts.count == 4)
    #expect(texts.labelCounts == [1, 1, 2])
    #expect(
      (0..<4).map { String(decoding: texts.bytes(of: $0), as: UTF8.self) }
        == ["one", "é本🙂", "x\ny", "!"])
    #expect((0..<4).map(texts.scalarCount(of:)) == [3, 3, 3, 1])
    #expect(
      folder.relative(texts.location(of: 3)) == "a.csv row 4 (line 6)")
  }

  @Test func severalSources() throws {
    let folder = try TemporaryFolder()
    let paths = [
      try folder.write("label,text\na,one\na,two\n", to: "a.csv"),
      try folder.write("{\"label\":\"b\",\"text\":\"three\"}", to: "b.jsonl"),
    ]
    let texts = try LabelledTexts(paths: paths + paths)
    #expect(texts.labelIndices == [0, 0, 1, 0, 0, 1])
    #expect(
      (0..<6).map { folder.relative(texts.location(of: $0)) } == [
        "a.csv row 1 (line 2)", "a.csv row 2 (line 3)", "b.jsonl row 1 (line 1)",
        "a.csv row 1 (line 2)", "a.csv row 2 (line 3)", "b.jsonl row 1 (line 1)",
      ])
  }

  @Test func textsInMemory() throws {
    let texts = try LabelledTexts([(" b ", "two"), ("a", "one\n"), ("b", "é")])
    #expect(texts.labels == ["a", "b"] && texts.labelIndices == [1, 0, 1])
    #expect(texts.bytes(of: 1) == Array("one\n".utf8)[...])
    #expect(texts.repeatedCount == 0)
    let repeated = try LabelledTexts([("a", "x"), ("b", "x"), ("a", "x "), ("a", "x")])
    #expect(repeated.repeatedCount == 1)
    func error(_ texts: [(label: String, text: String)], labels: [String]? = nil) -> String? {
      do {
        _ = try LabelledTexts(texts, labels: labels)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(error([]) == "texts in memory: there are no texts in it; add some")
    #expect(
      error([("a", "x"), ("b", " \n")])
        == "texts in memory row 2 (line 2): the text is empty; give it a text or remove the row")
    #expect(
      error([("  ", "x")])
        == "texts in memory row 1 (line 1): the label is empty; give it a label or remove the row")
    #expect(
      error([("a", "x")])
        == #"texts in memory: all texts have the label "a"; at least 2 classes are needed"#)
    #expect(error([("a", "x")], labels: ["a", "b"]) == nil)
  }

  @Test func labelsOfAModel() throws {
    let (texts, _) = try texts("label,text\nneg,one\nneg,two\n", labels: ["pos", "neg", "none"])
    #expect(texts.labels == ["pos", "neg", "none"])
    #expect(texts.labelIndices == [1, 1])
    #expect(texts.labelCounts == [0, 2, 0])
    #expect(
      try error("label,text\na,one\n\n\"b\nc\",two\n", labels: ["a", "x"])
        == #"a.csv row 2 (line 4): the model does not know the label "b⏎c"; it knows "a", "x""#)
    #expect(
      try error("label,text\nq,one\n", labels: (10..<30).map(String.init))
        == #"a.csv row 1 (line 2): the model does not know the label "q"; it knows "10", "11", "#
        + #""12", "13", "14", "15", "16", "17", "18", "19" and 10 more"#)
  }

  @Test func numberOfClasses() throws {
    #expect(
      try error("label,text\na,one\n a ,two\n")
        == #"a.csv: all texts have the label "a"; at least 2 classes are needed"#)
    #expect(
      try error("label,text\n" + (0...4096).map { "\($0),x\n" }.joined())
        == "a.csv: there are more than 4096 labels; name the labels' column with label-column "
        + "if this is another")
    #expect(try error("label,text\na,\n").hasPrefix("a.csv row 1 (line 2): the text is empty"))
  }

  @Test func stratifiedSplit() throws {
    let counts = ["one": 1, "two": 2, "three": 3, "ten": 10, "hundred": 100]
    let rows = counts.sorted { $0.key < $1.key }
      .flatMap { label, count in (0..<count).map { "\(label),\(label)\($0)\n" } }
    let (texts, _) = try texts("label,text\n" + rows.joined())
    func split(_ fraction: Double, seed: UInt64) -> (training: [Int], validation: [Int]) {
      var generator = SeededGenerator(state: seed)
      return texts.stratifiedSplit(fraction: fraction, using: &generator)
    }
    for (fraction, expected) in [
      (0.1, ["hundred": 10, "ten": 1, "three": 1, "two": 1]),
      (0.25, ["hundred": 25, "ten": 3, "three": 1, "two": 1]),
      (0.999, ["hundred": 99, "ten": 9, "three": 2, "two": 1]),
      (0.0, [:]),
    ] {
      let parts = split(fraction, seed: 1)
      #expect((parts.training + parts.validation).sorted() == Array(0..<texts.count))
      #expect(parts.training == parts.training.sorted())
      #expect(parts.validation == parts.validation.sorted())
      var drawn: [String: Int] = [:]
      for index in parts.validation {
        drawn[texts.labels[Int(texts.labelIndices[index])], default: 0] += 1
      }
      #expect(drawn == expected)
      #expect(split(fraction, seed: 1) == parts)
    }
    let some = Array(stride(from: 0, to: texts.count, by: 2))
    var generator = SeededGenerator(state: 1)
    let parts = texts.stratifiedSplit(fraction: 0.25, of: some, using: &generator)
    #expect((parts.training + parts.validation).sorted() == some && parts.validation.count > 10)
    #expect(split(0.25, seed: 1) != split(0.25, seed: 2))
  }

  @Test(arguments: [2, 3, 5, 116]) func folds(_ foldCount: Int) throws {
    let counts = ["one": 1, "two": 2, "three": 3, "ten": 10, "hundred": 100]
    let rows = counts.sorted { $0.key < $1.key }
      .flatMap { label, count in (0..<count).map { "\(label),\(label)\($0)\n" } }
    let (texts, _) = try texts("label,text\n" + rows.joined())
    func folds(seed: UInt64) -> [[Int]] {
      var generator = SeededGenerator(state: seed)
      return texts.folds(foldCount, using: &generator)
    }
    let dealt = folds(seed: 1)
    #expect(dealt.count == foldCount)
    #expect(dealt.joined().sorted() == Array(0..<texts.count))
    #expect(dealt.allSatisfy { $0 == $0.sorted() })
    func spread(_ counts: [Int]) -> Int { (counts.max() ?? 0) - (counts.min() ?? 0) }
    #expect(spread(dealt.map(\.count)) <= 1)
    for label in texts.labels.indices {
      let counts = dealt.map { fold in fold.count { Int(texts.labelIndices[$0]) == label } }
      #expect(spread(counts) <= 1, "\(texts.labels[label]): \(counts)")
    }
    #expect(folds(seed: 1) == dealt)
    #expect(folds(seed: 2) != dealt)
  }

  /// Nothing but a buffer and a row is held: 5 MB go through reads of 4 kB.
  @Test func manyRows() throws {
    let folder = try TemporaryFolder()
    let row = "id,\"x, \"\"y\"\"\",pos,the quick brown fox jumps over the lazy dog\r\n"
    let count = 5_000_000 / row.utf8.count
    let path = try folder.write(
      "id,note,label,text\r\n" + String(repeating: row, count: count), to: "a.csv")
    var reader = try LabelledReader(path: path, requiresLabels: true, readSize: 4096)
    var last: LabelledText?
    var rows = 0
    while let text = try reader.next() {
      last = text
      rows += 1
    }
    #expect(rows == count)
    #expect(last?.location.row == count)
    #expect(last?.location.line == count + 1)
    #expect(
      last.map { String(decoding: $0.text, as: UTF8.self) }
        == "the quick brown fox jumps over the lazy dog")
  }
}
