import Foundation
import Testing

@Suite("train --test-fraction")
struct TestFractionTests {
  private let charlstm: CommandLineSession
  private let train =
    "train text.txt --output run --layers 1 --hidden-size 8 --batch-size 4 --sample-every 0 "
    + "--max-steps 5"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(
      String(repeating: "The king is dead, long live the king.\n", count: 99) + "Zounds!\n",
      at: "text.txt")
  }

  private func metrics(_ event: String) throws -> [[String: Any]] {
    try charlstm.text(of: "run/metrics.jsonl").split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { $0["event"] as? String == event }
  }

  @Test func itIsReadAtTheEndAndKept() throws {
    let outcome = try charlstm(train + " --test-fraction 0.1 --validation-fraction 0.1")
    #expect(outcome.code == 0)
    #expect(
      outcome.error.hasPrefix(
        "3,016 characters to train on, 377 to validate on, 374 to test on at the end; a blind guess"
      ))
    let said = try #require(
      outcome.error.firstMatch(
        of:
          #/\ntest part, 373 characters: (\d\.\d{4}) nats, (\d\.\d{4}) bits per character\n3 characters of the test part are not in the vocabulary, and left out\.\nBest model: /#
      ))
    let line = try #require(try metrics("test").first)
    let loss = try #require(line["test_loss"] as? Double)
    #expect(String(format: "%.4f", loss) == said.1)
    #expect(line["test_characters"] as? Int == 373 && line["step"] as? Int == 5)

    // It is the end of the text, read as evaluate reads it.
    let text = Array(try charlstm.bytes(of: "text.txt"))
    try charlstm.put(String(decoding: text.suffix(377), as: UTF8.self), at: "test.txt")
    let evaluation = try charlstm("evaluate run/best.safetensors test.txt --json")
    let record = try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8))
    let nats = try #require((record as? [String: Any])?["nats_per_character"] as? Double)
    #expect(abs(nats - loss) < 1e-9)
    let facts = try charlstm("info run/best.safetensors").output.split(separator: "\n")
    #expect(
      facts.contains { $0.hasPrefix("test ") && $0.contains(" \(said.1) nats, \(said.2) bits") })
    let info = try charlstm("info run/best.safetensors --json").output
    #expect(info.contains(#""testLoss":"#))
    let report = try charlstm("report run --terminal").output.split(separator: "\n")
    #expect(report.contains { $0.hasPrefix("test loss ") && $0.hasSuffix(" \(said.1)") })

    // Once, and again only where there is another best model.
    let resume = "train text.txt --output run --resume --quiet --sample-every 0"
    #expect(try charlstm(resume).code == 0)
    #expect(try metrics("test").count == 1)
    #expect(try charlstm(resume + " --max-steps 9 --test-fraction 0.1").code == 0)
    #expect(try metrics("test").map { $0["step"] as? Int } == [5, 9])
  }

  @Test func withoutOneNothingIsTested() throws {
    let outcome = try charlstm(train)
    #expect(outcome.code == 0 && !outcome.error.contains("test"))
    #expect(try metrics("test").isEmpty)
    #expect(!(try charlstm.text(of: "run/metrics.jsonl").contains("test_")))
  }

  @Test func aPartTooShortIsTold() throws {
    let outcome = try charlstm(train + " --test-fraction 0.0001")
    #expect(outcome.code == 0)
    #expect(
      outcome.error.hasPrefix(
        "The text is too short for a part to test on: nothing is tested.\n"))
    #expect(try metrics("test").isEmpty)
  }

  @Test(
    arguments: [
      (
        "--test-fraction 1",
        "--test-fraction must be 0 to below 0.9, what is left of the text, got 1.0"
      ),
      (
        "--test-fraction 0.5 --validation-fraction 0.5",
        "--test-fraction must be 0 to below 0.5, what is left of the text, got 0.5"
      ),
      (
        "--test-fraction=-0.1",
        "--test-fraction must be 0 to below 0.9, what is left of the text, got -0.1"
      ),
    ])
  func mistakes(_ options: String, _ message: String) throws {
    #expect(
      try charlstm("\(train) \(options)")
        == .init(code: 64, output: "", error: "Error: \(message)\n"))
    #expect(try charlstm.names() == ["text.txt"])
  }
}
