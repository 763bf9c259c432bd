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

  /// What a script in the page returns; nothing may have gone wrong.
  private func result<Value: Decodable>(
    _ page: [UInt8], _ type: Value.Type, width: Int = 1200, _ script: String
  ) throws -> Value {
    let outcome = try HeadlessBrowser(width: width).open(page, then: script)
    #expect(outcome.console == [])
    return try JSONDecoder().decode(type, from: outcome.result)
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
    let found = try result(
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
    let found = try result(
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
    let found = try result(
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
    let found = try result(
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
    let text = try result(language(), String.self, "return page.main.innerText;")
    for words in [
      "run\n", "charlstm train book.txt", "Still improving at the end", "best validation loss",
      "1.4500", "400 of 400", "machine\ta CPU", "seed\t7", "parameters\t3,500,000",
    ] {
      #expect(text.contains(words), "\(words)")
    }
  }

  @Test func samplesByAge() throws {
    let found = try result(
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

  @Test func whatIsMissingIsSaid() throws {
    let run = try folder.run([MetricsLines.step(10, "2")])
    let text = "return page.main.innerText;"
    let plain = try result(reportPage(of: [RunReport(run: run)]), String.self, text)
    for sentence in [
      "Nothing was validated", "The run folder does not say how the run was made.",
      "No samples were written in this run", "is not in this report.",
    ] {
      #expect(plain.contains(sentence))
    }
    let reason = "The text book.txt is gone."
    let told = try result(
      reportPage(of: [RunReport(run: run, readingMissing: reason)]), String.self, text)
    #expect(told.contains(reason) && !told.contains("is not in this report."))
  }

  @Test func readingsOfALanguageModel() throws {
    let run = try folder.run(MetricsLines.language)
    let page = reportPage(of: [RunReport(run: run, reading: .fixture, novelty: .fixture)])
    let found = try result(
      page, [String].self,
      """
      const passage = document.querySelector(".tinted");
      passage.focus();
      press("ArrowRight"); press("ArrowRight");
      const diagram = document.querySelector("svg.reliability");
      press("ArrowRight", diagram); press("ArrowRight", diagram);
      return [
        passage.textContent, passage.nextElementSibling.textContent,
        diagram.nextElementSibling.textContent, page.main.innerText,
      ];
      """)
    #expect(found[0] == "T⏎\n<")
    #expect(found[1] == "“⏎”: 9 nats, expected with 0.0123%")
    #expect(found[2] == "predicted 90%, came true 25%: 12 predictions")
    for sentence in [
      "from character 100 of the validation text", "Of 2,000 characters that it wrote, 12.5% stand",
      "44 characters, book.txt, line 12", "and <b>so</b> on…",
    ] {
      #expect(found[3].contains(sentence), "\(sentence)")
    }
  }

  @Test func readingsOfAClassifier() throws {
    let run = try folder.run([
      MetricsLines.began(classes: ["ham", "spam"]), MetricsLines.step(10, "1"),
      MetricsLines.classified(10, 0.5, accuracy: 0.8, f1: [0.75, 0.5]),
      MetricsLines.classified(20, 0.4, accuracy: 0.85, f1: [0.875, 0.625]),
    ])
    let page = reportPage(of: [RunReport(run: run, classification: .fixture)])
    let found = try result(
      page, [String].self,
      """
      const matrix = document.querySelector("svg.matrix");
      press("ArrowRight", matrix); press("ArrowRight", matrix); press("ArrowDown", matrix);
      const said = [matrix.nextElementSibling.textContent];
      press("ArrowUp", matrix);
      said.push(matrix.nextElementSibling.textContent);
      const curves = page.charts["run-classes"];
      said.push(curves.series.map(({ name, y }) => `${name} ${y}`).join("; "));
      const mistake = document.querySelector(".mistake");
      said.push(mistake.firstChild.textContent);
      const pieces = [...mistake.querySelectorAll(".tinted span")];
      said.push(pieces.map((piece) => piece.className).join(","));
      pieces[2].dispatchEvent(new PointerEvent("pointerenter"));
      said.push(mistake.querySelector(".readout").textContent);
      said.push([...document.querySelectorAll(".classes tbody tr")].map((row) =>
        [...row.children].map((cell) => cell.textContent).join(" ")).join("; "));
      said.push(String(page.main.innerText.includes("Samples by age")));
      return said;
      """)
    #expect(
      found == [
        "spam taken for spam: 5 of 6 texts (83.3%)", "ham taken for spam: 2 of 14 texts (14.3%)",
        "ham 0.75,0.875; spam 0.5,0.625", "is ham, taken for spam with 98%", "for,,against",
        "“<prize>” speaks against spam: 0.5 nats",
        "ham 92.0% 86.0% 89.0% 14; spam 71.0% 83.0% 77.0% 6",
        "false",
      ])
  }

  @Test func runsAreCompared() throws {
    let first = try folder.run(MetricsLines.language, named: "a/run")
    let second = try folder.run(
      [MetricsLines.began(command: "charlstm train other.txt"), MetricsLines.step(100, "2")]
        + (1...4).map { MetricsLines.validation($0 * 100, "\(2 - 0.25 * Double($0))") },
      named: "b/run")
    let found = try result(
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

  @Test func teachersHaveCurves() throws {
    for number in [1, 2] {
      try folder.write(
        MetricsLines.step(10, "2") + "\n" + MetricsLines.validation(10, "\(number)") + "\n",
        to: "run/teacher-\(number)/metrics.jsonl")
    }
    let found = try result(
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

  /// Losses that are no numbers are gaps; a long run is drawn with fewer points, the extremes kept.
  @Test func hardCases() throws {
    let steps = (1...20000).map { step in
      MetricsLines.step(step, step == 7777 ? "99" : step == 500 ? "\"nan\"" : "2")
    }
    let found = try result(
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
}
