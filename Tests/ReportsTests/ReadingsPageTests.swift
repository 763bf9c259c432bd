import FileTesting
import PageTesting
import Testing

@testable import Reports

/// What a report shows of readings with the model, and of those that are missing, in a browser.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct ReadingsPageTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func whatIsMissingIsSaid() throws {
    let run = try folder.run([MetricsLines.step(10, "2")])
    let text = "return page.main.innerText;"
    let plain = try resultOf(reportPage(of: [RunReport(run: run)]), String.self, text)
    for sentence in [
      "Nothing was validated", "The run folder does not say how the run was made.",
      "No samples were written in this run", "is not in this report.",
    ] {
      #expect(plain.contains(sentence))
    }
    let reason = "The text book.txt is gone."
    let told = try resultOf(
      reportPage(of: [RunReport(run: run, readingMissing: reason)]), String.self, text)
    #expect(told.contains(reason) && !told.contains("is not in this report."))
  }

  @Test func readingsOfALanguageModel() throws {
    let run = try folder.run(MetricsLines.language)
    let page = reportPage(of: [RunReport(run: run, reading: .fixture, novelty: .fixture)])
    let found = try resultOf(
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
    let found = try resultOf(
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

  @Test(arguments: [
    (44, "The longest copied passages"),
    (29, "The longest passages that stand in the text, all too short to count"),
  ])
  func passagesTooShortAreCalledSo(_ length: Int, _ heading: String) throws {
    var novelty = NoveltyReading.fixture
    novelty.passages[0].length = length
    let run = try folder.run(MetricsLines.language)
    let found = try resultOf(
      reportPage(of: [RunReport(run: run, novelty: novelty)]), String.self,
      "return document.querySelector('h4').textContent;")
    #expect(found == heading)
  }

  @Test func longNamesOfClassesAreToldApart() throws {
    var reading = ClassificationReading.fixture
    reading.classes = ["the same beginning, then ham", "the same beginning, then spam 🎣"]
    let run = try folder.run([
      MetricsLines.began(classes: reading.classes), MetricsLines.step(10, "1"),
    ])
    let found = try resultOf(
      reportPage(of: [RunReport(run: run, classification: reading)]), [String].self,
      """
      return [...document.querySelectorAll('svg.matrix > text[text-anchor="end"]')]
        .map(({ textContent }) => textContent);
      """)
    #expect(found == ["the sa…hen ham", "the sa… spam 🎣"])
  }
}
