import Foundation
import Testing

/// What may happen to a run folder while a run writes to it.
@Suite("Run folders") struct RunFolderTests {
  private let shell: Shell

  init() throws { shell = try Shell() }

  @Test func oneProcessAtATime() throws {
    let outcome = try shell(
      """
      $train --epochs 1000000 --save-every 10 & child=$!
      until [ -e run/resume.safetensors ]; do sleep 0.01; done
      $train --overwrite; first=$?
      $train --resume; second=$?
      kill -KILL $child; wait $child
      $train --overwrite --max-steps 3 && [ $first = 75 ] && [ $second = 75 ]
      """)
    // The lock ends with the process that held it.
    #expect(outcome.code == 0)
    #expect(
      outcome.error.contains(
        "Error: another process is writing to run; wait until it ends, or give another folder\n"))
  }

  @Test func leftoversAreClearedAwayButNotWhatIsBeingWritten() throws {
    let outcome = try shell(
      """
      mkdir run; touch run/.charlstm-a.partial run/.charlstm-b.partial run/other.partial
      exec 9> run/.charlstm-c.partial; flock -x 9
      $train --max-steps 3
      """)
    #expect(outcome.code == 0)
    #expect(
      try shell.names(in: "run") == [
        ".charlstm-c.partial", ".lock", "best.safetensors", "last.safetensors", "metrics.csv",
        "metrics.jsonl", "other.partial", "report.html", "resume.safetensors",
      ])
  }

  @Test func removedWhileRunning() throws {
    let outcome = try shell(
      """
      $train --epochs 1000000 --save-every 10 & child=$!
      until [ -e run/resume.safetensors ]; do sleep 0.01; done
      until rm -rf run; do :; done 2> /dev/null; wait $child
      """)
    #expect(outcome.code == 73)
    #expect(outcome.error.contains("Error: cannot create run/"))
    try goesOn(as: outcome.error, "--sample-every 0")
  }

  /// A classifier's is kept as a language model's is.
  @Test func classifierRemovedWhileRunning() throws {
    let rows = (0..<60).map { $0 % 2 == 0 ? "low,ab\($0)" : "high,zy\($0)" }
    try shell.put(Data("label,text\n\(rows.joined(separator: "\n"))\n".utf8), at: "texts.csv")
    let outcome = try shell(
      """
      $charlstm classify train texts.csv --output run --quiet --threads 1 --layers 1 \
        --hidden-size 8 --embedding-size 4 --epochs 1000000 --save-every 10 \
        --validation-fraction 0.25 & child=$!
      until [ -e run/resume.safetensors ]; do sleep 0.01; done
      until rm -rf run; do :; done 2> /dev/null; wait $child
      """)
    #expect(outcome.code == 73)
    #expect(outcome.error.contains("Error: cannot create run/"))
    try goesOn(as: outcome.error, "")
  }

  /// Does what the message says, and the run goes on.
  private func goesOn(as message: String, _ options: String) throws {
    let lines = message.split(separator: "\n").map(String.init)
    let first = try #require(
      lines.firstIndex { $0.hasPrefix("  mkdir -p run && mv ") }, "\(message)")
    let step = try #require(message.firstMatch(of: /The state at step (\d+) is kept/)).1
    #expect(
      try shell("ls -l temporary/*.safetensors | grep ^-rw------- && \(lines[first])").code == 0)
    let steps = try #require(Int(step)) + 5
    let command = lines[first + 1].replacing("  charlstm ", with: "$charlstm ")
    let outcome = try shell("\(command) --max-steps \(steps) \(options)")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.replacing(",", with: "").contains("Going on after step \(step)."))
  }

  @Test func fileTooLarge() throws {
    // The resume file is beyond the limit of so many kilobytes, the models are not.
    let outcome = try shell(
      """
      $train --max-steps 5 && cp run/resume.safetensors . || exit 99
      (ulimit -f 40; $train --resume --max-steps 8); code=$?
      for name in best last; do $charlstm info run/$name.safetensors > /dev/null || code=98; done
      cmp run/resume.safetensors resume.safetensors || code=97
      exit $code
      """)
    #expect(outcome.code == 74, "\(outcome.error)")
    #expect(outcome.error.contains("File too large; make room and try again"))
    #expect(!outcome.error.contains("is kept"), "it is too large elsewhere too")
    #expect(try shell.names(in: "run").allSatisfy { !$0.hasSuffix(".partial") })
    // The next one, with room, goes on.
    #expect(try shell("$train --resume --max-steps 9").code == 0)
  }

  @Test(.enabled(if: Shell.canMount)) func fullDisk() throws {
    let outcome = try shell(
      """
      mkdir run && mount -t tmpfs -o size=1m none run || exit 99
      $train --max-steps 5 && cp run/*.safetensors . && rm run/report.html run/metrics.csv
      head -c 2000000 /dev/zero > run/ballast
      $train --resume --max-steps 20; code=$?
      for name in best last; do $charlstm info run/$name.safetensors > /dev/null || code=98; done
      cmp run/resume.safetensors resume.safetensors || code=97
      rm run/ballast; $train --resume --max-steps 30 || code=96
      umount run; exit $code
      """)
    #expect(outcome.code == 74, "\(outcome.error)")
    #expect(outcome.error.contains("No space left on device; make room and try again"))
    #expect(outcome.error.contains("is kept; to go on from it:\n  mkdir -p run && mv "))
  }

  @Test(.enabled(if: Shell.canMount)) func readOnly() throws {
    let outcome = try shell(
      """
      mkdir run && mount -t tmpfs none run || exit 99
      $train --max-steps 5 || exit 98
      mount -o remount,ro run || exit 97
      $train --overwrite; first=$?
      $train --resume --max-steps 10; second=$?
      umount run; [ $first = 73 ] && [ $second = 73 ]
      """)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("Read-only file system"))
  }

  @Test func somethingInTheWay() throws {
    for name in ["best.safetensors", "last.safetensors", "resume.safetensors"] {
      let kept = try shell("rm -rf run; mkdir -p run/\(name)/x; $train --max-steps 5")
      #expect(kept.code == 73 && kept.error.contains("there is a file run/\(name) already"))
      let outcome = try shell("$train --max-steps 5 --overwrite")
      #expect(outcome.code == 74)
      #expect(
        outcome.error.contains("Error: cannot put the finished file at run/\(name): "),
        "\(outcome.error)")
    }
    #expect(try shell("rm -rf run; touch run; $train").code == 73)
  }

  /// Links that someone planted are not written through.
  @Test func links() throws {
    let outcome = try shell(
      """
      mkdir run; echo precious > precious
      for name in best.safetensors last.safetensors resume.safetensors metrics.jsonl; do
        ln -s ../precious run/$name
      done
      $train --max-steps 3 || [ $? = 73 ] && $train --max-steps 3 --overwrite && cat precious && rm run/.lock && ln -s ../precious run/.lock &&
        $train --overwrite
      """)
    #expect(outcome.code == 73)
    #expect(String(decoding: outcome.output, as: UTF8.self) == "precious\n")
    #expect(outcome.error.contains("it is a symbolic link, which is not written through"))
    let resumed = try shell(
      "rm run/.lock; mv run/metrics.jsonl m; ln -s ../precious run/metrics.jsonl; $train --resume --max-steps 9; code=$?; cat precious; exit $code"
    )
    #expect(resumed.code == 73)
    #expect(String(decoding: resumed.output, as: UTF8.self) == "precious\n")
  }
}
