import Foundation
import TerminalTesting
import Testing

/// A classifier trained on other columns than `label` and `text`, and what its answers carry.
@Suite("charlstm classify, of columns with names of their own")
struct ClassifierColumnsTests {
  private let charlstm: CommandLineSession
  private static let model = "run/best.safetensors"
  private static let small =
    " --output run --hidden-size 8 --embedding-size 4 --layers 1 --epochs 3 --batch-size 8 "
    + "--learning-rate 0.02 --precision float32 --threads 1 --no-bidirectional --linear 0 "
    + "--naive-bayes 0"

  init() throws {
    charlstm = try CommandLineSession()
    let rows = (0..<40).map { $0 % 2 == 0 ? "low,\($0),aa ab" : "high,\($0),zz y" }
    try charlstm.put("kind,id,name\n" + rows.joined(separator: "\n") + "\n", at: "names.csv")
  }

  private func train(_ options: String = "", data: String = "names.csv") throws -> String {
    let outcome = try charlstm("classify train \(data)" + Self.small + options)
    #expect(outcome.code == 0 && outcome.output == "", "\(outcome.error)")
    return outcome.error
  }

  // MARK: - Columns

  @Test func theColumnsOfTheTrainingAreRemembered() throws {
    _ = try train(" --label-column kind --text-column name --quiet")
    #expect(
      try charlstm("info \(Self.model)").output.contains(
        /columns +text name, label kind\n/))
    let evaluation = try charlstm("classify evaluate \(Self.model) names.csv --json")
    #expect(evaluation.code == 0 && evaluation.output.contains("\"accuracy\":1,"))
    // Labels need not be there to predict.
    try charlstm.put("id,name\n7,zz y\n8,aa ab\n", at: "new.csv")
    let prediction = try charlstm("classify predict \(Self.model) --input new.csv")
    #expect(prediction.code == 0)
    #expect(
      prediction.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } } == ["high", "low"])
    let objects = try charlstm(
      "classify predict \(Self.model) --input - --format json-lines", input: "{\"name\":\"zz y\"}\n"
    )
    #expect(objects.code == 0 && objects.output.hasPrefix("high\t"))
    // What is given counts, and what is missing is named.
    try charlstm.put("class,words\nlow,aa ab\nhigh,zz y\n", at: "other.csv")
    let missing = try charlstm("classify evaluate \(Self.model) other.csv")
    #expect(
      missing.code == 65
        && missing.error.hasPrefix("Error: other.csv: there is no column \"name\" among "))
    let given = try charlstm(
      "classify evaluate \(Self.model) other.csv --label-column class --text-column words --json")
    #expect(given.code == 0 && given.output.contains("\"accuracy\":1,"))
    try charlstm.put("low,aa ab\nhigh,zz y\n", at: "bare.csv")
    #expect(try charlstm("classify evaluate \(Self.model) bare.csv --no-header --json").code == 0)
  }

  /// A run that goes on keeps them, and numbers are no names.
  @Test func columnsOfOtherRuns() throws {
    _ = try train(" --label-column kind --text-column name --quiet --max-steps 2")
    _ = try train(" --label-column kind --text-column name --quiet --resume")
    #expect(try charlstm("info \(Self.model)").output.contains("text name, label kind\n"))
    try charlstm.put("low,aa ab\nhigh,zz y\nlow,ab\nhigh,y zz\n", at: "bare.csv")
    _ = try train(
      " --no-header --label-column 1 --text-column 2 --quiet --overwrite", data: "bare.csv")
    #expect(try !charlstm("info \(Self.model)").output.contains("columns  "))
  }

  // MARK: - What answers carry

  @Test func answersCarryWhatTheyAreOf() throws {
    _ = try train(" --label-column kind --text-column name --quiet")
    try charlstm.put("id,name\nx-1,zz y\n,\n\"a,b\",\"aa\tab\"\n", at: "new.csv")
    let predict = "classify predict \(Self.model) --input new.csv"
    func plain(_ outcome: CommandLineSession.Outcome) -> [String] {
      #expect(outcome.code == 65)
      return outcome.output.replacing(/[01]\.[0-9]{4,}/, with: "P").split(separator: "\n")
        .map(String.init)
    }
    #expect(
      plain(try charlstm(predict + " --with row --with id --with text")) == [
        "1\tx-1\tzz y\thigh\tP", "2\t\t", "3\ta,b\taa\\tab\tlow\tP",
      ])
    #expect(
      plain(try charlstm(predict + " --with text --with id --output-format csv")) == [
        "text,id,label,probability of high,probability of low", "zz y,x-1,high,P,P", ",,,,",
        "aa\tab,\"a,b\",low,P,P",
      ])
    let objects = plain(
      try charlstm(predict + " --with text --id-column id --output-format json-lines"))
    #expect(
      objects.first
        == #"{"id":"x-1","classes":[{"label":"high","probability":P}],"label":"high","row":1,"#
        + #""text":"zz y"}"#
    )
    #expect(objects.last?.hasPrefix(#"{"id":"a,b","classes""#) == true)
    #expect(
      try charlstm("classify predict \(Self.model) --with text", "zz y").output.hasPrefix(
        "zz y\thigh\t"))
    let missing = try charlstm(predict + " --id-column number")
    #expect(
      missing.code == 65
        && missing.error
          == "Error: new.csv: there is no column \"number\" among \"id\", \"name\"; name the ids' "
          + "with --id-column, or give --no-header if these are no names\n"
    )
    let keyed = try charlstm(
      "classify predict \(Self.model) --input - --format json-lines --with id --id-column key",
      input: "{\"key\":17,\"name\":\"zz y\"}\n{\"name\":\"zz y\"}\n")
    #expect(keyed.code == 0)
    #expect(keyed.output.split(separator: "\n").map { $0.prefix { $0 != "h" } } == ["17\t", "\t"])
  }

  // MARK: - Calibration

  @Test func trainingSaysWhatItCalibrated() throws {
    let said = try train(" --label-column kind --text-column name --calibrate")
    let temperature = try #require(
      said.firstMatch(
        of:
          #/Calibrated to the texts that validate: temperature ([\d.]+), [\d.]+ nats per label instead of [\d.]+\n/#
      ))
    #expect(
      try charlstm("info \(Self.model)").output.contains(
        " \(temperature.1)\n"))
  }

  @Test func calibratesAfterwards() throws {
    _ = try train(" --label-column kind --text-column name --quiet")
    // Without a mistake, no temperature would be the best.
    let rows = (0..<40).map { $0 % 2 == 0 ? "low,\($0),aa ab" : "high,\($0),zz y" }
    let swapped = ["high,38,aa ab", "low,39,zz y"]
    try charlstm.put(
      "kind,id,name\n" + (rows.dropLast(2) + swapped).joined(separator: "\n") + "\n", at: "held.csv"
    )
    let command = "classify calibrate \(Self.model) held.csv --output warm.safetensors"
    let outcome = try charlstm(command)
    #expect(outcome.code == 0 && outcome.error == "")
    let found = try #require(
      outcome.output.wholeMatch(
        of:
          #/texts +40\ntemperature +([\d.]+), before 1\.0000\nnats per text +([\d.]+), before ([\d.]+)\ncalibration error +[\d.]+, before [\d.]+\n/#
      ))
    #expect(try #require(Double(found.2)) < #require(Double(found.3)))
    #expect(
      try charlstm("info warm.safetensors").output.contains(
        " \(found.1)\n"))
    // It is the same classifier otherwise, columns included.
    func accuracy(_ model: String) throws -> String {
      let report = try charlstm("classify evaluate \(model) names.csv --json").output
      return String(try #require(report.firstMatch(of: /"accuracy":[0-9.]+/)).0)
    }
    #expect(try accuracy("warm.safetensors") == accuracy(Self.model))
    #expect(
      try charlstm(command)
        == .init(
          code: 73, output: "",
          error: "Error: there is a file warm.safetensors already, which was kept; give another "
            + "name, or replace it with --overwrite\n"))
    let right = try charlstm(
      "classify calibrate warm.safetensors names.csv --output /dev/null"
    ).output
    #expect(right.contains("temperature           \(found.1), before \(found.1)\n"))
    // Nothing is left to be done.
    let again = try charlstm(
      "classify calibrate warm.safetensors held.csv --output /dev/null --json")
    #expect(again.code == 0)
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
    let (after, before) = (
      record["temperature"] as? Double, record["temperature_before"] as? Double
    )
    #expect(abs(try #require(after) - #require(before)) < 1e-6)
    #expect(record["texts"] as? Int == 40)
  }

  // MARK: - Small classes

  @Test func classesOfFewTextsAreNamed() throws {
    let rows = (0..<200).map { $0 % 2 == 0 ? "low,0,aa ab" : "high,0,zz y" }
    try charlstm.put(
      "kind,id,name\n"
        + (rows + ["SOURCE,0,x", "SOURCE,0,y", "SOURCE,0,z"]).joined(separator: "\n"),
      at: "stray.csv")
    let said = try train(" --label-column kind --text-column name --max-steps 1", data: "stray.csv")
    #expect(
      said.hasPrefix(
        """
        classes: "high" 100, "low" 100, "SOURCE" 3
        Warning: 1 class has so few texts beside the others that little is learnt or found out of \
        them: "SOURCE"

        """))
  }

  @Test func aLongEvaluationSaysTheTimeLeft() throws {
    _ = try train(" --label-column kind --text-column name --quiet")
    let rows = (0..<60_000).map { $0 % 2 == 0 ? "low,0,aa ab aa ab" : "high,0,zz y zz y zz y" }
    try charlstm.put("kind,id,name\n" + rows.joined(separator: "\n") + "\n", at: "long.csv")
    let path = charlstm.folder.path
    let terminal = try PseudoTerminal(
      spawning: CommandLineSession.executable.path,
      arguments: ["classify", "evaluate", "\(path)/\(Self.model)", path + "/long.csv"],
      environment: ["TERM": "xterm", "LANG": "C.UTF-8"])
    let shown = try terminal.wait(for: " left")
    #expect(shown.contains(#/[0-9,]+ of 60,000 texts read  [0-9:]+ left/#))
  }
}
