import FileTesting
import PageTesting
import Testing

@testable import Reports

/// What a report shows of several runs side by side, in a browser.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct ComparisonPageTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func runsAreCompared() throws {
    let first = try folder.run(MetricsLines.language, named: "a/run")
    let second = try folder.run(
      [MetricsLines.began(command: "charlstm train other.txt"), MetricsLines.step(100, "2")]
        + (1...4).map { MetricsLines.validation($0 * 100, "\(2 - 0.25 * Double($0))") },
      named: "b/run")
    let found = try resultOf(
      reportPage(of: [RunReport(run: first), RunReport(run: second)]), [String].self,
      """
      const said = [document.querySelector("h1").textContent];
      const chart = page.charts.comparison;
      said.push(...chart.series.map(({ y }) => y.join(" ")));
      const row = (name) => [...document.querySelectorAll(".comparison tr")].find((row) =>
        row.firstChild.textContent === name);
      said.push(row("best validation loss").textContent, row("command").className);
      const box = document.querySelector("label input");
      box.click();
      said.push(String(row("machine").hidden), String(row("command").hidden));
      const details = document.getElementById("run-2");
      details.open = true;
      await new Promise((done) => setTimeout(done, 100));
      said.push(String(page.charts["run-2-loss"].series.length), String(page.charts["run-1-loss"]));
      return said;
      """)
    #expect(
      found == [
        "2 runs", "2.25 1.75 1.5833333333333333 1.5 1.45", "1.75 1.5 1.25 1",
        "best validation loss1.45001.0000 ★ best", "differs", "true", "false", "2", "undefined",
      ])
  }

  /// Nats a character, a byte and a text are not held against each other.
  @Test func unlikeUnitsAreNotCompared() throws {
    let runs = try [
      [MetricsLines.began()], [MetricsLines.began(vocabulary: "bytes")],
      [MetricsLines.began(vocabulary: "bytes")],
    ].enumerated().map { index, began in
      try folder.run(began + [MetricsLines.validation(100, "\(index + 1)")], named: "run-\(index)")
    }
    let found = try resultOf(
      reportPage(of: runs.map { RunReport(run: $0) }), [String].self,
      """
      const charts = Object.values(page.charts);
      return [
        ...charts.map(({ title, series }) => `${title}: ${series.map(({ name, color }) =>
          name + color).join(" ")}`),
        String(document.querySelectorAll(".star").length),
      ];
      """)
    #expect(
      found == [
        "Validation loss of run-0, nats a character: run-0--blue",
        "Validation loss of each run, nats a byte: run-1--orange run-2--green", "0",
      ])
  }
}
