import Foundation
import Testing

@Suite("charlstm classify cross-validate")
struct CrossValidateTests {
  private let charlstm: CommandLineSession
  private static let settings =
    "--hidden-size 8 --embedding-size 4 --layers 1 --epochs 3 --batch-size 8 --learning-rate 0.02 "
    + "--precision float32 --threads 1 --no-bidirectional --linear 0 --naive-bayes 0"
  private static let line = "classify cross-validate texts.csv \(settings)"

  init() throws {
    charlstm = try CommandLineSession()
    let rows = (0..<40).map { index in
      index % 2 == 0 ? "low,\"aa, \(String(repeating: "ab", count: index % 7))\"" : "high,zz y"
    }
    try charlstm.put("label,text\n" + rows.joined(separator: "\n") + "\n", at: "texts.csv")
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func aTableOfFoldsAndClasses() throws {
    let outcome = try charlstm(Self.line)
    #expect(outcome.code == 0)
    // What the CPU and the clock decide: losses and their deviation, best epochs, times.
    let figures = outcome.output
      .replacing(#/  ( +\d\.\d{4})  ( +\d\.00)  ( +\d+:\d\d)\n/#) { match in
        [match.1, match.2, match.3].map {
          "  " + String(repeating: " ", count: $0.count - 1) + "x"
        }.joined() + "\n"
      }
      .replacing(#/(mean|deviation)( +)(\d\.\d{4})( +)(\d\.\d{4})( +)\d\.\d{4}\n/#) {
        "\($0.1)\($0.2)\($0.3)\($0.4)\($0.5)\($0.6)xxxxxx\n"
      }
    #expect(
      figures == """
        fold         texts  accuracy  macro F1  nats per label  best epoch      time
        1                8    1.0000    1.0000               x           x         x
        2                8    1.0000    1.0000               x           x         x
        3                8    1.0000    1.0000               x           x         x
        4                8    1.0000    1.0000               x           x         x
        5                8    1.0000    1.0000               x           x         x
        mean                  1.0000    1.0000          xxxxxx
        deviation             0.0000    0.0000          xxxxxx

        class  mean F1  deviation  texts
        high    1.0000     0.0000     20
        low     1.0000     0.0000     20

        """)
    let folds = (1...5).map {
      "Fold \($0) of 5: 28 texts to train on, 4 to validate on, 8 to score; 522 parameters, "
        + "12 steps\n"
    }
    #expect(
      outcome.error.replacing(#/in \d:\d\d/#, with: "in x")
        == """
        classes: "high" 20, "low" 20
        Warning: 32 texts repeat another; copies in several folds are both trained on and scored, \
        which flatters the figures
        \(folds.joined())5 folds in x, on 1 thread

        """)
    #expect(try charlstm.names() == ["texts.csv"], "nothing is saved")
  }

  @Test func anObject() throws {
    let line = "\(Self.line) --folds 3 --json --quiet --calibrate --naive-bayes 2 --seed 7"
    let outcome = try charlstm(line)
    #expect(outcome.code == 0 && outcome.error == "")
    let result = try json(outcome.output)
    #expect(
      result.keys.sorted() == [
        "classes", "data", "deviation", "folds", "mean", "seconds", "settings",
      ])
    let folds = try #require(result["folds"] as? [[String: Any]])
    #expect(
      folds.first?.keys.sorted() == [
        "accuracy", "best_epoch", "best_step", "fold", "macro_f1", "mean_negative_log_likelihood",
        "seconds", "texts", "training_texts", "validation_texts",
      ])
    #expect(folds.map { $0["fold"] as? Int } == [1, 2, 3])
    #expect(folds.map { $0["texts"] as? Int } == [14, 13, 13])
    #expect(folds.map { $0["training_texts"] as? Int } == [24, 25, 25])
    #expect(folds.map { $0["accuracy"] as? Double } == [1, 1, 1])
    let mean = try #require(result["mean"] as? [String: Double])
    #expect(mean["accuracy"] == 1 && mean["macro_f1"] == 1)
    let deviation = try #require(result["deviation"] as? [String: Double])
    #expect(deviation["accuracy"] == 0 && deviation["macro_f1"] == 0)
    let classes = try #require(result["classes"] as? [[String: Any]])
    #expect(classes.map { $0["label"] as? String } == ["high", "low"])
    #expect(classes.map { $0["f1"] as? Double } == [1, 1])
    let settings = try #require(result["settings"] as? [String: String])
    for (name, value) in [
      "folds": "3", "seed": "7", "hidden-size": "8", "layers": "1", "epochs": "3",
      "naive-bayes": "2", "calibrate": "true", "validation-fraction": "0.1", "pooling": "concat",
    ] {
      #expect(settings[name] == value)
    }
    // But for the time it takes, the same again.
    func figures(_ text: String) -> String { text.replacing(#/"seconds":[^,}]+/#, with: "") }
    #expect(try figures(charlstm(line).output) == figures(outcome.output))
  }

  @Test func classesOfFewTextsAreNamed() throws {
    try charlstm.put(
      try charlstm.text(of: "texts.csv") + "middle,m\nmiddle,mm\nmiddle,mmm\n", at: "texts.csv")
    let outcome = try charlstm(Self.line)
    #expect(outcome.code == 0)
    #expect(
      outcome.error.contains(
        "\nWarning: 1 class has fewer texts than there are folds, so that not every fold has some: "
          + "\"middle\" 3\n"))
    #expect(try !charlstm(Self.line + " --folds 3").error.contains("fewer texts"))
  }

  @Test func whatCannotBe() throws {
    for (options, code, message) in [
      ("--folds 1", 64, "--folds must be 2 or more, got 1"),
      ("--folds 41", 64, "--folds must be 2 to the number of texts, 40, got 41"),
      ("--validation-fraction 1", 64, "--validation-fraction must be 0 to below 1, got 1.0"),
      (
        "--validation texts.csv", 64,
        "--validation is for classify train; here a part of the other folds validates each fold's "
          + "classifier, of the size that --validation-fraction tells"
      ),
      (
        "--calibrate --validation-fraction 0", 64,
        "--calibrate needs texts to validate on: they say how sure is too sure"
      ),
      (
        "--bidirectional --language-model-loss 1", 64,
        "--bidirectional contradicts --language-model-loss: backward, the next character is known"
      ),
    ] {
      let outcome = try charlstm("\(Self.line) --quiet \(options)")
      #expect(
        outcome == .init(code: Int32(code), output: "", error: "Error: \(message)\n"))
    }
    for option in ["--output", "--resume", "--save-every", "--half-size", "--fold"] {
      let outcome = try charlstm("\(Self.line) \(option)")
      #expect(outcome.code == 64 && outcome.output == "")
      #expect(outcome.error.hasPrefix("Error: Unknown option '\(option)'"))
    }
    #expect(try charlstm("classify cross-validate none.csv").code == 66)
    let diverged = try charlstm("\(Self.line) --quiet --learning-rate 1e30 --clip-norm 0")
    #expect(diverged.code == 65 && diverged.error.hasPrefix("Error: fold 1: "))
    #expect(try charlstm.names() == ["texts.csv"])
  }

  @Test(arguments: [false, true]) func interruptedItShowsTheFoldsThatAreDone(json: Bool) throws {
    let running = try charlstm.start(
      "\(Self.line) --epochs 400 --folds 20 \(json ? "--json" : "")".split(separator: " ")
        .map(String.init))
    try running.wait(within: 30) { running.errorSoFar.contains("Fold 2 of 20") }
    running.interrupt()
    let stopped = try running.finish(within: 30)
    #expect(stopped.code == 130)
    let said = try #require(
      stopped.error.firstMatch(of: #/Stopped; the figures are of (\d+) of 20 folds\.\n$/#))
    let done = try #require(Int(said.1))
    #expect(1..<20 ~= done)
    if json {
      let folds = try self.json(stopped.output)["folds"] as? [Any]
      #expect(folds?.count == done)
    } else {
      let rows = stopped.output.split(separator: "\n").prefix { !$0.hasPrefix("mean ") }
      #expect(rows.count == 1 + done)
    }
  }
}
