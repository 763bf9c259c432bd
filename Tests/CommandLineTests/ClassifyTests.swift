import Foundation
import Testing

@Suite("charlstm classify")
struct ClassifyTests {
  private let charlstm: CommandLineSession
  private static let train =
    "classify train texts.csv --output run --hidden-size 8 --embedding-size 4 --layers 1 "
    + "--epochs 3 --batch-size 8 --learning-rate 0.02 --precision float32 --threads 1 --quiet "
    + "--no-bidirectional --linear 0 --naive-bayes 0"

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

  @Test func trainsEvaluatesAndPredicts() throws {
    let training = try charlstm(Self.train + " --calibrate")
    #expect(training == .init(code: 0, output: "", error: ""))
    #expect(
      try charlstm.names(in: "run") == [
        ".lock", "best.safetensors", "metrics.csv", "metrics.jsonl", "report.html",
        "resume.safetensors",
      ])
    let metrics = try charlstm.text(of: "run/metrics.jsonl").split(separator: "\n")
    #expect(
      try metrics.map { try json(String($0))["event"] as? String } == [
        "began", "validation", "validation", "step", "validation",
      ], "the last step is reported, too")
    let began = try json(String(try #require(metrics.first)))
    #expect(began["classes"] as? [String] == ["high", "low"])
    #expect(began["command"] as? String == "charlstm \(Self.train) --calibrate")
    #expect(try json(String(try #require(metrics.last)))["class_f1"] as? [Double] == [1, 1])

    let model = "run/best.safetensors"
    let evaluation = try charlstm(
      "classify evaluate \(model) texts.csv --json --confusion confusion.csv")
    #expect(evaluation.code == 0 && evaluation.error == "")
    let report = try json(evaluation.output)
    #expect(report["accuracy"] as? Double == 1 && report["texts"] as? Int == 40)
    #expect(try charlstm.text(of: "confusion.csv") == "label,high,low\nhigh,20,0\nlow,0,20\n")

    let prediction = try charlstm("classify predict \(model)", "zz y")
    #expect(prediction.code == 0 && prediction.output.hasPrefix("high\t"))
    let lines = try charlstm(
      "classify predict \(model) --input - --output-format json-lines --top-k 2",
      input: "zz y\naa, ab\nzz y\n")
    #expect(lines.code == 0 && lines.error == "")
    let records = try lines.output.split(separator: "\n").map { try json(String($0)) }
    #expect(records.map { $0["label"] as? String } == ["high", "low", "high"])
    let classes = try #require(records[1]["classes"] as? [[String: Any]])
    #expect(classes.map { $0["label"] as? String } == ["low", "high"])
    let csv = try charlstm("classify predict \(model) --input texts.csv --output-format csv")
    let rows = csv.output.split(separator: "\n")
    #expect(rows.count == 41 && rows[0] == "label,probability of high,probability of low")
    #expect(rows[2].hasPrefix("high,"))
  }

  @Test func ngramsAreReadAndKept() throws {
    let ngrams = " --ngrams 3 --ngram-buckets 64"
    #expect(try charlstm(Self.train + ngrams) == .init(code: 0, output: "", error: ""))
    let model = "run/best.safetensors"
    #expect(try charlstm("info \(model)").output.contains("up to 3, in 64 rows\n"))
    let alone = try charlstm("classify predict \(model)", "zz y")
    let among = try charlstm(
      "classify predict \(model) --input -", input: "aa, abababababababab\nzz y\n")
    #expect(alone.output.hasPrefix("high\t"))
    #expect(among.output.split(separator: "\n").last.map { "\($0)\n" } == alone.output)
  }

  /// Ten steps too small to learn by leave the network with nothing to say.
  @Test func naiveBayesAddsWhatItCounts() throws {
    let command = Self.train.replacing("--learning-rate 0.02", with: "--learning-rate 1e-9")
    #expect(
      try charlstm(command + " --naive-bayes 2") == .init(code: 0, output: "", error: ""))
    let model = "run/best.safetensors"
    let facts = try charlstm("info \(model)").output
    #expect(facts.contains("n-grams of up to 2 symbols\n"))
    #expect(facts.contains("accuracy 1.0000"))
    let report = try json(charlstm("classify evaluate \(model) texts.csv --json").output)
    #expect(report["accuracy"] as? Double == 1)
    #expect(try charlstm("classify predict \(model)", "zz y").output.hasPrefix("high\t"))
  }

  @Test func theSameCommandGivesTheSameBytes() throws {
    _ = try charlstm(Self.train)
    let first = try charlstm.bytes(of: "run/best.safetensors")
    _ = try charlstm(Self.train + " --overwrite")
    #expect(try charlstm.bytes(of: "run/best.safetensors") == first)
  }

  @Test func beginsWithALanguageModel() throws {
    try charlstm.putFixture("tiny.safetensors")
    let outcome = try charlstm(
      "classify train texts.csv --output run --initialize-from tiny.safetensors --freeze "
        + "--epochs 1 --language-model-loss 0.1 --validation texts.csv --quiet")
    #expect(outcome == .init(code: 0, output: "", error: ""))
  }

  @Test func unknownCharactersAreNamed() throws {
    _ = try charlstm(Self.train)
    let outcome = try charlstm("classify predict run/best.safetensors", "zz日y\u{7}日")
    #expect(outcome.code == 0 && outcome.output.hasPrefix("high\t"))
    #expect(
      outcome.error
        == "The classifier does not know these characters, which are left out: 日 (2) U+0007\n")
  }

  private func expect(
    _ line: String, fails code: Int32, saying message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try charlstm.names()
    #expect(
      try charlstm(line) == .init(code: code, output: "", error: "Error: \(message)\n"),
      sourceLocation: sourceLocation)
    #expect(try charlstm.names() == before, sourceLocation: sourceLocation)
  }

  @Test func badDataWritesNothing() throws {
    for (content, message) in [
      (
        "class,text\na,b\n",
        "bad.csv: there is no column \"label\" among \"class\", \"text\"; name the labels' with "
          + "--label-column, or give --no-header if these are no names"
      ),
      (
        "label,text\na,b\na,c\n",
        "bad.csv: all texts have the label \"a\"; at least 2 classes are needed"
      ),
      (
        "label,text\na,b\nb,\n",
        "bad.csv row 2 (line 3): the text is empty; give it a text or remove the row"
      ),
      (
        "label,text\na,b\nb,\"c\nd\n",
        "bad.csv row 2 (line 3): the double quote opened at line 3 is not closed; close it, or "
          + "double it and put the field in quotes"
      ),
      (
        "label,text\na,b,c\nb,d\n",
        "bad.csv row 1 (line 2): it has 3 fields, the header 2; put fields with separators or line "
          + "feeds in double quotes"
      ),
      (
        "\u{0}\u{1}label,text\n",
        "bad.csv line 1: binary or not UTF-8 at byte 0; convert it to UTF-8"
      ),
    ] {
      try charlstm.put(content, at: "bad.csv")
      try expect("classify train bad.csv --output run", fails: 65, saying: message)
    }
    try expect(
      "classify train none.csv --output run", fails: 66,
      saying: "no such file or folder: none.csv")
  }

  @Test func modelsOfTheOtherKind() throws {
    try charlstm.putFixture("tiny.safetensors")
    let isLanguageModel =
      "tiny.safetensors is a language model, which knows no labels; charlstm classify train DATA "
      + "--initialize-from makes a classifier of it"
    try expect("classify predict tiny.safetensors a", fails: 65, saying: isLanguageModel)
    try expect(
      "classify evaluate tiny.safetensors texts.csv", fails: 65, saying: isLanguageModel)
    _ = try charlstm(Self.train)
    let isClassifier =
      "run/best.safetensors is a classifier, which predicts labels and writes no text; give it to "
      + "charlstm classify predict"
    for command in [
      "sample run/best.safetensors", "evaluate run/best.safetensors texts.csv",
      "train texts.csv --output other --initialize-from run/best.safetensors",
    ] {
      try expect(command, fails: 65, saying: isClassifier)
    }
    try charlstm.put("label,text\nmiddle,m\n", at: "unseen.csv")
    try expect(
      "classify evaluate run/best.safetensors unseen.csv", fails: 65,
      saying: "unseen.csv row 1 (line 2): the model does not know the label \"middle\"; it knows "
        + "\"high\", \"low\"")
  }

  @Test func optionsThatContradict() throws {
    try charlstm.putFixture("tiny.safetensors")
    for (options, message) in [
      (
        "--bidirectional --initialize-from tiny.safetensors",
        "--bidirectional contradicts --initialize-from: a language model reads forward only"
      ),
      (
        "--bidirectional --language-model-loss 1",
        "--bidirectional contradicts --language-model-loss: backward, the next character is known"
      ),
      ("--freeze", "--freeze needs --initialize-from: a random body has learnt nothing"),
      ("--naive-bayes 17", "--naive-bayes must be 0 to 16, got 17"),
      (
        "--naive-bayes 3 --validation-fraction 0",
        "--naive-bayes must be 0 without texts to validate on, got 3"
      ),
      ("--label-smoothing 1", "--label-smoothing must be 0 to below 1, got 1.0"),
      (
        "--ngram-buckets 64", "--ngram-buckets needs --ngrams: characters alone have no n-grams"
      ),
      ("--ngrams 17", "longest n-gram must be between 1 and 16, got 17"),
      (
        "--ngrams 2 --ngram-buckets 0", "n-gram buckets must be between 1 and 67108864, got 0"
      ),
      (
        "--hidden-size 8 --initialize-from tiny.safetensors",
        "--hidden-size 8 contradicts --initialize-from, whose model has 32"
      ),
    ] {
      try expect("classify train texts.csv --output run " + options, fails: 64, saying: message)
    }
    try expect(
      "classify predict tiny.safetensors", fails: 64,
      saying: "give either a text or --input FILE; --input - reads standard input")
  }

  @Test func aRunIsNotReplacedUnasked() throws {
    _ = try charlstm(Self.train)
    try expect(
      Self.train, fails: 73,
      saying: "there is a run in run already; --resume goes on with it, --overwrite replaces it"
    )
  }

  /// What a run was told it need not be told again, and it ends as one left alone.
  @Test(arguments: ["--validation-fraction 0.3", "--validation held.csv"])
  func aResumedRunKnowsHowItBegan(validation: String) throws {
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put("label,text\nlow,aa ab\nhigh,zy z\nhigh,z\n", at: "held.csv")
    let begin =
      "classify train texts.csv --initialize-from tiny.safetensors --freeze --epochs 3 "
      + "--batch-size 8 --precision float32 --threads 1 --calibrate --min-count 2 --linear 0 "
      + "--naive-bayes 0 "
      + "--schedule constant --warmup 0 --learning-rate 0.02 \(validation)"
    #expect(try charlstm("\(begin) --output whole --quiet").code == 0)
    #expect(try charlstm("\(begin) --output run --quiet --max-steps 4").code == 0)
    let steps =
      try charlstm.text(of: "whole/metrics.jsonl")
      .matches(of: #/"step":(\d+)/#).compactMap { Int($0.1) }.max() ?? 0
    #expect(steps > 4)
    let resume = "classify train texts.csv --output run --resume --max-steps \(steps)"
    let resumed = try charlstm(
      "\(resume) --freeze --min-count 2 --initialize-from tiny.safetensors")
    #expect(resumed.code == 0, "\(resumed.error)")
    #expect(resumed.error.contains("\nGoing on after step 4.\n"))
    let temperatures = try ["run", "whole"].map {
      let facts = try json(charlstm("info \($0)/best.safetensors --json").output)
      return try #require(facts["temperature"] as? Double)
    }
    #expect(temperatures[0] == temperatures[1] && temperatures[0] != 1)
    try expect(
      "\(resume) --min-count 3", fails: 64,
      saying: "--min-count 3 contradicts the run, which has 2; leave it out")
    try expect(
      "\(resume) --initialize-from other.safetensors", fails: 64,
      saying: "--initialize-from other.safetensors contradicts the run, which has "
        + "tiny.safetensors; leave it out")
  }

  @Test func aRunGoesOn() throws {
    let line = Self.train + " --naive-bayes 2"
    #expect(try charlstm(line).code == 0)
    let whole = try charlstm.bytes(of: "run/best.safetensors")

    let resume = "classify train texts.csv --output run --resume --quiet"
    try expect(
      resume + " --label-smoothing 0.1", fails: 64,
      saying: "--label-smoothing 0.1 contradicts the run, which has 0.0; leave it out")
    try expect(
      resume + " --pooling max", fails: 64,
      saying: "--pooling max contradicts the run, which has concat; leave it out")
    for (options, message) in [
      ("--validation-fraction 0.3", "--validation-fraction 0.3 contradicts the run, which has 0.1"),
      ("--vocabulary bytes", "--vocabulary bytes contradicts the run, which has scalars"),
      ("--min-count 2", "--min-count 2 contradicts the run, which has 1"),
      (
        "--initialize-from tiny.safetensors",
        "--initialize-from tiny.safetensors contradicts the run, which has none"
      ),
      ("--freeze", "--freeze contradicts the run, which began without it"),
      ("--bidirectional", "--bidirectional contradicts the run, which began without it"),
    ] {
      try expect("\(resume) \(options)", fails: 64, saying: "\(message); leave it out")
    }
    try expect(
      resume + " --validation texts.csv", fails: 65,
      saying: "cannot resume run/resume.safetensors: the labelled texts, or their parts to train "
        + "and to validate on, are not those the run began with; give the same data and, if they "
        + "were given, the same --validation or --validation-fraction")
    for command in ["\(resume) --overwrite", "train texts.csv --output run --resume --overwrite"] {
      try expect(
        command, fails: 64,
        saying: "--overwrite replaces the run that --resume goes on with; give one of them")
    }
    let same = "--vocabulary scalars --min-count 1 --validation-fraction 0.1"
    #expect(try charlstm("\(resume) \(same)") == .init(code: 0, output: "", error: ""))
    // Done already, and calibrated: the same again.
    #expect(try charlstm(resume) == .init(code: 0, output: "", error: ""))
    #expect(try charlstm.bytes(of: "run/best.safetensors") == whole)

    try charlstm.put(
      try charlstm.text(of: "texts.csv").replacingOccurrences(of: "abab", with: "abba"),
      at: "texts.csv")
    #expect(try charlstm(resume).code == 65)
    try expect(
      "train texts.csv --output run --resume", fails: 65,
      saying: "run/resume.safetensors is a classifier, which predicts labels and writes no text; "
        + "give it to charlstm classify predict")
  }
}
