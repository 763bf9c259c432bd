import Foundation
import Testing

@Suite("charlstm classify errors")
struct ClassifierErrorsTests {
  private let charlstm: CommandLineSession
  private static let errors = "classify errors run/best.safetensors"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.trainClassifier()
  }

  /// Figures are those of this CPU, and what is marked may be.
  private func withoutFigures(_ text: String) -> String {
    text.replacing(/[0-9]+\.[0-9]+/, with: "#").replacing(/\n *\^+/, with: "\n^")
  }

  @Test func nothingIsWrong() throws {
    #expect(
      try charlstm("\(Self.errors) texts.csv")
        == .init(code: 0, output: "None of 40 texts is misclassified.\n", error: ""))
    #expect(
      try charlstm("\(Self.errors) texts.csv --json") == .init(code: 0, output: "", error: ""))
  }

  @Test func oneMistake() throws {
    try charlstm.put("label,text\nhigh,zz y\nlow,\"zz\ny\"\nlow,aa ab\n", at: "swapped.csv")
    let outcome = try charlstm("\(Self.errors) swapped.csv")
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(
      withoutFigures(outcome.output) == """
        1 of 3 texts is misclassified:

        swapped.csv row 2 (line 3): "low", taken for "high"
          probability #, of "low" #; the marked part speaks # nats for it
          zz…y
        ^

        """)
  }

  @Test func theSurestComeFirst() throws {
    let rows = ["low,zz y", "high,aa ab", "low,zz", "high,aa ab ab", "low,aa ab"]
    try charlstm.put("label,text\n" + rows.joined(separator: "\n") + "\n", at: "swapped.csv")
    let all = try charlstm("\(Self.errors) swapped.csv --json")
    #expect(all.code == 0 && all.error == "")
    let records = try all.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    try #require(records.count == 4)
    let shares = records.compactMap { $0["probability"] as? Double }
    #expect(shares == shares.sorted(by: >) && shares.allSatisfy { $0 >= 0.5 })
    #expect(records.compactMap { $0["row"] as? Int }.sorted() == [1, 2, 3, 4])
    for record in records {
      let row = try #require(record["row"] as? Int)
      let parts = rows[row - 1].split(separator: ",").map(String.init)
      #expect(record["source"] as? String == "swapped.csv" && record["line"] as? Int == row + 1)
      #expect(record["label"] as? String == parts[0] && record["text"] as? String == parts[1])
      #expect(record["predicted"] as? String == (parts[0] == "low" ? "high" : "low"))
      let (label, predicted) = (record["label_probability"], record["probability"])
      let sum = try #require(label as? Double) + #require(predicted as? Double)
      #expect(abs(sum - 1) < 1e-4)
      if let part = record["part"] as? String {
        #expect(parts[1].contains(part) && (record["part_nats"] as? Double ?? 0) > 0)
      }
    }
    let some = try charlstm("\(Self.errors) swapped.csv --top 3").output
    #expect(some.hasPrefix("4 of 5 texts are misclassified; the 3 surest:\n\nswapped.csv row "))
    #expect(some.split(separator: "\n").count { $0.contains("taken for") } == 3)
    #expect(
      try charlstm("\(Self.errors) swapped.csv").output.hasPrefix(
        "4 of 5 texts are misclassified; the 4 surest:\n"))
  }

  /// Of a long text as much as stands on a line is shown, with the marks under what they mark.
  @Test func longTexts() throws {
    let text = String(repeating: "aa ab ", count: 10) + String(repeating: "zz y ", count: 60)
    try charlstm.put("label,text\nhigh,zz y\nlow,\(text)\nlow,aa ab\n", at: "long.csv")
    let json = try charlstm("\(Self.errors) long.csv --json").output
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let part = try #require(record["part"] as? String)
    let lines = try charlstm("\(Self.errors) long.csv").output
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    let marks = try #require(lines.first { $0.hasSuffix("^") })
    let shown = try #require(lines.first { $0.contains(part) })
    let start = try #require(marks.firstIndex(of: "^"))
    #expect(marks[start...].count == part.count)
    #expect(
      shown.dropFirst(marks.distance(from: marks.startIndex, to: start)).hasPrefix(part))
    #expect(shown.contains("…") && shown.count >= 78)
  }

  /// Labels are written as text, whatever they would mean to a format or a terminal.
  @Test func labelsAreText() throws {
    try charlstm.trainClassifier(low: "50%s\u{1B}[1m")
    try charlstm.put("label,text\n50%s\u{1B}[1m,zz y\nhigh,zz y\n", at: "swapped.csv")
    let lines = try charlstm("\(Self.errors) swapped.csv").output.split(separator: "\n")
    try #require(lines.count == 6, "one is wrapped")
    #expect(lines[1] == "swapped.csv row 1 (line 2): \"50%s␛[1m\", taken for \"high\"")
    #expect(lines[2].contains(", of \"50%s␛[1m\" 0."))
  }

  @Test func failures() throws {
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put("label,text\nmiddle,m\n", at: "unseen.csv")
    for (line, code, message) in [
      (
        "classify errors tiny.safetensors texts.csv", 65,
        "tiny.safetensors is a language model, which knows no labels; charlstm classify train DATA "
          + "--initialize-from makes a classifier of it"
      ),
      (
        "\(Self.errors) unseen.csv", 65,
        "unseen.csv row 1 (line 2): the model does not know the label \"middle\"; it knows "
          + "\"high\", \"low\""
      ),
      ("\(Self.errors) none.csv", 66, "no such file or folder: none.csv"),
      ("\(Self.errors) texts.csv --top 0", 64, "--top must be 1 or more, got 0"),
    ] as [(String, Int32, String)] {
      #expect(try charlstm(line) == .init(code: code, output: "", error: "Error: \(message)\n"))
    }
  }
}

extension CommandLineSession {
  /// Trains `run/best.safetensors`, which tells the classes `low` and `high` of `texts.csv` apart.
  ///
  /// - Parameter low: what the class `low` is called.
  func trainClassifier(low: String = "low") throws {
    let rows = (0..<40).map { $0 % 2 == 0 ? "\(low),aa ab" : "high,zz y" }
    try put("label,text\n" + rows.joined(separator: "\n") + "\n", at: "texts.csv")
    let training = try self(
      """
      classify train texts.csv --output run --hidden-size 8 --embedding-size 4 --layers 1 \
      --epochs 3 --batch-size 8 --learning-rate 0.02 --precision float32 --threads 1 --quiet --overwrite
      """)
    #expect(training == .init(code: 0, output: "", error: ""))
  }
}
