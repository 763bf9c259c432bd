import Foundation
import Testing

/// A classifier's run says at its end what that of a language model says.
@Suite("How runs of classifiers end")
struct ClassifierRunEndTests {
  private let charlstm: CommandLineSession
  private static let small =
    "classify train texts.csv --output run --layers 1 --hidden-size 8 --batch-size 4"
  private static let done = CommandLineSession.Outcome(code: 0, output: "", error: "")

  init() throws {
    charlstm = try CommandLineSession()
    let rows = (0..<20).map { "high \($0) up,high\nlow \($0) down,low\n" }.joined()
    try charlstm.put("text,label\n" + rows, at: "texts.csv")
  }

  @Test func aFinishedRunSaysHowToGoOn() throws {
    let resume = "classify train texts.csv --output run --resume"
    #expect(try charlstm("\(Self.small) --max-steps 3 --quiet") == Self.done)
    let bySteps = try charlstm(resume)
    #expect(bySteps.code == 0)
    #expect(
      bySteps.error.hasSuffix(
        """
        The run had come to its end before, at step 3. To train on:
          charlstm classify train texts.csv --output run --resume --max-steps 6

        """))
    #expect(try charlstm("\(resume) --quiet") == Self.done)
    let further = try charlstm("\(resume) --max-steps 6")
    #expect(further.code == 0 && !further.error.contains("had come to its end"))

    #expect(try charlstm("\(Self.small) --epochs 1 --overwrite --quiet") == Self.done)
    let byEpochs = try charlstm(resume)
    #expect(
      byEpochs.error.hasSuffix(
        "To train on:\n  charlstm classify train texts.csv --output run --resume --extend 10\n"))
    let extended = try charlstm("\(resume) --extend 1")
    #expect(extended.code == 0 && !extended.error.contains("had come to its end"))
    #expect(extended.error.contains("epoch 2  step "))
  }

  /// To the same bytes as one that was to have as many epochs from the beginning, where the rate does
  /// not fall.
  @Test func anExtendedRunIsALongerOne() throws {
    let steady = "\(Self.small) --schedule constant --warmup 0 --quiet"
    #expect(try charlstm("\(steady) --epochs 3") == Self.done)
    let whole = try charlstm.bytes(of: "run/metrics.jsonl").count
    #expect(try charlstm("\(steady) --epochs 1 --overwrite") == Self.done)
    for _ in 1...2 {
      #expect(
        try charlstm("classify train --output run --resume --extend 1 --quiet") == Self.done)
    }
    #expect(try charlstm("info run/best.safetensors").output.contains("--epochs"))
    let lines = try charlstm.text(of: "run/metrics.jsonl").split(separator: "\n")
    #expect(lines.contains { $0.contains("\"epoch\":3") } && whole > 0)
  }

  @Test(
    arguments: [
      ("--extend 1", "--extend goes with --resume"),
      ("--resume --extend 0", "--extend must be 1 to 1000000, got 0"),
      ("--resume --extend 1000000", "--epochs must be 1 to 1000000, got 1000010"),
      (
        "--resume --extend 1 --epochs 3",
        "--epochs 3 contradicts the run, which has 10; leave it out, or add epochs with --extend"
      ),
    ])
  func extensionsThatCannotBe(options: String, message: String) throws {
    #expect(try charlstm("\(Self.small) --epochs 10 --max-steps 1 --quiet") == Self.done)
    let steps = options.contains("--resume") ? " --max-steps 2" : ""
    let outcome = try charlstm("classify train texts.csv --output run \(options)\(steps)")
    #expect(outcome == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }

  @Test func stepsAreNotExtendedByEpochs() throws {
    #expect(try charlstm("\(Self.small) --max-steps 2 --quiet") == Self.done)
    let message =
      "Error: --extend does not lengthen a run of --max-steps 2; give more --max-steps too\n"
    #expect(
      try charlstm("classify train --output run --resume --extend 1")
        == .init(code: 64, output: "", error: message))
  }

  @Test func aRunThatLearntNothingHasFailed() throws {
    // Nothing tells the classes from each other.
    let rows = String(repeating: "same,high\nsame,low\n", count: 20)
    try charlstm.put("text,label\n" + rows, at: "same.csv")
    let bad =
      Self.small.replacing("texts.csv", with: "same.csv")
      + " --epochs 20 --learning-rate 30 --validation-fraction 0.5 --schedule constant"
    let outcome = try charlstm("\(bad) --clip-norm 1 --max-steps 60 --average-decay 0")
    #expect(outcome.code == 65)
    let message = try #require(
      outcome.error.firstMatch(
        of:
          #/Error: the run has failed: its best classifier has ([0-9.]+) nats and accuracy 0\.5000, a uniform guess 0\.6931 nats; train again with another --learning-rate than 30\n$/#
      ))
    #expect(try #require(Double(message.1)) > 1.2)
    #expect(try charlstm.names(in: "run").contains("best.safetensors"))
    // Steps that hardly learn are no failure, nor are few.
    #expect(
      try charlstm("\(Self.small) --max-steps 45 --learning-rate 1e-9 --overwrite -q") == Self.done)
    #expect(try charlstm("\(bad) --max-steps 5 --overwrite -q") == Self.done)
    #expect(try charlstm("\(Self.small) --epochs 20 --overwrite -q") == Self.done)
  }

  @Test func allTextsAreTrainedOn() throws {
    let outcome = try charlstm("\(Self.small) --max-steps 3 --validation-fraction 0")
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("40 texts to train on, 0 to validate on; 2 classes\n"))
    #expect(
      outcome.error.contains(
        """
        No texts are kept to validate on: the latest classifier counts as the best, and nothing \
        shows when it begins to learn the texts by heart.

        """))
    // What needs texts to validate on is not left out in silence.
    let calibrated = try charlstm(
      "\(Self.small) --max-steps 3 --validation-fraction 0 --calibrate --overwrite")
    #expect(
      calibrated
        == .init(
          code: 64, output: "",
          error: "Error: --calibrate needs texts to validate on: they say how sure is too sure\n"))
    try charlstm.put("text,label\nup,high\ndown,low\n", at: "held.csv")
    let held = try charlstm("\(Self.small) --max-steps 3 --validation held.csv --overwrite")
    #expect(held.code == 0 && held.error.contains(" 2 to validate on; 2 classes\n"))
    #expect(!held.error.contains("by heart"))
  }

  /// Each once, with how often it came.
  @Test func unknownCharactersOfTheValidationAreNamed() throws {
    try charlstm.put("text,label\nüp éé,high\ndöwn é,low\n", at: "held.csv")
    let line =
      "The classifier does not know these characters of the texts to validate on, which are left out: "
    let train = "\(Self.small) --max-steps 2 --validation held.csv --overwrite"
    let outcome = try charlstm(train)
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("\(line)ü é (3) ö\n"))
    #expect(outcome.error.components(separatedBy: line).count == 2)
    // Where there are bytes for them, they are known.
    for more in ["--vocabulary bytes", "--min-count 2", "--quiet"] {
      #expect(try !charlstm("\(train) \(more)").error.contains("does not know"))
    }
  }

  /// The data and how they are read need not be told again.
  @Test func aRunKnowsItsData() throws {
    let rows = (0..<20).map { "high;high \($0) up;x\nlow;low \($0) down;y\n" }.joined()
    try charlstm.put(rows, at: "office.csv")
    let format = "--no-header --label-column 1 --text-column 2 --text-column 3 --separator ;"
    // With nothing to validate on, the last is the best; a rate that falls depends on the steps.
    let begin =
      Self.small.replacing("texts.csv", with: "office.csv")
      + " --quiet --validation-fraction 0 --schedule constant --warmup 0"
    #expect(try charlstm("\(begin) \(format) --max-steps 4") == Self.done)
    let whole = try charlstm.bytes(of: "run/best.safetensors")
    #expect(try charlstm("\(begin) \(format) --max-steps 2 --overwrite") == Self.done)
    let resume = "classify train --output run --resume --quiet"
    #expect(try charlstm("\(resume) --max-steps 3") == Self.done)
    #expect(try charlstm("\(resume) --max-steps 4") == Self.done)
    #expect(try charlstm.bytes(of: "run/best.safetensors") == whole)
    // Other texts of the same name are others.
    try charlstm.put(rows + "low;more;z\n", at: "office.csv")
    let changed = try charlstm("\(resume) --max-steps 5")
    #expect(changed.code == 65 && changed.error.contains("are not those the run began with"))
    try FileManager.default.removeItem(at: charlstm.folder.appending(path: "office.csv"))
    #expect(try charlstm("\(resume) --max-steps 5").code == 66)
    // A column whose name looks like an option.
    try charlstm.put("-text,label\n" + String(repeating: "up,a\ndown,b\n", count: 9), at: "x.csv")
    let odd = Self.small.replacing("texts.csv", with: "x.csv").replacing("run", with: "odd")
    #expect(try charlstm("\(odd) --text-column=-text --max-steps 1 --quiet") == Self.done)
    let advised = try charlstm("classify train --output odd --resume")
    #expect(advised.code == 0)
    #expect(advised.error.hasSuffix("classify train --output odd --resume --max-steps 2\n"))
    let none = try charlstm("classify train --output new")
    #expect(
      none
        == .init(
          code: 64, output: "",
          error: "Error: no data: name files or folders of labelled texts\n"))
  }
}
