import Testing

@testable import TerminalText

struct PlotTests {
  @Test func aLineAndItsMarks() throws {
    let line = BraillePlot.Curve([(0, 4), (10, 0)])
    let marks = BraillePlot.Curve([(10, 4), (5, 2)], mark: "o")
    let plot = try #require(BraillePlot([line, marks], width: 14, height: 5))
    #expect(
      plot.lines(xName: "steps") == [
        "4 ┤⠑⠢⢄⡀      o",
        "  │   ⠈⠑o⢄⡀",
        "0 ┤       ⠈⠑⠢⢄",
        "  └───────────",
        "   0  10 steps",
      ])
  }

  @Test func onePointIsADot() throws {
    let plot = try #require(BraillePlot([.init([(3, 1.5)])], width: 20, height: 5))
    // The axes have the one place, not the room around it.
    #expect(
      plot.lines(xName: "x") == [
        "       │",
        "1.5000 ┤      ⠂",
        "       │",
        "       └────────────",
        "              3 x",
      ])
  }

  @Test func aLevelLineHasOneLabel() throws {
    let plot = try #require(BraillePlot([.init([(0, 2), (10, 2)])], width: 14, height: 5))
    let lines = plot.lines(xName: "x")
    #expect(lines.map { $0.prefix(3) } == ["  │", "2 ┤", "  │", "  └", "   "])
    #expect(lines[4] == "   0      10 x")
  }

  @Test func whatIsNoNumberIsLeftOut() throws {
    #expect(BraillePlot([.init([(1, .nan), (.infinity, 1)])], width: 20, height: 5) == nil)
    #expect(BraillePlot([], width: 20, height: 5) == nil)
    let wide = [(x: 0.0, y: -Double.greatestFiniteMagnitude), (1, .greatestFiniteMagnitude)]
    #expect(
      try #require(BraillePlot([.init(wide)], width: 1, height: 1)).lines(xName: "").count == 5)
  }

  @Test(arguments: [
    (0, "0"), (4000, "4,000"), (1.15, "1.1500"), (-0.5, "-0.5000"),
    (123.45, "123.5"), (9999.9, "10,000"), (0.99996, "1.0000"), (0.0002, "0.0002"),
    (1e-12, "1e-12"), (1234567.5, "1.235e+06"), (12.344, "12.34"),
    (126_000_000, "126,000,000"), (3e15, "3e+15"), (-2e9, "-2e+09"),
  ])
  func numbersAreShort(_ value: Double, _ text: String) {
    #expect(shortNumber(value) == text)
  }

  @Test func sparklines() {
    #expect(lossSparkline([8, 7, 6, 5, 4, 3, 2, 1], width: 8) == "█▇▆▅▄▃▂▁")
    #expect(lossSparkline([4, 4, 2, 2, 1, 1], width: 3) == "█▃▁")
    #expect(lossSparkline([4, 3, 1], width: 80) == "█▆▁")
    #expect(lossSparkline([1, .nan, 2], width: 3) == "▁ █")
    #expect(lossSparkline([2, 2], width: 9) == "▁▁")
    #expect(lossSparkline([], width: 9) == "" && lossSparkline([.nan], width: 9) == " ")
  }
}
