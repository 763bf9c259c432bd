import Foundation
import Testing

@Suite("charlstm train")
struct TrainTests {
  private let charlstm: CommandLineSession
  private let small = "--hidden-size 12 --batch-size 6 --sequence-length 20 --sample-every 0"

  init() throws {
    charlstm = try CommandLineSession()
    let lines = (0..<150).map { "Line \($0 * 7919 % 150) of a text to train on, and no more.\n" }
    try charlstm.put(lines.joined(), at: "text.txt")
  }

  private func metrics(_ run: String) throws -> [[String: Any]] {
    try charlstm.text(of: "\(run)/metrics.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// What threads divide is said, kept, and not to be changed on the way.
  @Test func threadsDivideTheUnits() throws {
    let line =
      "train text.txt --output run --hidden-size 32 --batch-size 6 --sequence-length 20 "
      + "--sample-every 0 --precision float32 --threads 2 --max-steps 2"
    let outcome = try charlstm("\(line) --divide units")
    #expect(outcome.code == 0)
    #expect(outcome.error.contains(" on 2 threads, which divide the hidden units\n"))
    #expect(try charlstm("info run/best.safetensors").output.contains(/divide +units\n/))
    #expect(
      try charlstm("train text.txt --output run --resume --max-steps 4 --divide lanes")
        == .init(
          code: 64, output: "",
          error: "Error: --divide lanes contradicts the run, which has units; leave it out\n"))
    let small = try charlstm("\(line) --overwrite")
    #expect(small.code == 0 && small.error.contains(" on 2 threads\n"))
  }

  /// The same blocks of lanes give the same models on any number of threads, a run that goes on on fewer, too.
  @Test func threadsDoNotMatter() throws {
    let line = "train text.txt \(small) --precision float32 --max-steps 4 --lane-blocks 3"
    for threads in 1...3 {
      #expect(try charlstm("\(line) --output run\(threads) --threads \(threads)").code == 0)
    }
    #expect(try charlstm("\(line) --max-steps 2 --output moved --threads 3").code == 0)
    #expect(
      try charlstm("train text.txt --output moved --resume --max-steps 4 --threads 1").code == 0)
    let first = try charlstm.bytes(of: "run1/last.safetensors")
    #expect(try charlstm.bytes(of: "run2/last.safetensors") == first)
    #expect(try charlstm.bytes(of: "run3/last.safetensors") == first)
    // But for the number of steps that it was told in the end.
    #expect(try charlstm("info run1/last.safetensors").output.contains(/lane-blocks +3\n/))
    let weights = ["run1", "moved"].map { "evaluate \($0)/last.safetensors text.txt --json" }
    #expect(try charlstm(weights[0]).output == charlstm(weights[1]).output)
    #expect(
      try charlstm("train text.txt --output moved --resume --max-steps 6 --lane-blocks 2")
        == .init(
          code: 64, output: "",
          error: "Error: --lane-blocks 2 contradicts the run, which has 3; leave it out\n"))
  }

  /// As in char-rnn's issue 171: such a text looks like one line to whoever trains on it.
  @Test(arguments: [("\r", true), ("\n", false), ("\r\n", false), ("", false)])
  func linesThatEndWithCarriageReturnsAreNamed(end: String, isNamed: Bool) throws {
    try charlstm.put(String(repeating: "a line of it\(end)", count: 40), at: "lines.txt")
    let outcome = try charlstm("train lines.txt --output lines --max-steps 1 \(small)")
    #expect(outcome.code == 0)
    #expect(
      outcome.error.hasPrefix(
        "Lines of the text end with carriage returns alone, which are learnt as they are; "
          + "tr '\\r' '\\n' makes line feeds of them.\n") == isNamed)
  }

  @Test func saysWhatItDoes() throws {
    let outcome = try charlstm(
      "train text.txt --output run --max-steps 3 --threads 2 --precision float32 \(small)")
    #expect(outcome.code == 0 && outcome.output == "")
    #expect(
      try charlstm.names(in: "run") == [
        ".lock", "best.safetensors", "last.safetensors", "metrics.csv", "metrics.jsonl",
        "report.html", "resume.safetensors",
      ])
    let lines = outcome.error.split(separator: "\n").map(String.init)
    try #require(lines.count == 8)
    #expect(
      lines[0]
        == "5,976 characters to train on, 664 to validate on; a blind guess among 26 symbols has a "
        + "loss of 3.2581 nats")
    #expect(
      lines[1]
        == "lstm 2 × 12, 50 epochs at most, learning rate 0.012, dropout 0.15 on embeddings, 0.3 "
        + "between layers, 0.5 on the output, weight decay 0.01")
    #expect(lines[2] == "11,730 parameters; 3 steps of 6 × 20 characters, on 2 threads")
    #expect(
      lines[3].wholeMatch(
        of:
          #/epoch 1  step 3/3  loss \d\.\d{4} nats  \d\.\d{4} bits  [\d,]+ characters/s  0:00 left/#
      ) != nil)
    #expect(
      lines[4].wholeMatch(
        of: #/epoch 1  step 3  validation \d\.\d{4} nats \d\.\d{4} bits  \(best so far\)/#) != nil)
    #expect(
      lines[5].wholeMatch(
        of: #/Best model: run/best\.safetensors \(\d\.\d{4} nats\)\. To write with it:/#) != nil)
    #expect(lines[7] == "More on how it went: run/report.html")
    #expect(lines[6] == "  charlstm sample run/best.safetensors --length 500")

    #expect(
      try charlstm("train text.txt --output run --max-steps 3 --quiet \(small)")
        == .init(
          code: 73, output: "",
          error: "Error: there is a run in run already; --resume goes on with it, --overwrite "
            + "replaces it\n"))
    #expect(
      try charlstm("train text.txt --output run --overwrite --max-steps 3 --quiet \(small)")
        == .init(code: 0, output: "", error: ""))
    #expect(try metrics("run").count == 3, "a new run begins with new metrics")
  }

  @Test func teachersComeFirst() throws {
    let line =
      "train text.txt --output run --max-steps 3 --teachers 2 --teacher-epochs 1 --teacher-text 999 "
      + "--threads 1 --sample-every 1"
    let outcome = try charlstm("\(line) --hidden-size 12 --batch-size 6 --sequence-length 20")
    #expect(outcome.code == 0 && outcome.output == "")
    let lines = outcome.error.split(separator: "\n").map(String.init)
    #expect(lines[1].hasSuffix(", 2 teachers who write 999 characters"))
    let teacher =
      "lstm 2 × 160, 1 epoch at most, learning rate 0.0107, dropout 0.05 between layers, "
      + "0.1 on the output, weight decay 0.01"
    let first = try #require(lines.firstIndex(of: "Teacher 1 of 2:"))
    let second = try #require(lines.firstIndex(of: "Teacher 2 of 2:"))
    let student = try #require(lines.firstIndex(of: "From what the teachers expect:"))
    #expect(first < second && second < student)
    #expect(lines[first + 1] == teacher && lines[second + 1] == teacher)
    #expect(lines[student + 1] == lines[1])
    // Samples are the student's.
    let sample = try #require(lines.firstIndex { $0.hasPrefix("  | ") })
    #expect(sample > student)
    #expect(lines[second - 1] == "499 of 499 characters written")
    #expect(
      lines[student - 3..<student] == [
        "500 of 500 characters written", "Reading what teacher 1 expects",
        "Reading what teacher 2 expects",
      ])
    #expect(
      lines[student + 2].hasSuffix(
        "; 3 steps of 6 × 20 characters, half of them written by the teachers, on 1 thread"))
    #expect(
      try metrics("run").compactMap { $0["event"] as? String } == [
        "began", "step", "sample", "validation",
      ])
    #expect(try metrics("run/teacher-2").count == 3)

    #expect(
      try charlstm("info run/best.safetensors").output.contains("  --teachers          2\n"))
    #expect(
      try charlstm("train text.txt --output run --resume --teachers 1")
        == .init(
          code: 64, output: "",
          error: "Error: --teachers 1 contradicts the run, which has 2; leave it out\n"))
    #expect(
      try charlstm("train text.txt --output other --teachers 17")
        == .init(
          code: 64, output: "", error: "Error: --teachers must be 0 to 16, got 17\n"))
    let alone = try charlstm(
      "train text.txt --output alone --preset best --teachers 0 --max-steps 1 \(small)")
    #expect(alone.code == 0 && !alone.error.contains("eacher"))
    #expect(
      try charlstm("train text.txt --output other --teacher-text 17")
        == .init(
          code: 64, output: "",
          error: "Error: --teacher-text must be 0 without teachers, got 17\n"))
  }

  /// bfloat16 is an instruction set's, and a run moves on without it.
  @Test func aRunGoesOnOnAnotherCPU() throws {
    let best =
      try charlstm("info --cpu").output.prefix { $0 != "\n" }
      .split(separator: " ").last.map(String.init) ?? ""
    guard best != "baseline" else { return }
    let line = "train text.txt --output run --threads 1 --precision bfloat16 \(small)"
    #expect(try charlstm("\(line) --max-steps 3").code == 0)

    let resume = "train text.txt --output run --resume --threads 1"
    let moved = try charlstm("\(resume) --max-steps 5", cpu: "baseline")
    #expect(moved.code == 0)
    #expect(
      moved.error.hasPrefix(
        "The run was on \(best) in bfloat16, for which this CPU (baseline) has no instructions: it "
          + "goes on in float32.\n"))

    let back = try charlstm("\(resume) --max-steps 7")
    #expect(back.code == 0)
    #expect(
      back.error.hasPrefix(
        "The run was on baseline; on this CPU (\(best)) sums are rounded differently from here "
          + "on.\n"))
    let info = try charlstm("info run/last.safetensors").output
    #expect(info.contains("  --precision         float32\n"))
    // The same promises from there on.
    let same = try charlstm("\(resume) --max-steps 8")
    #expect(same.code == 0 && !same.error.contains("The run was"))
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let line = "train text.txt --max-steps 25 --threads 2 --dropout-output 0.2 --quiet \(small)"
    for run in ["first", "second", "third"] {
      #expect(
        try charlstm("\(line) --output \(run) --seed \(run == "third" ? 6 : 5)")
          == .init(code: 0, output: "", error: ""))
    }
    for name in ["best.safetensors", "last.safetensors"] {
      let bytes = try charlstm.bytes(of: "first/\(name)")
      #expect(try charlstm.bytes(of: "second/\(name)") == bytes)
      #expect(try charlstm.bytes(of: "third/\(name)") != bytes)
    }
    let losses = try ["first", "second"].map { try metrics($0).map { $0["train_loss"] as? Double } }
    #expect(losses[0] == losses[1])
  }

  @Test func shortTexts() throws {
    try charlstm.put(String(charlstm.text(of: "text.txt").prefix(330)), at: "short.txt")
    let outcome = try charlstm(
      "train short.txt --output run --hidden-size 12 --max-steps 3 --sample-every 0")
    #expect(outcome.code == 0)
    let lines = outcome.error.split(separator: "\n")
    #expect(lines[0].hasPrefix("297 characters to train on, 32 to validate on; "))
    #expect(lines[2] == "11,589 parameters; 3 steps of 1 × 64 characters, on 1 thread")
    #expect(lines[3] == "The text is short: a step has fewer characters than asked for.")

    try charlstm.put("ab", at: "two.txt")
    let two = try charlstm(
      "train two.txt --output two --validation-fraction 0 --hidden-size 12 --max-steps 3")
    #expect(two.code == 0)
    #expect(
      two.error.contains(
        """
        No part of the text is kept to validate on: the latest model counts as the best, and nothing \
        shows when it begins to learn the text by heart.

        """))
    #expect(try charlstm("sample two/best.safetensors --length 10").code == 0)
  }

  @Test func fromStandardInput() throws {
    let text = try charlstm.text(of: "text.txt")
    let line = "--max-steps 4 --quiet \(small)"
    #expect(try charlstm("train - --output piped \(line)", input: text).code == 0)
    #expect(try charlstm("train text.txt --output read \(line)").code == 0)
    // The models are the same but for the name of the text in the summary.
    let sample = "--length 50 --seed 1"
    #expect(
      try charlstm("sample piped/last.safetensors \(sample)")
        == charlstm("sample read/last.safetensors \(sample)"))
    #expect(try charlstm("info piped/last.safetensors").output.contains("standard input"))
  }

  @Test func fromAModel() throws {
    #expect(
      try charlstm("train text.txt --output first --max-steps 30 --quiet \(small)").code == 0)
    let outcome = try charlstm(
      """
      train text.txt --output second --max-steps 1 --initialize-from first/last.safetensors \
      --warmup-steps 1000 --batch-size 6 --sequence-length 20 --quiet
      """)
    #expect(outcome == .init(code: 0, output: "", error: ""))
    let before = try #require(metrics("first").last?["validation_loss"] as? Double)
    let after = try #require(metrics("second").last?["validation_loss"] as? Double)
    #expect(abs(before - after) < 0.02)
  }

  @Test func samplesAreShown() throws {
    let outcome = try charlstm(
      """
      train text.txt --output run --max-steps 20 --hidden-size 12 --batch-size 6 \
      --sequence-length 20 --sample-every 20
      """)
    #expect(outcome.error.split(separator: "\n").contains { $0.hasPrefix("  | ") })
  }

  /// Ctrl-C ends the step, saves, and says how to go on; what goes on ends as if nothing had been.
  @Test func interruptAndResume() throws {
    // A split of its own, which the resumed run must keep without being told.
    let options = """
      --max-steps 1000 --epochs 100 --threads 2 --validation-fraction 0.2 --dropout-output 0.1 --seed 3 \
      --precision float32 \(small)
      """
    #expect(try charlstm("train text.txt --output whole --quiet \(options)").code == 0)

    let running = try charlstm.start(
      "train text.txt --output run \(options)".split(separator: " ").map(String.init))
    let metrics = charlstm.folder.appending(path: "run/metrics.jsonl").path
    try running.wait(within: 30) {
      (try? String(contentsOfFile: metrics, encoding: .utf8))?.contains("\"step\":20") ?? false
    }
    running.interrupt()
    let stopped = try running.finish(within: 30)
    #expect(stopped.code == 130 && stopped.output == "")
    let message = try #require(
      stopped.error.firstMatch(
        of: #/Stopped at step (\d+) and saved\. To go on:\n  charlstm (.*)\n$/#))
    let step = try #require(Int(message.1))
    #expect((20..<1000).contains(step))
    #expect(message.2 == "train text.txt --output run --resume")
    #expect(try charlstm("sample run/last.safetensors --length 10").code == 0)

    let resumed = try charlstm(String(message.2))
    #expect(resumed.code == 0)
    #expect(resumed.error.contains("\nGoing on after step \(step).\n"))
    for name in ["best.safetensors", "last.safetensors"] {
      #expect(try charlstm.bytes(of: "run/\(name)") == charlstm.bytes(of: "whole/\(name)"))
    }
    let lines = try self.metrics("run")
    let whole = try self.metrics("whole")
    let isStep = { (line: [String: Any]) in
      ["step", "validation"].contains(line["event"] as? String)
    }
    #expect(
      lines.filter(isStep).map { $0["step"] as? Int }
        == whole.filter(isStep).map { $0["step"] as? Int })
    let beginnings = lines.filter { $0["event"] as? String == "began" }
    #expect(beginnings.map { $0["step"] as? Int } == [0, step])
    #expect(beginnings.last?["command"] as? String == "charlstm \(message.2)")
  }

  @Test func resumeNeedsTheSameText() throws {
    #expect(try charlstm("train text.txt --output run --max-steps 2 --quiet \(small)").code == 0)
    let before = try charlstm.bytes(of: "run/resume.safetensors")
    try charlstm.put("Another text.\n", at: "other.txt")
    #expect(
      try charlstm("train other.txt --output run --resume")
        == .init(
          code: 65, output: "",
          error: """
            Error: cannot resume run/resume.safetensors: the corpus has 14 bytes, the run began \
            with \(charlstm.bytes(of: "text.txt").count); give the text the run began with, or \
            --accept-changed-corpus to go on with this one from the beginning of the epoch

            """))
    #expect(try charlstm.bytes(of: "run/resume.safetensors") == before)
    #expect(
      try charlstm("train text.txt --output run --resume --preset quick")
        == .init(
          code: 64, output: "",
          error: "Error: --preset quick is for a new run; this one goes on with its own settings\n")
    )
  }

  @Test func resumeRefusesWhatContradicts() throws {
    try charlstm.putFixture("tiny.safetensors")
    let begin =
      "train text.txt --output run --quiet --validation-fraction 0.2 --test-fraction 0.1 "
      + "--min-count 2"
    #expect(try charlstm("\(begin) --max-steps 2 \(small)").code == 0)
    let resume = "train text.txt --output run --quiet --resume --max-steps 3"
    for (option, found) in [
      ("--vocabulary bytes", "scalars"), ("--min-count 1", "2"),
      ("--validation-fraction 0.1", "0.2"), ("--test-fraction 0.2", "0.1"),
      ("--initialize-from tiny.safetensors", "none"),
    ] {
      #expect(
        try charlstm("\(resume) \(option)")
          == .init(
            code: 64, output: "",
            error: "Error: \(option) contradicts the run, which has \(found); leave it out\n"))
    }
    #expect(
      try charlstm("\(resume) --vocabulary scalars --min-count 2 --validation-fraction 0.2").code
        == 0)
  }

  @Test func divergenceIsSaid() throws {
    let outcome = try charlstm(
      """
      train text.txt --output run --learning-rate 1e30 --warmup-steps 0 --max-steps 50 \
      --precision float32 \(small)
      """)
    #expect(outcome.code == 65)
    let error = try #require(outcome.error.split(separator: "\n").last)
    #expect(
      error.wholeMatch(
        of:
          #/Error: the loss is not a finite number any more at step \d, learning rate [\d.e+]+; try a lower --learning-rate or --clip-norm 1\. What was saved before stands/#
      ) != nil)
  }
}
