import Foundation
import Testing

/// The report that a run leaves in its folder, and what of it is read once more.
@Suite("Reports of runs")
struct RunReportTests {
  private let charlstm: CommandLineSession
  private static let small =
    "train text.txt --output run --layers 1 --hidden-size 8 --batch-size 4 --sequence-length 16 "
    + "--max-steps 60 --sample-every 20 --threads 1"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(
      String(repeating: "The king is dead, long live the king.\n", count: 120), at: "text.txt")
  }

  /// What a page was made from.
  private func data(of page: String) throws -> [String: Any] {
    let html = try charlstm.text(of: page)
    let start = try #require(html.range(of: "id=\"data\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    let data = try JSONSerialization.jsonObject(with: Data(html[start..<end].utf8))
    let runs = try #require((data as? [String: Any])?["runs"] as? [[String: Any]])
    return try #require(runs.first)
  }

  @Test func aRunLeavesItsReport() throws {
    let outcome = try charlstm(Self.small)
    #expect(outcome.code == 0 && outcome.output == "")
    #expect(
      outcome.error.contains(
        #/\nTraining loss [▁▂▃▄▅▆▇█]{3} from \d\.\d{4} to \d\.\d{4} nats\nMore on how it went: run/report\.html\n$/#
      ))
    let run = try data(of: "run/report.html")
    let reading = try #require(run["reading"] as? [String: Any])
    #expect((reading["characters"] as? Int).map { 440...456 ~= $0 } == true)
    let novelty = try #require(run["novelty"] as? [String: Any])
    #expect((novelty["written"] as? Int).map { $0 > 30_000 } == true)
    // The same table as of the command.
    let table = try charlstm.text(of: "run/metrics.csv")
    #expect(table.hasPrefix("run,event,epoch,step,") && table.contains("\nrun,sample,"))
    #expect(try charlstm("report run --csv").output == table)

    // It is the run's own file: a run in its place begins without it, and no text is read from it.
    try charlstm.put("No part of it.\n", at: "run/report.html")
    #expect(try charlstm("\(Self.small) --overwrite --max-steps 3 --quiet").code == 0)
    #expect(try charlstm.text(of: "run/report.html").hasPrefix("<!doctype html>"))
  }

  /// A page that a person wrote is not lost.
  @Test func aFileOfThatNameIsKept() throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "run"), withIntermediateDirectories: true)
    try charlstm.put("Mine.\n", at: "run/report.html")
    #expect(
      try charlstm(Self.small)
        == .init(
          code: 73, output: "",
          error: "Error: there is a file run/report.html already, which was kept; give another "
            + "name, or replace it with --overwrite\n"))
    #expect(try charlstm.text(of: "run/report.html") == "Mine.\n")
  }

  @Test func aTextThatIsNotThereAnyMoreIsNamed() throws {
    #expect(try charlstm("\(Self.small) --quiet") == .init(code: 0, output: "", error: ""))
    let report = "report run --overwrite --output page.html"
    #expect(try charlstm(report) == .init(code: 0, output: "", error: ""))
    #expect(try data(of: "page.html")["reading"] != nil)
    try charlstm.put("Another text.\n", at: "text.txt")
    #expect(try charlstm(report).code == 0)
    let changed = try data(of: "page.html")
    #expect(changed["reading"] == nil)
    #expect(
      (changed["reading_missing"] as? String)?.contains("the run began with 4560") == true)
    try FileManager.default.removeItem(at: charlstm.folder.appending(path: "text.txt"))
    #expect(try charlstm(report).code == 0)
    #expect(
      (try data(of: "page.html")["reading_missing"] as? String)?.contains("text.txt") == true)
    // Nor does a report that cannot be made change what came of the run.
    #expect(try charlstm("sample run/best.safetensors --length 10").code == 0)
  }

  @Test func aClassifierLeavesItsReport() throws {
    let lines = (0..<60).map { $0 % 2 == 0 ? "low,aa ab\n" : "high,zy z\n" }
    try charlstm.put("label,text\n" + lines.joined(), at: "texts.csv")
    let outcome = try charlstm(
      "classify train texts.csv --output run --hidden-size 8 --layers 1 --epochs 2 --threads 1")
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("\nMore on how it went: run/report.html\n"))
    let run = try data(of: "run/report.html")
    let classification = try #require(run["classification"] as? [String: Any])
    #expect(classification["texts"] as? Int == 6)
    #expect(classification["classes"] as? [String] == ["high", "low"])
    let confusion = try #require(classification["confusion"] as? [[Int]])
    #expect(confusion.map { $0.reduce(0, +) } == [3, 3])
  }

  /// A run whose text came through a pipe ends, though the text is not there a second time.
  @Test(.timeLimit(.minutes(1))) func aTextThatCameThroughAPipe() throws {
    let pipe = charlstm.folder.appending(path: "pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "cat text.txt > pipe"]
    writer.currentDirectoryURL = charlstm.folder
    try writer.run()
    let line = Self.small.replacing("text.txt", with: "pipe")
    #expect(try charlstm("\(line) --quiet") == .init(code: 0, output: "", error: ""))
    #expect(
      (try data(of: "run/report.html")["reading_missing"] as? String)
        == "The data were not read once more: pipe is neither a file nor a folder.")
  }

  /// Nothing of a run before it is shown as a run's own: neither teachers nor the best model.
  @Test func nothingOfTheRunBefore() throws {
    #expect(try charlstm("\(Self.small) --quiet --teachers 1 --teacher-epochs 1").code == 0)
    #expect(try charlstm.text(of: "run/metrics.csv").contains("run/teacher-1,"))
    // It fails before it has a best model.
    let failed = try charlstm("\(Self.small) --overwrite --quiet --learning-rate 1e30 --seed 5")
    #expect(failed.code == 65)
    let lines = try charlstm.text(of: "run/metrics.jsonl").split(separator: "\n")
    #expect(lines.last?.contains(#""event":"failed""#) == true)
    #expect(try charlstm("report run --output page.html").code == 0)
    let run = try data(of: "page.html")
    #expect(run["reading"] == nil)
    #expect((run["teachers"] as? [Any])?.isEmpty == true)
    let settings = try #require(run["settings"] as? [[String: Any]])
    #expect(settings.contains { $0["name"] as? String == "seed" && $0["value"] as? String == "5" })
    #expect(!settings.contains { $0["name"] as? String == "--learning-rate" })
  }

  /// A run that goes on is not told of by the page of where it stood before.
  @Test func aRunThatGoesOnHasNoReportYet() throws {
    #expect(try charlstm("\(Self.small) --quiet").code == 0)
    let resumed = try charlstm("train --output run --resume --max-steps 80 --save-every 0")
    #expect(resumed.code == 64)
    #expect(try charlstm.names(in: "run").contains("report.html") == false)
    #expect(try charlstm("train --output run --resume --max-steps 70 --quiet").code == 0)
    #expect(try data(of: "run/report.html")["reading"] != nil)
  }
}
