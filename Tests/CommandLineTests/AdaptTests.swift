import Foundation
import Testing

@Suite("sample --adapt")
struct AdaptTests {
  private let charlstm: CommandLineSession
  private let write = "sample tiny.safetensors --seed 7 --length 60"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    let refrain = "The king is dead; long live the king.\n"
    try charlstm.put(String(repeating: refrain, count: 30), at: "text.txt")
    try charlstm.put(String(repeating: refrain, count: 10), at: "rest.txt")
  }

  /// What was said, with figures that depend on the machine left out.
  private func said(_ error: String) -> String {
    error.replacing(/[0-9.]+ s, [0-9,]+\/s/, with: "T").replacing(/\d\.\d{4}/, with: "N")
  }

  private func nats(_ model: String, _ text: String) throws -> Double {
    let outcome = try charlstm("evaluate \(model) \(text) --precision float32 --json")
    let record = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require((record as? [String: Any])?["nats_per_character"] as? Double)
  }

  @Test func itWritesAnotherTextAndTheSameEachTime() throws {
    let plain = try charlstm(write)
    let original = try charlstm.bytes(of: "tiny.safetensors")
    let adapted = try charlstm(write + " --adapt text.txt")
    #expect(adapted.code == 0 && adapted.output != plain.output)
    #expect(
      said(adapted.error)
        == "Learnt from text.txt: 1,140 characters in T; nats per character: N before, N while "
        + "learning.\n")
    let figures = adapted.error.matches(of: /\d\.\d{4}/).compactMap { Double($0.output) }
    #expect(figures.count == 2 && figures[1] < figures[0])
    #expect(abs(try nats("tiny.safetensors", "text.txt") - figures[0]) < 1e-4)
    for more in ["", " --threads 1", " --count 1 --batch-size 3"] {
      #expect(try charlstm(write + " --adapt text.txt" + more).output == adapted.output)
    }
    // The texts of a batch are of the same model.
    let many = try charlstm(write + " --adapt text.txt --count 3")
    #expect(many.output.hasPrefix("==> 0 <==\n" + adapted.output + "==> 1 <==\n"))
    let best = try charlstm(
      write + " --adapt text.txt --json-lines --best-of 2 --ban king --clamp 1.3=0.5")
    #expect(best.code == 0 && best.output.contains(#""adapt":["text.txt"]"#))
    #expect(
      try charlstm(write + " --adapt text.txt --lines 2 --json-lines").output
        .contains(#""adapt":["text.txt"]"#))
    #expect(!(try charlstm(write + " --json-lines").output.contains("adapt")))
    #expect(try charlstm.bytes(of: "tiny.safetensors") == original)
    // Integers are packed of the new weights, too.
    #expect(
      try charlstm(write + " --precision int8").output
        != charlstm(write + " --precision int8 --adapt text.txt").output)
  }

  @Test func whatIsSavedIsAModel() throws {
    let adapted = try charlstm(
      write + " --adapt text.txt --adapt rest.txt --adapt-passes 3 --save-adapted new.safetensors")
    #expect(adapted.code == 0)
    #expect(
      said(adapted.error)
        == "Learnt from text.txt, rest.txt: 1,520 characters in T; nats per character: N before, "
        + "N, N, N while learning.\n")
    #expect(try charlstm("sample new.safetensors --seed 7 --length 60").output == adapted.output)
    #expect(try nats("new.safetensors", "rest.txt") < 0.9 * nats("tiny.safetensors", "rest.txt"))
    #expect(
      try charlstm("info new.safetensors").output.split(separator: "\n").last?
        .hasSuffix(" text.txt, rest.txt: 1,520 characters, 3 passes at rate 0.0007") == true)
    let record = try charlstm("info new.safetensors --json").output
    #expect(record.contains(#""adaptations":[{"#) && record.contains(#""passes":3"#))
    #expect(!(try charlstm("info tiny.safetensors --json").output.contains("adaptations")))
    // What has learnt can learn on, and keeps both.
    _ = try charlstm(
      "sample new.safetensors --length 0 --adapt rest.txt --save-adapted new.safetensors",
      "--overwrite")
    #expect(
      try charlstm("info new.safetensors").output.split(separator: "\n")
        .count { $0.hasPrefix("adapted to ") } == 2)
  }

  @Test(
    arguments: [
      ("--adapt none.txt", 66, "no such file or folder: none.txt"),
      ("--adapt empty.txt", 65, "the text is empty: empty.txt (0 bytes)"),
      (
        "--adapt strange.txt", 65,
        "the text has 0 known characters; at least 2 are needed to learn from it"
      ),
      (
        "--adapt-passes 2", 64,
        "--adapt-passes, --adapt-rate and --save-adapted go with --adapt"
      ),
      ("--adapt text.txt --adapt-passes 0", 64, "--adapt-passes must be 1 to 100, got 0"),
      (
        "--adapt text.txt --adapt-rate 0", 64,
        "--adapt-rate must be a finite number above 0, got 0.0"
      ),
      (
        "--adapt text.txt --adapt-rate nan", 64,
        "--adapt-rate must be a finite number above 0, got nan"
      ),
      (
        "--adapt text.txt --adapt-rate 1e38 --save-adapted new.safetensors", 65,
        "learning came to no finite number after character 89 at rate 1e+38, and the model stays as "
          + "it was; try a lower --adapt-rate"
      ),
      (
        "--adapt text.txt --save-adapted tiny.safetensors", 73,
        "there is a file tiny.safetensors already, which was kept; give another name, or replace it "
          + "with --overwrite"
      ),
      (
        "--adapt - --prompts-file -", 64,
        "--adapt - and prompts from standard input do not go together"
      ),
    ] as [(String, Int32, String)])
  func mistakes(_ options: String, _ code: Int32, _ message: String) throws {
    try charlstm.put("", at: "empty.txt")
    try charlstm.put("\u{4E16}\u{754C}\u{4E16}", at: "strange.txt")
    let outcome = try charlstm(write + " " + options)
    #expect(outcome.code == code && outcome.output == "")
    #expect(
      outcome.error.split(separator: "\n").last.map(String.init) == "Error: " + message,
      "\(outcome.error)")
    #expect(try !charlstm.names().contains("new.safetensors"))
  }

  @Test func unknownCharactersAreCounted() throws {
    try charlstm.put("The king\u{4E16} is dead.\n", at: "mixed.txt")
    let outcome = try charlstm(write + " --adapt mixed.txt")
    #expect(outcome.code == 0)
    #expect(
      said(outcome.error)
        == """
        The model does not know 1 character of the text, which is left out.
        Learnt from mixed.txt: 18 characters in T; nats per character: N before, N while learning.

        """)
  }
}
