import Form
import Foundation
import Patterns
import Recurrent
import Testing

@Suite("Forms")
struct FormTests {
  private static let english = "\n !'-.,?abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

  private func form(_ change: (inout Form) -> Void) -> Form {
    var form = Form()
    change(&form)
    return form
  }

  /// A few texts of a form.
  private func texts(
    _ form: Form, length: Int, particles: Int = 24, count: Int = 4
  ) throws -> [String] {
    let tiny = try TinyWriter(Self.english)
    let writer = tiny.writer(particles)
    let prepared = try writer.prepare(FormRequest(form, length: length))
    let state = tiny.state()
    return try (0..<count).map { index in
      var random = Xoshiro256(seed: 1, stream: [UInt64(index)])
      let text = try writer.text(prepared, from: state, using: &random)
      #expect(text.characters <= length)
      #expect(text.characters == text.text.unicodeScalars.count)
      return text.text
    }
  }

  @Test func linesHaveTheirLengthsAndBeginnings() throws {
    let texts = try texts(
      form {
        $0.lineLength = 5...9
        $0.acrostic = "rose"
        $0.lines = 4
      }, length: 60)
    for text in texts {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.map { String($0.prefix(1)).lowercased() } == ["r", "o", "s", "e"])
      #expect(lines.allSatisfy { (5...9).contains($0.count) })
    }
  }

  @Test func allWordsAndTheEndAreThere() throws {
    let texts = try texts(
      form {
        $0.contained = ["moon", "sea"]
        $0.ending = "the end."
      }, length: 40)
    for text in texts {
      let words = text.split { !$0.isLetter }
      #expect(words.contains("moon") && words.contains("sea") && text.hasSuffix("the end."))
    }
  }

  @Test func syllablesAreCountedBySpelling() throws {
    let tiny = try TinyWriter(Self.english)
    func fits(_ line: String, _ count: Int) throws -> Bool {
      let writer = tiny.writer(1)
      let both = form {
        $0.syllables = [count]
        $0.match = line
      }
      do {
        _ = try writer.prepare(FormRequest(both, length: 100))
        return true
      } catch FormError.impossible(let rules, _, _) {
        #expect(rules == ["match", "syllables"])
        return false
      }
    }
    for (line, count) in [
      ("haiku", 2), ("name", 1), ("table", 2), ("the", 1), ("whole", 1), ("yes", 1), ("agreed", 2),
      ("names", 2), ("An old silent pond", 5), ("a frog jumps into the pond", 7), ("hmm", 0),
    ] {
      if count > 0 { #expect(try fits(line, count), "\(line)") }
      #expect(try !fits(line, count + 1), "\(line)")
    }
    for text in try texts(form { $0.syllables = [2, 3, 2] }, length: 40) {
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
    }
  }

  @Test func linesRhyme() throws {
    for (lines, rhymes) in [
      ("the night\nso bright", true), ("a name\nthe same", true), ("a name\nthe sum", false),
      ("go!\nno, so?", true), ("hmm\nhmm", false), ("the LIGHT.\nmight", true), ("sea\nplea", true),
    ] {
      let tiny = try TinyWriter(Self.english)
      let both = form {
        $0.rhyme = "AA"
        $0.match = lines.replacingOccurrences(of: "?", with: "\\?").replacingOccurrences(
          of: ".", with: "\\.")
      }
      let writer = tiny.writer(2)
      var random = Xoshiro256(seed: 1)
      let request = FormRequest(both, length: 100)
      if rhymes {
        let text = try writer.text(request, from: tiny.state(), using: &random)
        #expect(text.text == lines)
      } else {
        #expect(throws: FormError.self) {
          try writer.text(request, from: tiny.state(), using: &random)
        }
      }
    }
    let texts = try texts(form { $0.rhyme = "AB-AB" }, length: 40, particles: 48, count: 2)
    for text in texts {
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 5)
    }
  }

  @Test func theSameSeedGivesTheSameTextOnAnyNumberOfThreads() throws {
    let request = FormRequest(form { $0.match = "[a-z]+ [a-z]+\\." }, length: 30)
    var texts: [FormedText] = []
    for threads in [1, 1, 3] {
      let tiny = try TinyWriter(Self.english, threads: threads)
      var random = Xoshiro256(seed: 8)
      texts.append(try tiny.writer(20).text(request, from: tiny.state(after: "Go"), using: &random))
    }
    #expect(texts[0] == texts[1] && texts[0] == texts[2])
    let size = try #require(texts[0].effectiveSampleSize)
    #expect(size > 0)
    let tiny = try TinyWriter(Self.english)
    let probability = tiny.probability(of: texts[0].text, after: tiny.state(after: "Go"))
    #expect(abs(texts[0].surprisal + log(probability)) < 1e-3)
  }

  @Test func aWideBeamFindsTheMostProbableText() throws {
    for (match, following, prompt) in [
      ("(a|bc)+", nil, ""), ("[ab]*c.?", nil, "ab"), (".*", "cab", "c"), (".*", nil, "b"),
    ] as [(String, String?, String)] {
      let tiny = try TinyWriter("abc")
      let engine = try NSRegularExpression(pattern: "\\A(?:\(match))\\z")
      let weights = tiny.weights(length: 4, prompt: prompt, following: following) {
        engine.firstMatch(in: $0, range: NSRange(location: 0, length: $0.utf16.count)) != nil
      }
      let best = try #require(weights.max { $0.value < $1.value })
      let writer = tiny.writer(81)
      let text = try writer.mostProbable(
        writer.prepare(
          FormRequest(form { $0.match = match }, length: 4, following: following)),
        from: tiny.state(after: prompt))
      #expect(text.text == best.key, "\(match)")
      #expect(abs(text.logProbability - log(best.value)) < 1e-3)
      #expect(text.effectiveSampleSize == nil)
    }
  }

  @Test func withoutAFormABeamWritesTheWholeLength() throws {
    let tiny = try TinyWriter("abc")
    let all = tiny.weights(length: 5) { $0.count == 5 }
    let writer = tiny.writer(243)
    let text = try writer.mostProbable(
      writer.prepare(FormRequest(Form(), length: 5)), from: tiny.state())
    #expect(text.text == all.max { $0.value < $1.value }?.key)
  }

  @Test func whatIsImpossibleIsProvedAndNamed() throws {
    let tiny = try TinyWriter("abc\n ")
    let writer = tiny.writer(2)
    func failure(_ length: Int, _ change: (inout Form) -> Void) throws -> String {
      let error = #expect(throws: FormError.self) {
        try writer.prepare(FormRequest(form(change), length: length))
      }
      return try #require(error).description(spelling: { "--\($0)" })
    }
    #expect(
      try failure(10) { $0.match = "x+" }
        == "--match cannot be kept to by any text of the model's characters; change it")
    #expect(
      try failure(10) {
        $0.lines = 3
        $0.lineLength = 4...6
      }
        == "--lines and --line-length together cannot be kept to within 10 characters: the shortest "
        + "such text has 14; ask for more with --length")
    #expect(
      try failure(10) { $0.match = "a{12}" }
        == "--match cannot be kept to within 10 characters: the shortest such text has 12; "
        + "ask for more with --length")
    #expect(
      try failure(50) {
        $0.match = "[ab ]*"
        $0.lines = 1
        $0.contained = ["cab", "abba"]
      }
        == "--match and --contain together cannot be kept to by any text of the model's characters; "
        + "leave one out or change it")
    #expect(
      try failure(30) {
        $0.acrostic = "ab"
        $0.rhyme = "AAB"
        $0.match = "[abc\n]*"
      }.hasPrefix("--acrostic and --rhyme together cannot be kept to"))
    // No two of them contradict each other, but all three do.
    #expect(
      try failure(30) {
        $0.match = "(ab)*|(ba)*"
        $0.ending = "a"
        $0.acrostic = "a"
      }
        == "--match, --acrostic and --ends-with together cannot be kept to by any text of the model's "
        + "characters; leave one out or change it")
    #expect(
      try failure(30) { $0.match = "a(" }
        == "the pattern a( at character 2: this ( has no ); write \\( for a parenthesis")
    #expect(try failure(30) { $0.lines = 0 } == "--lines must be 1 to 1000, got 0")
    #expect(
      try failure(30) { $0.rhyme = "A1" }
        == "--rhyme must be a letter or - for each line, such as AABB, got A1")
    #expect(throws: FormError.unknownCharacter("x")) {
      try writer.prepare(FormRequest(Form(), length: 3, following: "axb"))
    }
    // The model holds every letter possible, so whatever is not proved impossible is found.
    var random = Xoshiro256(seed: 1)
    let text = try writer.text(
      FormRequest(
        form {
          $0.match = "(ab)*|(ba)*"
          $0.ending = "a"
          $0.acrostic = "b"
        }, length: 7), from: tiny.state(), using: &random)
    #expect(text.text.hasPrefix("ba"))
  }

  @Test func nothingIsAText() throws {
    let tiny = try TinyWriter("abc")
    var random = Xoshiro256(seed: 1)
    let text = try tiny.writer(4).text(
      FormRequest(Form(), length: 0), from: tiny.state(), using: &random)
    #expect(text.text.isEmpty && text.surprisal == 0 && text.meanSurprisal == 0)
    #expect(abs(text.logProbability) < 1e-9)
  }

  /// What is to be widened is named.
  @Test func whereNothingWasFound() {
    let rules = ["match", "lines"]
    #expect(
      FormError.nothingFound(rules: rules, particles: 4, isBeam: true).description
        == "a beam of 4 found no text for match and lines; give a wider one with beam, or more room "
        + "with length")
    #expect(
      FormError.nothingFound(rules: rules, particles: 4, isBeam: false).description
        == "none of 4 particles found a text for match and lines; give more with particles, or more "
        + "room with length")
  }

  /// Stopped before any text is whole it is a beginning, after that a text of the form.
  @Test(arguments: [0, 1, 4, 12])
  func aTextThatIsStoppedIsAsFarAsItHasCome(steps: Int) throws {
    let tiny = try TinyWriter("abc")
    let writer = tiny.writer(8)
    let state = tiny.state()
    func stopped(_ match: String, byBeam: Bool) throws -> FormedText {
      let prepared = try writer.prepare(FormRequest(form { $0.match = match }, length: 40))
      var asked = 0
      func goesOn() -> Bool {
        asked += 1
        return asked <= steps
      }
      var random = Xoshiro256(seed: 4)
      let text =
        byBeam
        ? try writer.mostProbable(prepared, from: state, goesOn: goesOn)
        : try writer.text(prepared, from: state, using: &random, goesOn: goesOn)
      #expect(asked <= steps + 1)
      return text
    }
    for byBeam in [false, true] {
      let beginning = try stopped("a[bc]{29}", byBeam: byBeam)
      #expect(!beginning.isWhole && beginning.characters == steps)
      #expect(try Regex("a[bc]*|").wholeMatch(in: beginning.text) != nil)
      let whole = try stopped("[ab]*", byBeam: byBeam)
      #expect(whole.isWhole == (steps > 0))
      #expect(whole.characters <= steps)
      #expect(try Regex("[ab]*").wholeMatch(in: whole.text) != nil)
      // What is finished before is not a beginning.
      let short = try stopped("a[bc]", byBeam: byBeam)
      #expect(short.isWhole == (steps > 2))
    }
    var random = Xoshiro256(seed: 4)
    let request = FormRequest(form { $0.match = "a[bc]{29}" }, length: 40)
    #expect(try writer.text(request, from: state, using: &random).isWhole)
  }
}
