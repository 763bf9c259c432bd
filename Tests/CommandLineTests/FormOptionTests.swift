import Foundation
import Testing

@Suite("sample in a form")
struct FormOptionTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private func sample(_ options: [String], length: Int = 40) throws -> CommandLineSession.Outcome {
    try charlstm.start(
      ["sample", "tiny.safetensors", "--precision", "float32", "--length", "\(length)"] + options
    ).finish(within: 120)
  }

  @Test func aFormIsKeptTo() throws {
    let options = ["--match", "[A-Z][a-z ]+\\.", "--seed", "3", "--particles", "16"]
    let outcome = try sample(options)
    #expect(outcome.code == 0)
    #expect(try outcome.output.wholeMatch(of: Regex("[A-Z][a-z ]+\\.\n")) != nil)
    let told = try Regex(
      "effective sample size \\d+\\.\\d\\d of 16 particles, \\d\\.\\d\\d nats a character, "
        + "log-probability -?\\d+\\.\\d\\d\n")
    #expect(outcome.error.wholeMatch(of: told) != nil, "\(outcome.error)")
    #expect(try sample(options) == outcome)
    #expect(try sample(options + ["--output", "text.txt"]).output == "")
    #expect(try charlstm.text(of: "text.txt") == outcome.output)

    let many = try sample(options + ["--count", "3", "--prompt", "KING: "])
    #expect(many.code == 0)
    let texts = many.output.split(separator: "\n")
    #expect(
      texts.count == 6
        && texts.enumerated().allSatisfy {
          $0.element.hasPrefix(
            $0.offset % 2 == 0 ? "==> \($0.offset / 2) <==" : "KING: ")
        })
  }

  @Test func recordsTellOfTheForm() throws {
    let outcome = try sample(
      ["--infill", " the king.", "--json-lines", "--particles", "8", "--count", "2"], length: 12)
    #expect(outcome.code == 0)
    let records = try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(records.count == 2)
    for record in records {
      #expect((record["text"] as? String)?.hasSuffix(" the king.") == true)
      #expect(record["infill"] as? String == " the king.")
      #expect(record["particles"] as? Int == 8 && record["beam"] == nil)
      #expect(try #require(record["effective_sample_size"] as? Double) >= 1)
      #expect(try #require(record["log_probability"] as? Double) < 0)
      #expect(try #require(record["nats_of_infill"] as? Double) > 0)
      #expect(try #require(record["characters"] as? Int) <= 12)
    }
    let beam = try sample(["--beam", "8", "--json-lines"], length: 12)
    #expect(beam.output.contains("\"beam\":8") && !beam.output.contains("particles"))
    #expect(
      try sample(["--beam", "8", "--json-lines", "--seed", "1"], length: 12).output.contains(
        "\"characters\":12"))
    #expect(try !sample(["--json-lines"], length: 3).output.contains("log_probability"))
  }

  @Test func whatIsImpossibleIsSaidBeforeAnythingIsWritten() throws {
    for (options, message) in [
      (
        ["--lines", "3", "--line-length", "20-30"],
        "--lines and --line-length together cannot be kept to within 40 characters: the shortest such "
          + "text has 62; ask for more with --length"
      ),
      (
        ["--match", "☃+"],
        "--match cannot be kept to by any text of the model's characters; change it"
      ),
      (
        ["--contain", "sea", "--match", "[a-d ]*"],
        "--match and --contain together cannot be kept to by any text of the model's characters; "
          + "leave one out or change it"
      ),
      (
        ["--infill", "☃"],
        "the model does not know \"☃\", which is in the text that is to follow; leave it out"
      ),
    ] {
      #expect(try sample(options) == .init(code: 65, output: "", error: "Error: \(message)\n"))
    }
  }

  @Test func mistakes() throws {
    for (options, message) in [
      (
        ["--match", "a(b"],
        "the pattern a(b at character 2: this ( has no ); write \\( for a parenthesis"
      ),
      (["--lines", "0"], "--lines must be 1 to 1000, got 0"),
      (
        ["--line-length", "9-3"],
        "--line-length must be a number or a range such as 20-40, got 9-3"
      ),
      (
        ["--syllables", "5-seven"],
        "--syllables must be numbers with - between them, such as 5-7-5, got 5-seven"
      ),
      (
        ["--rhyme", "A!"], "--rhyme must be a letter or - for each line, such as AABB, got A!"
      ),
      (["--contain", ""], "--contain must be a word, got nothing"),
      (["--particles", "0", "--lines", "2"], "--particles must be 1 to 65536, got 0"),
      (["--particles", "9"], "--particles needs a form, such as --match or --lines"),
      (["--particles", "9", "--beam", "9"], "give --particles or --beam, not both"),
      (["--match-ignoring-case"], "--match-ignoring-case needs --match"),
      (["--beam", "4", "--count", "2"], "--beam finds one text; leave out --count"),
      (
        ["--lines", "2", "--stop", "x"],
        "--stop does not go with a form, which says itself where a text ends"
      ),
      (["--lines", "2", "--ban", "x"], "--ban does not go with a form"),
      (
        ["--lines", "2", "--top-k", "3"],
        "a form is written with the model's own probabilities: of the choice of characters only "
          + "--temperature goes with it"
      ),
      (
        ["--lines", "2", "--temperature", "0"],
        "--temperature must be more than 0 with a form, got 0"
      ),
    ] {
      #expect(try sample(options) == .init(code: 64, output: "", error: "Error: \(message)\n"))
    }
  }

  /// What had been written so far is shown, as of a free text.
  @Test func controlCEndsIt() throws {
    let line = [
      "sample", "tiny.safetensors", "--precision", "float32", "--length", "20000", "--prompt", "K",
      "--lines", "300", "--line-length", "50",
    ]
    for search in [["--particles", "8"], ["--beam", "8"]] {
      var outcome = CommandLineSession.Outcome(code: 0, output: "", error: "")
      // It ends by the signal itself where that comes before the writing has begun.
      for seconds in [1, 4, 16] where outcome.output.isEmpty {
        let running = try charlstm.start(line + search)
        Thread.sleep(forTimeInterval: Double(seconds))
        running.interrupt()
        outcome = try running.finish(within: 20)
        #expect(outcome.code == 130 && outcome.error == "")
      }
      let lines = outcome.output.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
      #expect(outcome.output.hasPrefix("K") && outcome.output.hasSuffix("\n"))
      #expect((1..<300).contains(lines.count) && outcome.output.count > 2)
      #expect(lines.dropLast().dropFirst().allSatisfy { $0.count == 50 })
    }
    let running = try charlstm.start(line + ["--output", "text.txt"])
    Thread.sleep(forTimeInterval: 1)
    running.interrupt()
    #expect(try running.finish(within: 20).code == 130)
    #expect(try charlstm.names() == ["tiny.safetensors"])
  }
}
