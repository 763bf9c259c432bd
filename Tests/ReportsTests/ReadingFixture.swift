import Reports

extension Reliability {
  static var fixture: Reliability {
    var reliability = Reliability()
    for index in 0..<20 {
      reliability.add(probability: index < 8 ? 0.25 : 0.9, isRight: index.isMultiple(of: 4))
    }
    return reliability
  }
}

extension TextReading {
  static var fixture: TextReading {
    TextReading(
      characters: 1234, natsPerCharacter: 1.5, reliability: .fixture,
      surprising: [
        Passage(
          start: 99, natsPerCharacter: 4.5, characters: ["T", "\n", "<"], nats: [0.5, 9, 4])
      ],
      expected: [
        Passage(start: 0, natsPerCharacter: 0.1, characters: ["é", "!"], nats: [0.1, 0.1])
      ]
    )
  }
}

extension NoveltyReading {
  static var fixture: NoveltyReading {
    NoveltyReading(
      written: 2000, copiedShare: 0.125, threshold: 30,
      passages: [Passage(text: "and <b>so</b> on", length: 44, place: "book.txt, line 12")])
  }
}

extension ClassificationReading {
  static var fixture: ClassificationReading {
    ClassificationReading(
      texts: 20, accuracy: 0.85, macroF1: 0.8, classes: ["ham", "spam"],
      confusion: [[12, 2], [1, 5]], reliability: .fixture,
      perClass: [
        ClassResult(precision: 0.92, recall: 0.86, f1: 0.89, support: 14),
        ClassResult(precision: 0.71, recall: 0.83, f1: 0.77, support: 6),
      ],
      mistakes: [
        Mistake(
          text: "Win a <prize>", label: "ham", predicted: "spam", probability: 0.98,
          pieces: ["Win", " a ", "<prize>"], evidence: [1.5, 0.001, -0.5])
      ])
  }
}
