import Foundation
import Testing

@Suite("charlstm info")
struct InfoTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
  }

  @Test func ofACPU() throws {
    #expect(
      try charlstm("info --cpu", cpu: "baseline").output.hasPrefix(
        """
        instructions          baseline
        CHARLSTM_CPU          baseline
        """))
    let json = try charlstm("info --cpu --json", cpu: "baseline")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(record["instruction_set"] as? String == "baseline")
    #expect(
      record["writing_one_stream"] as? [String: String]
        == ["engine": "panels", "precision": "float32"])

    let unknown = try charlstm("info --cpu", cpu: "mmx")
    #expect(
      unknown.code == 0
        && unknown.error.hasPrefix("CHARLSTM_CPU=mmx is ignored: this CPU has baseline"))
    for line in ["info", "info model --cpu", "info --cpu --devices", "info model --devices"] {
      let outcome = try charlstm(line)
      #expect(
        outcome.code == 64 && outcome.error == "Error: give a model file, --cpu or --devices\n")
    }
  }

  @Test func ofAClassifier() throws {
    try charlstm.put(
      "label,text\n" + String(repeating: "low,aa\nhigh,zz y\n", count: 8), at: "texts.csv")
    let training = try charlstm(
      "classify train texts.csv --output run --hidden-size 8 --embedding-size 4 --layers 1 "
        + "--bidirectional --epochs 1 --max-length 50 --precision float32 --threads 1 --quiet")
    #expect(training == .init(code: 0, output: "", error: ""))

    let facts = try charlstm("info run/best.safetensors")
    #expect(facts.code == 0 && facts.error == "")
    for fact in [
      "layers                  1, both ways", "pooling                 concat",
      "vocabulary              4 characters: U+0020 a y z", "classes                 2: high, low",
      "reads                   the first 50 symbols of a text", "trained on              texts.csv",
      "  --crop                0",
    ] {
      #expect(facts.output.contains(fact + "\n"))
    }

    let json = try charlstm("info run/best.safetensors --json")
    #expect(json.code == 0 && json.error == "")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(
      record.keys.sorted() == [
        "configuration", "labels", "limit", "linear", "naiveBayes", "parameters", "temperature",
        "training", "vocabulary",
      ])
    #expect(record["labels"] as? [String] == ["high", "low"])
    #expect((record["limit"] as? [String: Any])?["length"] as? Int == 50)
    #expect((record["training"] as? [String: Any])?["trainingTexts"] as? Int == 14)
  }
}
