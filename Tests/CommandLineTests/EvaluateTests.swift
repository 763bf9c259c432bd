import Foundation
import Testing

@Suite("charlstm evaluate and info")
struct EvaluateTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private func json(_ text: String) throws -> [String: Any] {
    #expect(text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func jsonResult() throws {
    try charlstm.put("The king is dead.\n", at: "text.txt")
    let outcome = try charlstm("evaluate tiny.safetensors text.txt --json --precision float32")
    #expect(outcome.code == 0 && outcome.error == "")
    let record = try json(outcome.output)
    #expect(
      Set(record.keys) == [
        "characters", "unknown_characters", "nats_per_character", "bits_per_character",
        "bits_per_byte", "perplexity",
      ])
    #expect(record["characters"] as? Int == 17)
    #expect(record["unknown_characters"] as? Int == 0)
    let nats = try #require(record["nats_per_character"] as? Double)
    #expect(abs((record["perplexity"] as? Double ?? 0) - exp(nats)) < 1e-9)
    #expect(abs((record["bits_per_character"] as? Double ?? 0) - nats / log(2)) < 1e-9)
    #expect(record["bits_per_byte"] as? Double == record["bits_per_character"] as? Double)
  }

  @Test func severalTextsAreOne() throws {
    try charlstm.put("The king\n", at: "1.txt")
    try charlstm.put("is dead.\n", at: "2.txt")
    // Of a model that does not say how its files were joined, no two lines become one.
    try charlstm.put("The king", at: "open.txt")
    try charlstm.put("The king\nis dead.\n", at: "text.txt")
    let whole = try charlstm("evaluate tiny.safetensors text.txt")
    #expect(whole.code == 0)
    #expect(try charlstm("evaluate tiny.safetensors 1.txt 2.txt") == whole)
    #expect(try charlstm("evaluate tiny.safetensors open.txt 2.txt") == whole)
    #expect(
      try charlstm("evaluate tiny.safetensors 1.txt -", input: "is dead.\n") == whole)
  }

  @Test func unknownCharactersAreCounted() throws {
    try charlstm.put("The kíng ís dead.\n", at: "text.txt")
    let outcome = try charlstm("evaluate tiny.safetensors text.txt --json")
    #expect(outcome.code == 0)
    #expect(
      outcome.error == "The model does not know 2 characters of the text, which are left out.\n")
    #expect(try json(outcome.output)["characters"] as? Int == 15)
    #expect(try json(outcome.output)["unknown_characters"] as? Int == 2)
  }

  /// Nothing is better predicted for what a model does not know.
  @Test(arguments: ["", "--dynamic-evaluation", "--lanes 2", "--windows 5 --window-count 20"])
  func ratesAreOverTheSameCharacters(options: String) throws {
    let known = "The king is dead, long live the king"
    try charlstm.put(known, at: "known.txt")
    let line = "--json " + (options.contains("dynamic") ? "" : "--precision float32 ") + options
    var expected = try json(charlstm("evaluate tiny.safetensors known.txt \(line)").output)
    expected["unknown_characters"] = nil
    for unknown in ["é", "語", "😀", "éЖ語😀", String(repeating: "Ж", count: 5000)] {
      for text in [known + unknown, unknown + known, "The ki\(unknown)" + known.dropFirst(6)] {
        try charlstm.put(text, at: "text.txt")
        let outcome = try charlstm("evaluate tiny.safetensors text.txt \(line)")
        var found = try json(outcome.output)
        #expect(
          found.removeValue(forKey: "unknown_characters") as? Int == unknown.unicodeScalars.count)
        if var dynamic = found["dynamic_evaluation"] as? [String: Any] {
          #expect(dynamic["unknown_characters"] as? Int == unknown.unicodeScalars.count)
          dynamic["unknown_characters"] = 0
          found["dynamic_evaluation"] = dynamic
        }
        #expect(found as NSDictionary == expected as NSDictionary)
      }
    }
  }

  @Test func theTableSaysWhatIsNotCounted() throws {
    try charlstm.put("The king is dead.", at: "known.txt")
    try charlstm.put("The king is dead.éé語", at: "text.txt")
    let known = try charlstm("evaluate tiny.safetensors known.txt --precision float32").output
    let outcome = try charlstm("evaluate tiny.safetensors text.txt --precision float32")
    #expect(
      outcome.output.split(separator: "\n").filter { !$0.hasPrefix("not counted") }
        == known.split(separator: "\n"))
    #expect(
      outcome.output.hasPrefix(
        """
        characters          16
        not counted         3 unknown characters, 15.00% of the text
        nats per character  
        """))
  }

  @Test func lanes() throws {
    try charlstm.put(
      String(repeating: "The king is dead.\nLong live the king!\n", count: 200), at: "text.txt")
    let exact = try json(
      charlstm("evaluate tiny.safetensors text.txt --json --precision float32").output)
    let cut = try json(
      charlstm("evaluate tiny.safetensors text.txt --json --precision float32 --lanes 5").output)
    let difference =
      try #require(exact["nats_per_character"] as? Double)
      - #require(cut["nats_per_character"] as? Double)
    #expect(abs(difference) < 1e-3)
    // More lanes than characters.
    try charlstm.put("The", at: "short.txt")
    #expect(
      try charlstm("evaluate tiny.safetensors short.txt --lanes 64 --precision float32")
        == charlstm("evaluate tiny.safetensors short.txt --precision float32"))
  }

  @Test func windows() throws {
    try charlstm.put(
      String(repeating: "The king is dead.\nLong live the king!\n", count: 20), at: "text.txt")
    let line =
      "evaluate tiny.safetensors text.txt --windows 30 --window-count 100 --precision float32"
    let one = try charlstm("\(line) --json --threads 1")
    #expect(one.code == 0 && one.error == "")
    #expect(try charlstm("\(line) --json --threads 3") == one)
    #expect(try charlstm("\(line) --json --seed 1") == one)
    #expect(try charlstm("\(line) --json --seed 2") != one)
    let record = try json(one.output)
    #expect(
      Set(record.keys) == [
        "characters", "unknown_characters", "nats_per_character", "bits_per_character",
        "bits_per_byte", "perplexity", "windows", "window_count", "seed", "standard_error",
      ])
    #expect(record["characters"] as? Int == 3000)
    #expect(record["windows"] as? Int == 30)
    #expect(record["window_count"] as? Int == 100)
    #expect(record["seed"] as? Int == 1)
    let error = try #require(record["standard_error"] as? Double)
    #expect(error > 0 && error < 0.1)
    // One window has no deviation.
    let single = try json(charlstm("\(line) --window-count 1 --json").output)
    #expect(single["standard_error"] == nil)
  }

  @Test func dynamicEvaluation() throws {
    try charlstm.put(
      String(repeating: "The king is dead.\nLong live the king!\n", count: 20), at: "text.txt")
    let still = try json(
      charlstm("evaluate tiny.safetensors text.txt --json --precision float32").output)
    let outcome = try charlstm(
      """
      evaluate tiny.safetensors text.txt --json --dynamic-evaluation --dynamic-rate 0.001 \
      --dynamic-decay 0.01 --dynamic-segment 20
      """)
    #expect(outcome.code == 0 && outcome.error == "")
    var record = try json(outcome.output)
    let dynamic = try #require(
      record.removeValue(forKey: "dynamic_evaluation") as? [String: Any])
    #expect(record as NSDictionary == still as NSDictionary, "the static figures are as ever")
    #expect(Set(dynamic.keys) == Set(still.keys).union(["rate", "decay", "segment"]))
    #expect(dynamic["characters"] as? Int == 759)
    #expect(dynamic["segment"] as? Int == 20)
    #expect(abs((dynamic["rate"] as? Double ?? .nan) - 0.001) < 1e-9)
    #expect(abs((dynamic["decay"] as? Double ?? .nan) - 0.01) < 1e-9)
    let nats = try #require(dynamic["nats_per_character"] as? Double)
    #expect(try nats < #require(still["nats_per_character"] as? Double) - 0.1)
  }

  @Test func infoAsJSON() throws {
    let outcome = try charlstm("info tiny.safetensors --json")
    #expect(outcome.code == 0 && outcome.error == "")
    let record = try json(outcome.output)
    #expect(Set(record.keys) == ["configuration", "parameters", "training", "vocabulary"])
    #expect(record["parameters"] as? Int == 9487)
    let configuration = try #require(record["configuration"] as? [String: Any])
    #expect(configuration["hiddenSize"] as? Int == 32)
    #expect(configuration["cell"] as? String == "lstm")
    let training = try #require(record["training"] as? [String: Any])
    #expect(training["steps"] as? Int == 1920)
  }
}
