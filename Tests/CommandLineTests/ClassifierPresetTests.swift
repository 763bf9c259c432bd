import Foundation
import Testing

@Suite("charlstm classify train --preset")
struct ClassifierPresetTests {
  private let charlstm: CommandLineSession
  private static let train =
    "classify train texts.csv --output run --hidden-size 8 --embedding-size 4 --epochs 2 "
    + "--precision float32 --threads 1"

  init() throws {
    charlstm = try CommandLineSession()
    let rows = (0..<40).map { $0 % 2 == 0 ? "low,aa ab\($0)" : "high,zz y\($0)" }
    try charlstm.put("label,text\n" + rows.joined(separator: "\n") + "\n", at: "texts.csv")
  }

  private func said(_ options: String) throws -> [String] {
    let outcome = try charlstm("\(Self.train) \(options)")
    #expect(outcome.code == 0 && outcome.output == "", "\(outcome.error)")
    return outcome.error.split(separator: "\n").map(String.init)
  }

  @Test func saysWhatItHasChosen() throws {
    #expect(
      try said("")[1]
        == "Preset standard: a network of 1 × 8 that reads both ways, 2 epochs; naive Bayes on up to "
        + "4; a logistic regression on up to 6.")
    #expect(
      try said("--preset quick --overwrite --no-bidirectional --ngrams 3 --naive-bayes 0")[1]
        == "Preset quick: a network of 1 × 8 that reads forward, n-grams of up to 3 too, 2 epochs; a "
        + "logistic regression on up to 5.")
    #expect(
      try said("--overwrite --validation-fraction 0")[1]
        == "Preset standard: a network of 1 × 8 that reads both ways, 2 epochs.")
    let facts = try charlstm("info run/best.safetensors").output
    #expect(facts.contains("\n  --linear              0\n"))
  }

  @Test func teachersComeFirst() throws {
    let lines = try said("--preset best")
    #expect(
      lines[1]
        == "Preset best: a network of 1 × 8 that reads both ways, 2 epochs; naive Bayes on up to 4; "
        + "a logistic regression on up to 6; 3 teachers of that kind first.")
    #expect(
      lines.filter { $0.hasPrefix("Teacher ") || $0.hasPrefix("The student") } == [
        "Teacher 1 of 3, which does not read a part of the texts:",
        "Teacher 2 of 3, which does not read a part of the texts:",
        "Teacher 3 of 3, which does not read a part of the texts:",
        "The student, which learns from what they expect, too:",
      ])
    #expect(lines.count { $0 == "24 texts to train on, 12 to validate on; 2 classes" } == 3)
    #expect(lines.contains("36 texts to train on, 4 to validate on; 2 classes"))
    for file in ["run/teacher-3/best.safetensors", "run/report.html"] {
      #expect(try !charlstm.bytes(of: file).isEmpty)
    }
    // A run that is at its end needs them no more.
    let again = try charlstm("classify train --output run --resume --quiet")
    #expect(again == .init(code: 0, output: "", error: ""))
  }

  @Test(arguments: [
    ("--preset fastest", "The value 'fastest' is invalid for '--preset <preset>'"),
    ("--teachers 1", "--teachers must be 0 or 2 to 16, got 1"),
    ("--teacher-weight 2", "--teacher-weight must be 0 to 1, got 2.0"),
    ("--linear 17", "--linear must be 0 to 16, got 17"),
    (
      "--linear 3 --validation-fraction 0",
      "--linear must be 0 without texts to validate on, got 3"
    ),
  ])
  func refusesWhatCannotBe(options: String, message: String) throws {
    let outcome = try charlstm("\(Self.train) \(options)")
    #expect(outcome.code == 64 && outcome.output == "")
    #expect(outcome.error.hasPrefix("Error: \(message)"), "\(outcome.error)")
    #expect(try charlstm.names() == ["texts.csv"])
  }
}
