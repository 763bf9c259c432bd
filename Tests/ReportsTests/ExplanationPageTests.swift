import CPU
import Checkpoints
import Classification
import Foundation
import PageTesting
import Recurrent
import Reports
import Testing
import Text

/// What is on a page of explanations, in a browser.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct ExplanationPageTests {
  private let explanations: [Explanation]
  private let page: [UInt8]

  /// A network of random weights has an opinion of every character.
  init() throws {
    let vocabulary = try Vocabulary(scalars: Array("\n <abc".unicodeScalars), byteFallback: false)
    let model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 9, embeddingSize: 5, vocabularySize: vocabulary.count,
        classifier: ClassifierConfiguration(classes: 7, pooling: .concat)), seed: 4)
    var generator = Xoshiro256(seed: 5)
    for index in try #require(model.layout.classifier).weight.range {
      model.parameters.elements[index] = Float.random(in: -2...2, using: &generator)
    }
    let trained = TrainedClassifier(
      model: model, vocabulary: vocabulary, labels: (0..<7).map { "<\($0)>" })
    let classifier = Classifier(trained, precision: .float32, device: .cpu(threads: 1))
    explanations = try ["abc a\nb", String(repeating: "ab<", count: 200) + "ä", "ä"].map {
      try #require(Explanation(of: $0, by: classifier, length: 500))
    }
    page = explanationPage(of: explanations, by: "a<b>")
  }

  @Test func numbersAreThoseOfTheClassifier() {
    let (short, long) = (explanations[0], explanations[1])
    #expect(short.pieces == "abc a\nb".map(String.init) && short.unread == 0)
    #expect(short.classes.count == 5 && short.otherClasses == 2)
    let shares = short.classes.map(\.probability)
    #expect(shares == shares.sorted(by: >))
    #expect(abs(shares.reduce(0, +) + short.otherProbability - 1) < 1e-5)
    #expect(long.length == 500 && long.unread == 100 && long.pieces.count <= 256)
    #expect(long.pieces.joined() == String(repeating: "ab<", count: 200).prefix(500) + "…")
    for explanation in explanations {
      #expect(explanation.classes.allSatisfy { $0.evidence.count == explanation.pieces.count })
    }
  }

  /// Each piece is tinted by its number, for each class that is chosen.
  @Test func tintsAreTheEvidence() throws {
    struct Tint: Decodable, Equatable {
      let kind: String
      let strength: String
    }
    let found = try resultOf(
      page, [[Tint]].self,
      """
      const text = document.querySelector(".explanation");
      return [...text.querySelectorAll("button")].map((button) => {
        button.click();
        return [...text.querySelectorAll(".tinted span")].map((span) => ({
          kind: span.className, strength: span.style.getPropertyValue("--strength"),
        }));
      });
      """)
    let classes = explanations[0].classes
    let most = classes.flatMap(\.evidence).map(abs).max() ?? 0
    #expect(found.count == 5)
    for (tints, expected) in zip(found, classes) {
      #expect(tints.count == expected.evidence.count)
      for (tint, value) in zip(tints, expected.evidence) {
        let strength = min(abs(value) / max(most, 0.05), 1)
        let shown = try #require(Double(tint.strength.dropLast()))
        #expect(abs(shown - strength * 50) < 0.6)
        if abs(strength - 0.04) > 0.01 {
          #expect(tint.kind == (strength < 0.04 ? "" : value < 0 ? "against" : "for"))
        }
      }
    }
  }

  @Test func classesAreChosenAndPiecesReadOut() throws {
    let found = try resultOf(
      page, [String].self,
      """
      const section = document.querySelector(".explanation");
      const text = section.querySelector(".tinted");
      const readout = section.querySelector(".readout");
      const buttons = [...section.querySelectorAll("button")];
      const pressed = () => buttons.map((button) => button.getAttribute("aria-pressed")).join(" ");
      const said = ["h1", "h2"].map((name) => document.querySelector(name).textContent);
      said.push(pressed(), readout.textContent);
      text.focus();
      press("ArrowRight"); press("ArrowRight");
      said.push(readout.textContent);
      buttons[3].click();
      said.push(pressed(), readout.textContent, section.querySelector(".sum").textContent);
      press("ArrowLeft", text); press("ArrowLeft", text); press("ArrowLeft", text);
      said.push(readout.textContent);
      text.children[5].dispatchEvent(new PointerEvent("pointerenter"));
      said.push(readout.textContent);
      said.push(section.querySelector(".classes").lastChild.firstChild.textContent);
      const long = document.querySelectorAll(".tinted")[1];
      long.lastChild.dispatchEvent(new PointerEvent("pointerenter"));
      said.push(long.nextElementSibling.textContent);
      said.push([...document.querySelectorAll(".sum")].at(-1).textContent);
      return said;
      """)
    func label(_ index: Int) -> String { explanations[0].classes[index].label }
    func words(_ piece: String, _ place: Int, _ index: Int) -> String {
      let value = explanations[0].classes[index].evidence[place]
      return "“\(piece)” speaks \(value < 0 ? "against" : "for") \(label(index)): "
    }
    try #require(found.count == 13)
    #expect(found[0] == "Explained by a<b>" && found[1] == "Text 1: \(label(0))")
    #expect(found[2] == "true false false false false" && found[3] == "")
    #expect(found[4].hasPrefix(words("b", 1, 0)) && found[4].hasSuffix(" nats"))
    #expect(found[5] == "false false false true false")
    #expect(found[6].hasPrefix(words("b", 1, 3)))
    let sum = explanations[0].classes[3].evidence.reduce(0, +)
    #expect(found[7].hasPrefix("Together the text speaks "))
    #expect(
      found[7].contains(" nats \(sum < 0 ? "against" : "for") \(label(3)); the full tint is "))
    #expect(found[8].hasPrefix(words("a", 0, 3)), "the first is as far as it goes")
    #expect(found[9].hasPrefix(words("⏎", 5, 3)))
    #expect(found[10] == "2 other classes" && found[11] == "not read")
    #expect(found[12] == "Nothing of this text was read.")
  }

  /// Bars have the widths of probabilities, and nothing is wider than a narrow window.
  @Test func narrow() throws {
    let found = try resultOf(
      page, [Double].self, width: 500,
      """
      const bars = [...document.querySelector(".explanation").querySelectorAll(".bar")];
      return [
        document.documentElement.scrollWidth - window.innerWidth,
        ...bars.map((bar) => bar.offsetWidth / bar.parentElement.clientWidth),
      ];
      """)
    #expect(found[0] <= 0)
    let shares = explanations[0].classes.map(\.probability) + [explanations[0].otherProbability]
    #expect(found.count == shares.count + 1)
    for (bar, share) in zip(found.dropFirst(), shares) { #expect(abs(bar - Double(share)) < 0.02) }
  }
}
