import CPU
import Foundation
import PageTesting
import Recurrent
import Testing
import Text

@testable import Inspection

/// The page in a browser: what a click or a key does is what it says, and nothing goes wrong.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct InspectionPageTests {
  /// Shared helpers of the scripts: waiting for a frame, keys with Shift, pointers on characters.
  private static let helpers = """
    const settled = () => new Promise((done) => setTimeout(done, 100));
    const at = (position) => document.getElementById(`c${position}`);
    const send = (kind, position, more = {}) => at(position).dispatchEvent(new PointerEvent(
      kind, { bubbles: true, cancelable: true, button: 0, ...more }));
    const shift = (key) => document.activeElement.dispatchEvent(new KeyboardEvent(
      "keydown", { key, shiftKey: true, bubbles: true, cancelable: true }));

    """

  private func html(_ reading: Reading, found: [FoundCell]) throws -> [UInt8] {
    try page(reading, found: found).html()
  }

  private func page(_ reading: Reading, found: [FoundCell]) throws -> InspectionPage {
    let survey = try reading.survey().showing(found)
    return InspectionPage(
      name: "a <model>", of: reading.model.configuration, vocabulary: reading.text.vocabulary,
      survey: survey,
      ablation: try CellAblation(
        of: survey.bestCells, in: reading.model, on: reading.text, device: .cpu(threads: 2)),
      reach: try GradientReach(
        of: reading.model, on: reading.text, device: .cpu(threads: 2)),
      window: try reading.window(at: 300))
  }

  private let found = [
    FoundCell(layer: 1, cell: 7, feature: "newline"),
    FoundCell(layer: 2, cell: 3, feature: "blank"),
    FoundCell(layer: 2, cell: 4, feature: "blank"),
  ]

  private func outcome<Result: Decodable>(
    _ script: String, of html: [UInt8], as type: Result.Type
  ) throws -> Result {
    let outcome = try HeadlessBrowser().open(html, then: Self.helpers + script)
    #expect(outcome.console == [])
    return try JSONDecoder().decode(type, from: outcome.result)
  }

  /// Of every kind of cell, and of bytes.
  @Test(arguments: Cell.allCases, [false, true])
  func opens(_ cell: Cell, bytes: Bool) throws {
    let html = try html(Reading(cell, bytes: bytes), found: found)
    let counts = try outcome(
      """
      return [inside.activities.length, inside.length,
        document.querySelectorAll("[role=option]").length, document.querySelectorAll("h2").length];
      """, of: html, as: [Int].self)
    let count = 1 + (cell.hasCellState ? 1 : 0) + cell.gateCount
    #expect(counts == [count, PageBudget.longestWindow, PageBudget.longestWindow, 6])
  }

  @Test func withoutFoundCells() throws {
    let html = try html(Reading(), found: [])
    let text = try outcome(
      "return document.querySelector('#cells').textContent;", of: html, as: String.self)
    #expect(text.contains("No cell was found."))
  }

  /// What the scripts decode are the network's values.
  @Test func decodedValues() throws {
    let page = try page(Reading(), found: found)
    let values = try outcome(
      """
      return [inside.value(1, 2, 11, 5), inside.value(0, 1, 700, 19), inside.reach(9, 2),
        page.data.expectations.surprisals[9], inside.hidden(3, 1)[20 * 6 + 5] / 127];
      """, of: page.html(), as: [Float].self)
    let window = page.window
    let expected = [
      window.values[1][2][11 * 20 + 5], window.values[0][1][700 * 20 + 19],
      window.expectations[9].reach[1], window.expectations[9].surprisal,
      page.survey.places.hidden[1][(3 * page.survey.places.length + 6) * 20 + 5],
    ]
    let largest = window.expectations[9].reach.max() ?? 0
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) < 1e-4 + largest / 255)
    }
  }

  /// A found cell colors the text by its values, and shows its curve if it has one.
  @Test func foundCellsColorTheText() throws {
    struct Result: Decodable {
      let chosen: [Bool]
      let colors: [[Double]]
      let values: [Double]
      let curves: [Int]
      let pressed: String
    }
    let result = try outcome(
      """
      const buttons = [...document.querySelectorAll("#cells tbody button")];
      const curves = [];
      const count = () => curves.push(document.querySelectorAll("#cells circle").length);
      buttons[2].click();
      count();
      buttons[1].click();
      count();
      const { layer, cell, activity } = selection.get();
      const colors = [], values = [];
      for (let position = 0; position < 60; position++) {
        const color = getComputedStyle(at(position)).backgroundColor.match(/[\\d.]+/g).map(Number);
        colors.push(color);
        values.push(inside.value(layer, activity, position, cell));
      }
      return {
        chosen: [layer === 1, cell === 3, activity === 0], colors, values, curves,
        pressed: document.querySelector("#cells [aria-pressed=true]").textContent,
      };
      """, of: html(Reading(), found: found), as: Result.self)
    #expect(result.chosen == [true, true, true] && result.pressed == "2.3")
    // The second cell of a feature is not held.
    #expect(result.curves == [0, 5])
    for (color, value) in zip(result.colors, result.values) where abs(value) > 0.05 {
      // Blue below 0, orange above.
      #expect((color[2] > color[0]) == (value < 0))
    }
    let order = result.values.indices.filter { result.values[$0] > 0.02 }
      .sorted { result.values[$0] < result.values[$1] }
    for (less, more) in zip(order, order.dropFirst()) {
      #expect(result.colors[less][2] >= result.colors[more][2])
    }
    #expect(order.count > 5)
  }

  /// A character shows what was expected in its place, and underlines those before it.
  @Test func charactersShowExpectations() throws {
    struct Result: Decodable {
      let position: Int
      let names: [String]
      let widths: [Double]
      let reach: [String]
      let after: String
      let focus: Bool
      let moved: [Int]
      let active: String
    }
    let page = try page(Reading(), found: found)
    let result = try outcome(
      """
      send("pointerdown", 100);
      send("pointerup", 100);
      const position = selection.get().position;
      const rows = [...document.querySelectorAll(".alternatives tbody tr")];
      const names = rows.map((row) => row.querySelector("th").textContent);
      const widths = rows.map((row) => parseFloat(row.querySelector(".bar span").style.width));
      const reach = [99, 98, 97, 60].map(
        (position) => at(position).style.getPropertyValue("--reach"));
      const after = at(100).style.getPropertyValue("--reach");
      const focus = document.activeElement === document.querySelector(".flow");
      const moved = [];
      for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "End", "Home"]) {
        press(key);
        moved.push(selection.get().position);
      }
      return { position, names, widths, reach, after, focus, moved,
        active: document.querySelector(".flow").getAttribute("aria-activedescendant") };
      """, of: page.html(), as: Result.self)
    #expect(result.position == 100 && result.focus)
    let expectation = page.window.expectations[100]
    let vocabulary: Vocabulary = try Reading().text.vocabulary
    let names = expectation.alternatives.map { vocabulary.description(of: $0.symbol) }
      .map { ["U+000A": "↵", "U+0020": "␣"][$0] ?? $0 }
    #expect(Array(result.names.prefix(8)) == names)
    for (width, alternative) in zip(result.widths, expectation.alternatives) {
      #expect(abs(width - 100 * Double(alternative.probability)) < 0.001)
    }
    let largest = try #require(expectation.reach.max())
    for (shown, distance) in zip(result.reach, [1, 2, 3, 40]) {
      let share = Double(expectation.reach[distance - 1] / largest).squareRoot()
      let number = try #require(Double(shown.dropLast()))
      #expect(abs(number / 100 - share) < 0.04)
    }
    #expect(result.after == "")
    #expect(result.moved[0] == 101 && result.moved[1] == 100 && result.moved[2] > 100)
    #expect(result.moved[3] < result.moved[2])
    #expect(result.moved.suffix(2) == [PageBudget.longestWindow - 1, 0] && result.active == "c0")
  }

  /// Exactly the cells that are on, and the passages that share most of them; by mouse, keys and numbers.
  @Test func phrases() throws {
    struct Result: Decodable {
      let phrases: [[Int]?]
      let cells: [String]
      let expected: [String]
      let counts: [Int]
      let recounted: [Int]
      let fewer: Bool
      let none: Bool
      let apart: [String]
      let expectedApart: [String]
    }
    let result = try outcome(
      """
      const phrases = [];
      send("pointerdown", 40);
      send("pointermove", 42, { buttons: 1 });
      phrases.push(selection.get().phrase);
      send("pointerdown", 50);
      shift("ArrowRight");
      shift("ArrowRight");
      shift("ArrowLeft");
      phrases.push(selection.get().phrase);
      const [from, to] = document.querySelectorAll("#pattern input[type=number]");
      from.value = 300 + 44;
      to.value = 300 + 42;
      to.dispatchEvent(new Event("change"));
      phrases.push(selection.get().phrase);

      const slider = document.querySelector("#pattern input[type=range]");
      const drag = async (threshold) => {
        slider.value = threshold;
        slider.dispatchEvent(new Event("input"));
        await settled();
      };
      const listed = () => [...document.querySelectorAll("[data-cell]")].map(
        (button) => button.textContent);
      const box = document.querySelector("#pattern input[type=checkbox]");
      // From the page's data, by another way.
      const bytes = page.data.window.values.map(([hidden]) => Int8Array.from(
        atob(hidden.bytes), (character) => character.charCodeAt(0)));
      const named = (keeps) => bytes.flatMap((values, layer) => Array.from(
        { length: 20 }, (_, cell) => {
          const all = [42, 43, 44].map((position) => values[position * 20 + cell] / 127);
          const outer = [41, 45].map((position) => values[position * 20 + cell] / 127);
          const sign = all.every((value) => value >= 0.1) ? " +"
            : all.every((value) => value <= -0.1) ? " −" : null;
          const off = outer.every((value) => sign === " +" ? value < 0.1 : value > -0.1);
          return sign && keeps(off) ? `${layer + 1}.${cell}${sign}` : null;
        }).filter((name) => name));
      await drag(0.1);
      const cells = listed();
      const rows = [...document.querySelectorAll(".passages tr")].map((row) => row.dataset);
      const counts = rows.map(({ count }) => Number(count));
      const recounted = rows.map(({ place, start }) => cells.filter((name) => {
        const [number, sign] = name.split(" ");
        const [layer, cell] = number.split(".").map(Number);
        const hidden = inside.hidden(Number(place), layer - 1);
        return [0, 1, 2].every((step) => {
          const value = hidden[(Number(start) + step) * 20 + cell] / 127;
          return sign === "+" ? value >= 0.1 : value <= -0.1;
        });
      }).length);
      box.click();
      await settled();
      const apart = listed();
      box.click();
      await drag(0.5);
      const fewer = listed().length < cells.length;
      document.querySelector(".flow").focus();
      press("Escape");
      await settled();
      return { phrases, cells, expected: named(() => true), counts, recounted, fewer,
        none: document.querySelector("[data-cell]") == null && selection.get().phrase == null,
        apart, expectedApart: named((off) => off) };
      """, of: html(Reading(), found: found), as: Result.self)
    #expect(result.phrases == [[40, 42], [50, 51], [42, 44]])
    #expect(result.cells == result.expected && result.cells.count > 3)
    #expect(result.counts == result.recounted && result.counts.count == 20)
    #expect(result.counts == result.counts.sorted(by: >))
    #expect(result.fewer && result.none)
    #expect(result.apart == result.expectedApart)
  }

  /// The picture's place under the pointer is the cell and the character that are chosen.
  @Test func heatMap() throws {
    let result = try outcome(
      """
      const map = document.querySelector(".map");
      map.scrollIntoView();
      const canvas = map.querySelector("canvas");
      const click = (x, y) => {
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new MouseEvent(
          "click", { clientX: box.left + x, clientY: box.top + y, bubbles: true }));
      };
      const now = () => [selection.get().position, selection.get().cell];
      const seen = [];
      click(10 * 12 + 5, 20 + 12 * 9 + 6);
      seen.push(now());
      const pixel = canvas.getContext("2d").getImageData(10 * 12 + 4, 20 + 12 * 9 + 6, 1, 1).data;
      const value = inside.value(selection.get().layer, 0, 12, 9);
      seen.push([pixel[0] > pixel[2], value > 0]);
      map.focus();
      for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
        press(key);
        seen.push(now());
      }
      selection.set({ position: 500 });
      const isInSight = 500 * 10 >= map.scrollLeft && 501 * 10 <= map.scrollLeft + map.clientWidth;
      const [order] = document.querySelectorAll("#map select");
      order.selectedIndex = 2;
      order.dispatchEvent(new Event("change"));
      click(5, 20 + 6);
      seen.push([isInSight, selection.get().cell]);
      return seen.map((pair) => pair.map(Number));
      """, of: html(Reading(), found: found), as: [[Int]].self)
    #expect(result[0] == [12, 9])
    #expect(result[1][0] == result[1][1])
    #expect(Array(result[2...5]) == [[13, 9], [13, 10], [12, 10], [12, 9]])
    // The chosen cell is most like itself.
    #expect(result[6] == [1, 9])
  }

  /// How far back predictions reach is a curve on logarithmic scales, with the survey's figures.
  @Test func reach() throws {
    let reading = try Reading()
    let norms = try GradientReach(
      of: reading.model, on: reading.text, device: .cpu(threads: 2)
    ).norms
    let shown = try outcome(
      """
      const chart = page.charts["reach-chart"];
      return [...chart.series[0].y, chart.log.x && chart.log.y ? 1 : 0, chart.points(0).length];
      """, of: html(reading, found: found), as: [Double].self)
    #expect(zip(shown, norms).allSatisfy { abs($0 - $1) <= 1e-6 * $1 })
    #expect(shown.count == norms.count + 2 && shown[norms.count] == 1)
    #expect(shown[norms.count + 1] == Double(norms.count))
  }

  /// The bar chooses any cell and activity.
  @Test func controls() throws {
    let result = try outcome(
      """
      const bar = document.querySelector(".controls");
      const [layer, activity] = bar.querySelectorAll("select");
      const cell = bar.querySelector("input");
      const change = (input, key, value) => {
        input[key] = value;
        input.dispatchEvent(new Event("change"));
      };
      change(layer, "selectedIndex", 1);
      change(activity, "selectedIndex", 3);
      change(cell, "value", "19");
      change(cell, "value", "20");
      send("pointermove", 30);
      const state = selection.get();
      const value = inside.value(1, 3, 30, 19);
      return [state.layer === 1, state.activity === 3, state.cell === 19, cell.value === "19",
        document.querySelector("#text .readout").textContent.endsWith(signed(value)),
        document.title === "Inside a <model>"];
      """, of: html(Reading(), found: found), as: [Bool].self)
    #expect(result == Array(repeating: true, count: 6))
  }
}

extension FoundCell {
  /// Of a feature, with numbers that say nothing.
  fileprivate init(layer: Int, cell: Int, feature: String) {
    self.init(
      layer: layer, cell: cell, feature: feature, correlation: -0.5, standard_error: 0.01,
      mutual_information: 0.2, shifted_control: 0.02, untrained_control: 0.1, q_value: 0)
  }
}
