import Foundation
import Testing

/// A run that is stopped, however it is, and resumed ends as one left alone.
@Suite("Stopped runs") struct StoppedRunTests {
  private let shell: Shell

  init() throws { shell = try Shell() }

  /// The models that an undisturbed run of the same text ends with.
  private func expected() throws -> [Data] {
    let other = try Shell()
    #expect(try other("$train").code == 0)
    return try models(other)
  }

  private func models(_ shell: Shell) throws -> [Data] {
    try ["best", "last"].map { try shell.bytes(of: "run/\($0).safetensors") }
  }

  /// Killed at random moments between and amid savings.
  @Test func killed() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10 {
      let seconds = Double.random(in: 0.02...0.25, using: &generator)
      let resume =
        FileManager.default.fileExists(atPath: "\(shell.folder)/run/resume.safetensors")
        ? "--resume" : ""
      _ = try shell("timeout -s KILL \(seconds) $train --save-every 1 \(resume)")
      let there = (try? shell.names(in: "run")) ?? []
      for name in there where name == "best.safetensors" || name == "last.safetensors" {
        let outcome = try shell("$charlstm info run/\(name)")
        #expect(outcome.code == 0, "\(outcome.error)")
      }
    }
    let outcome = try shell(
      "if [ -e run/resume.safetensors ]; then $train --resume; else $train; fi")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try models(shell) == expected())
    #expect(try shell.names(in: "run").allSatisfy { !$0.hasSuffix(".partial") })
  }

  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)] as [(String, Int32)])
  func stoppedBySignal(name: String, code: Int32) throws {
    // After some steps, which the metrics tell of. In the foreground: a shell has its jobs in the
    // background ignore SIGINT.
    let outcome = try shell(
      """
      (until grep -qs '"step":[1-9]' run/metrics.jsonl; do sleep 0.01; done; kill -\(name) $(cat pid)) &
      bash -c 'echo $$ > pid; exec $train --epochs 12'
      """)
    #expect(outcome.code == code)
    #expect(
      outcome.error.contains("and saved. To go on:\n  charlstm train text --output run --resume"))
    #expect(try shell("$train --epochs 12 --resume").code == 0)
    let other = try Shell()
    #expect(try other("$train --epochs 12").code == 0)
    #expect(try models(shell) == models(other))
    // No step twice, none left out.
    let steps = { (shell: Shell) in
      String(decoding: try shell.bytes(of: "run/metrics.jsonl"), as: UTF8.self)
        .split(separator: "\n").filter { !$0.contains("\"began\"") }.joined()
        .matches(of: /"step":(\d+)/).map(\.1).map(String.init)
    }
    #expect(try steps(shell) == steps(other))
  }

  @Test func nohup() throws {
    let outcome = try shell(
      """
      (until grep -qs '"step":[1-9]' run/metrics.jsonl; do sleep 0.01; done; kill -HUP $(cat pid)) &
      nohup bash -c 'echo $$ > pid; exec $train'
      """)
    #expect(outcome.code == 0)
    #expect(try models(shell) == expected())
  }

  /// Metrics written after the last saving are written again, not twice.
  @Test func metricsFollowTheSavings() throws {
    #expect(try shell("$train --max-steps 60 --save-every 50").code == 0)
    let metrics = try shell.bytes(of: "run/metrics.jsonl")
    let later = Data(#"{"event":"step","step":61}"#.utf8) + Data("\n{\"event\":\"st".utf8)
    try shell.put(metrics + later, at: "run/metrics.jsonl")
    #expect(try shell("$train --resume").code == 0)
    #expect(try shell.bytes(of: "run/metrics.jsonl") == metrics)
  }

  @Test func extended() throws {
    // Given, what would follow from the number of epochs.
    let train = """
      $train --schedule constant --dropout-embedding 0 --dropout-layers 0.2 --dropout-output 0.1 \
      --weight-decay 0.1 --average-decay 0.99 --warmup-steps 10 --patience 99
      """
    #expect(try shell(train).code == 0)
    #expect(try shell("$train --resume --extend 2").code == 0)
    let other = try Shell()
    #expect(try other("\(train) --epochs 5").code == 0)
    // All but the number of epochs that the models were to have, which they tell.
    let scores = try [shell, other].map { shell in
      for name in ["best", "last"] {
        _ = try shell("tail -c 20000 run/\(name).safetensors > \(name)")
      }
      return try [shell.bytes(of: "best"), shell.bytes(of: "last")]
    }
    #expect(scores[0] == scores[1])

    for (options, message) in [
      ("--extend 1", "Error: --extend and --accept-changed-corpus go with --resume\n"),
      ("--resume --epochs 5 --extend 0", "Error: --extend must be 1 to 1000000, got 0\n"),
      (
        "--resume --epochs 9",
        "Error: --epochs 9 contradicts the run, which has 5; leave it out, or add epochs with "
          + "--extend\n"
      ),
      (
        "--resume --epochs 5 --hidden-size 25",
        "Error: --hidden-size 25 contradicts the run, whose model has 24\n"
      ),
    ] {
      let outcome = try shell("$train --schedule constant \(options)")
      #expect(outcome.code == 64)
      #expect(outcome.error == message)
    }
  }

  @Test func changedCorpus() throws {
    #expect(try shell("$train --max-steps 30").code == 0)
    let resume = try shell.bytes(of: "run/resume.safetensors")
    var text = try shell.bytes(of: "text")
    text[5000] ^= 1
    try shell.put(text, at: "text")
    let refused = try shell("$train --resume --max-steps 50")
    #expect(refused.code == 65)
    #expect(
      refused.error
        == """
        Error: cannot resume run/resume.safetensors: the corpus is not the one the run began \
        with, though it has as many bytes; give the text the run began with, or \
        --accept-changed-corpus to go on with this one from the beginning of the epoch

        """)
    #expect(try shell.bytes(of: "run/resume.safetensors") == resume)
    for (index, size) in [9000, 13_000, 200].enumerated() {
      try shell.put(Data((text + text).prefix(size)), at: "text")
      #expect(try shell("$train --resume").error.contains("has \(size) bytes, the run began with"))
      let accepted = try shell(
        "$train --resume --accept-changed-corpus --max-steps \(40 + 10 * index)")
      #expect(accepted.code == 0, "\(accepted.error)")
    }
  }

  /// Where saving by time is asked for, a run killed before its first epoch's end can be resumed.
  @Test func savedByTheClock() throws {
    let outcome = try shell(
      """
      $train --epochs 1000 --validate-every 100000 --save-minutes 0 & child=$!
      until [ -e run/resume.safetensors ]; do sleep 0.01; done
      kill -KILL $child; wait $child
      """)
    #expect(outcome.code == 137)
    let resumed = try shell("$train --epochs 1000 --resume --max-steps 5")
    #expect(resumed.code == 0, "\(resumed.error)")
  }
}
