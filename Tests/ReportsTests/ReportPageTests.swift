import FileTesting
import Foundation
import PageTesting
import Testing

@testable import Reports

/// What a report shows, opened in a browser.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct ReportPageTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func language() throws -> [UInt8] {
    reportPage(of: [RunReport(run: try folder.run(MetricsLines.language))])
  }

  @Test func nothingIsFetched() throws {
    let html = String(decoding: try language(), as: UTF8.self)
      .replacing("http://www.w3.org/2000/svg", with: "").replacing("url(#", with: "")
    for part in ["http:", "https:", "src=", "href=", "@import", "url("] {
      #expect(!html.contains(part), "\(part)")
    }
  }

  /// The numbers in the file, the table of the chart and the vertices of its curves are the same.
  @Test func curvesAreTheMetrics() throws {
    struct Found: Decodable {
      let steps: [Double]
      let losses: [Double]
      let table: [[String]]
      /// What the curves' vertices say.
      let training: [[Double]]
      let validation: [[Double]]
    }
    let found = try resultOf(
      language(), Found.self,
      """
      const { run } = { run: page.data.runs[0] };
      const chart = page.charts["run-loss"];
      const figure = document.getElementById("run-loss");
      figure.querySelector("details").open = true;
      await new Promise((done) => setTimeout(done, 100));
      const [low, high] = chart.yRange;
      const [top, bottom] = [chart.toY(high), chart.toY(low)];
      const vertices = (name) => figure.querySelector(`path[data-series="${name}"]`)
        .getAttribute("d").slice(1).split("L").map((place) => {
          const [x, y] = place.split(",").map(Number);
          return [chart.fromX(x), low + (bottom - y) / (bottom - top) * (high - low)];
        });
      return {
        steps: run.steps.step, losses: run.steps.train_loss,
        table: [...figure.querySelectorAll("tbody tr")].map((row) =>
          [...row.children].map((cell) => cell.textContent)),
        training: vertices("training"), validation: vertices("validation"),
      };
      """)
    struct Line: Decodable {
      let event: String
      let step: Double
      let train_loss: Double?
      let validation_loss: Double?
    }
    let lines = try folder.read("run/metrics.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    let steps = lines.filter { $0.event == "step" }
    let validations = lines.filter { $0.event == "validation" }
    #expect(found.steps == steps.map(\.step))
    #expect(found.losses == steps.compactMap(\.train_loss))
    let losses = Dictionary(uniqueKeysWithValues: validations.map { ($0.step, $0.validation_loss) })
    #expect(found.table.map { Double($0[0]) } == steps.map(\.step))
    #expect(found.table.map { Double($0[1]) } == steps.map(\.train_loss))
    #expect(found.table.map { Double($0[2]) } == steps.map { losses[$0.step] ?? nil })
    func agree(_ vertices: [[Double]], _ points: [(Double, Double?)]) -> Bool {
      vertices.count == points.count
        && zip(vertices, points).allSatisfy { vertex, point in
          abs(vertex[0] - point.0) < 0.5 && abs(vertex[1] - (point.1 ?? 0)) < 0.01
        }
    }
    #expect(agree(found.training, steps.map { ($0.step, $0.train_loss) }))
    #expect(agree(found.validation, validations.map { ($0.step, $0.validation_loss) }))
  }

  @Test func clicksDoWhatTheySay() throws {
    let found = try resultOf(
      language(), [String].self,
      """
      const chart = page.charts["run-loss"];
      const figure = document.getElementById("run-loss");
      const button = (text) =>
        [...figure.querySelectorAll("button")].find((button) => button.textContent === text);
      const curve = (name) => figure.querySelector(`path[data-series="${name}"]`);
      const said = [];
      const middle = () => (chart.toY(2) - chart.toY(4)) / (chart.toY(1) - chart.toY(4));
      said.push(middle().toFixed(3));
      button("log y").click();
      said.push(middle().toFixed(3), button("log y").getAttribute("aria-pressed"));
      button("log x").click();
      said.push(((chart.toX(40) - chart.toX(20)) / (chart.toX(80) - chart.toX(40))).toFixed(3));
      button("log x").click();
      button("validation").click();
      said.push(String(curve("validation")), button("validation").getAttribute("aria-pressed"));
      button("validation").click();
      said.push(String(curve("validation") !== null));
      button("characters").click();
      said.push(chart.axis.key, chart.extent.join("-"));
      said.push(page.charts["run-rate"].axis.key);
      button("time").click();
      said.push(chart.extent.join("-"));
      button("step").click();
      button("+").click();
      said.push(chart.view.join("-"), String(button("all").disabled));
      button("all").click();
      said.push(String(chart.view), String(button("all").disabled));
      return said;
      """)
    #expect(
      found == [
        "0.667", "0.500", "true", "1.000", "null", "false", "true", "characters", "2000-40000",
        "characters", "40-800", "115-305", "false", "null", "true",
      ])
  }

  @Test func keysReadAndZoom() throws {
    let found = try resultOf(
      language(), [String].self,
      """
      const chart = page.charts["run-loss"];
      const svg = chart.svg;
      const said = [];
      const read = () => said.push(chart.readout.textContent);
      press("End", svg); read();
      press("ArrowLeft", svg); read();
      press("Home", svg); read();
      press("ArrowRight", svg); read();
      press("+", svg); said.push(chart.view.map(Math.round).join("-"));
      press("ArrowRight", svg);
      svg.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", shiftKey: true }));
      said.push(chart.view.map(Math.round).join("-"));
      press("-", svg); said.push(chart.view.map(Math.round).join("-"));
      press("+", svg); press("0", svg); said.push(String(chart.view));
      return said;
      """)
    #expect(
      found == [
        "step 400: training 1.15 · validation 1.45", "step 380: training 1.15789",
        "step 20: training 4", "step 40: training 2.5", "30-220", "68-258", "20-353", "null",
      ])
  }

  /// Dragging over a part of the picture shows that part; a double click shows all again.
  @Test func draggingZooms() throws {
    let found = try resultOf(
      language(), [Int].self,
      """
      const chart = page.charts["run-loss"];
      const box = chart.svg.getBoundingClientRect();
      const send = (type, x) => chart.svg.dispatchEvent(new PointerEvent(type, {
        clientX: box.left + chart.toX(x), clientY: box.top + 50, button: 0, bubbles: true,
      }));
      chart.svg.setPointerCapture = () => {};
      send("pointerdown", 100); send("pointermove", 200); send("pointerup", 300);
      const view = chart.view.map(Math.round);
      chart.svg.dispatchEvent(new MouseEvent("dblclick"));
      return [...view, chart.view === null ? 1 : 0];
      """)
    #expect(found == [100, 300, 1])
  }

  @Test func whatTheRunWasComesFirst() throws {
    let text = try resultOf(language(), String.self, "return page.main.innerText;")
    for words in [
      "run\n", "charlstm train book.txt", "Still improving at the end", "best validation loss",
      "1.4500", "400 of 400", "machine\ta CPU", "seed\t7", "parameters\t3,500,000",
    ] {
      #expect(text.contains(words), "\(words)")
    }
  }

  @Test func samplesByAge() throws {
    let found = try resultOf(
      language(), [String].self,
      """
      const text = document.querySelector(".sample");
      const label = document.querySelector(".chooser output");
      const [earlier, later] = document.querySelectorAll(".chooser button");
      const said = [text.textContent, label.textContent];
      earlier.click();
      said.push(text.textContent, label.textContent, String(earlier.disabled));
      const slider = document.querySelector(".chooser input");
      slider.value = 1;
      slider.dispatchEvent(new Event("input"));
      said.push(text.textContent);
      return said;
      """)
    #expect(
      found == [
        "A king.\nHe was </script>", "step 400, validation loss 1.45", "He is",
        "step 200, validation loss 1.75", "true", "A king.\nHe was </script>",
      ])
  }

  @Test func teachersHaveCurves() throws {
    for number in [1, 2] {
      try folder.write(
        MetricsLines.step(10, "2") + "\n" + MetricsLines.validation(10, "\(number)") + "\n",
        to: "run/teacher-\(number)/metrics.jsonl")
    }
    let found = try resultOf(
      language(), [String].self,
      """
      return page.charts["run-teachers"].series.map(({ name, y }) => `${name} ${y.length}`);
      """)
    #expect(
      found == [
        "teacher-1 training 1", "teacher-1 validation 1", "teacher-2 training 1",
        "teacher-2 validation 1", "the run itself, validation 5",
      ])
  }

  @Test func onlyTeachersHaveCurves() throws {
    try folder.write(MetricsLines.step(10, "2") + "\n", to: "run/teacher-1/metrics.jsonl")
    let run = try RunRecord(folder: folder.file("run"))
    let found = try resultOf(
      reportPage(of: [RunReport(run: run)]), [String].self,
      "return [Object.keys(page.charts).join(), document.querySelector('.verdict b').textContent];")
    #expect(found == ["run-teachers", "Only its teachers have learned so far"])
  }

  /// No label of an axis is cut off, and no two are the same.
  @Test(arguments: [
    ([3e6, 1e6], "3 M"), ([3_000_400, 3_000_000], "3.0002 M"), ([4e12, 1e12], "2e12"),
    ([123_456, 123_455], "123,455.2"), ([2e-5, 1e-5], "1.2e-5"), ([-2, 1], "-0.5"),
  ])
  func labelsAreWhole(_ losses: [Double], _ label: String) throws {
    let lines = losses.enumerated().map { MetricsLines.step(($0 + 1) * 10, "\($1)") }
    let found = try resultOf(
      reportPage(of: [RunReport(run: try folder.run(lines))]), [String].self,
      """
      const { svg } = page.charts["run-loss"];
      const labels = [...svg.querySelectorAll('.grid text[text-anchor="end"]')].slice(0, -1);
      const { left } = svg.getBoundingClientRect();
      const isCut = labels.some((label) => label.getBoundingClientRect().left < left);
      return [isCut ? "cut" : "whole", ...labels.map(({ textContent }) => textContent)];
      """)
    #expect(found[0] == "whole" && found.contains(label), "\(found)")
    #expect(Set(found).count == found.count, "\(found)")
  }

  /// Losses that are no numbers are gaps; a long run is drawn with fewer points, the extremes kept.
  @Test func hardCases() throws {
    let steps = (1...20000).map { step in
      MetricsLines.step(step, step == 7777 ? "99" : step == 500 ? "\"nan\"" : "2")
    }
    let found = try resultOf(
      reportPage(of: [RunReport(run: try folder.run(steps))]), [Double].self, width: 400,
      """
      const chart = page.charts["run-loss"];
      const vertices = document.querySelector("path[data-series=training]").getAttribute("d").split("L");
      const highest = Math.min(...vertices.map((vertex) => Number(vertex.split(",")[1])));
      return [
        vertices.length < 4000 ? 1 : 0, Math.abs(highest - chart.toY(99)) < 0.01 ? 1 : 0,
        chart.points(0).length, document.documentElement.scrollWidth <= 500 ? 1 : 0,
      ];
      """)
    #expect(found == [1, 1, 19999, 1])
  }

  /// Whatever the numbers, everything can be opened, pressed and zoomed.
  @Test(arguments: [["\"nan\"", "\"inf\""], ["1e-300", "1e-300"], ["-1e308", "1e308"], ["0"]])
  func numbersOfAnySize(_ losses: [String]) throws {
    let lines = losses.enumerated().flatMap { index, loss in
      [MetricsLines.step(index * 7, loss), MetricsLines.validation(index * 7, loss)]
    }
    let run = try folder.run(lines)
    let other = try folder.run(MetricsLines.language, named: "other")
    let found = try resultOf(
      reportPage(of: [RunReport(run: run), RunReport(run: run), RunReport(run: other)]),
      String.self,
      """
      for (const details of document.querySelectorAll("details")) details.open = true;
      await new Promise((done) => setTimeout(done, 100));
      for (const button of document.querySelectorAll("button")) button.click();
      for (const picture of document.querySelectorAll("svg[tabindex]")) {
        for (const key of ["ArrowRight", "End", "+", "+", "ArrowLeft", "-", "Home", "0"]) {
          press(key, picture);
        }
      }
      return /(NaN|Infinity|undefined)/.exec(page.main.innerHTML)?.[0] ?? "";
      """)
    #expect(found == "")
  }
}
