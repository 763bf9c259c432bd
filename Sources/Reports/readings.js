"use strict";

// What was found by reading a run's data once more with its best model.

const readings = {
  hint: "Point at a text, or focus it and use the arrow keys, to have numbers read out.",
  percent: (share, digits = 3) => `${page.number(100 * share, digits)}%`,
  count: (number) => number.toLocaleString("en"),

  /// How far from the truth probabilities are, in words; the thresholds are those of the sentence.
  calibrationWords({ expected_error: error }) {
    const size = error < 0.02 ? "can be believed as they are (less than 2 points)"
      : error < 0.05 ? "are somewhat off (2 to 5 points)"
        : error < 0.1 ? "are off (5 to 10 points)" : "should not be taken at their word (10 points or more)";
    return `On average a prediction is ${page.number(100 * error, 2)} percentage points from how often `
      + `it comes true: the probabilities ${size}.`;
  },

  calibration(title, reliability) {
    const rows = reliability.bins.map((bin, index) => page.element(
      "tr", {},
      page.element("td", {}, `${index * 10}–${index * 10 + 10}%`),
      ...(bin.count === 0 ? ["–", "–", "0"]
        : [`${(100 * bin.predicted).toFixed(1)}%`, `${(100 * bin.observed).toFixed(1)}%`, readings.count(bin.count)])
        .map((text) => page.element("td", { class: "number" }, text))));
    const table = page.element(
      "table", {},
      page.element("thead", {}, page.element(
        "tr", {}, page.element("th", { scope: "col" }, "Sureness"),
        ["Predicted", "Came true", "Predictions"].map((text) =>
          page.element("th", { class: "number", scope: "col" }, text)))),
      page.element("tbody", {}, rows));
    return [
      page.element("p", {}, readings.calibrationWords(reliability)),
      page.element(
        "div", { class: "beside" }, page.reliabilityDiagram(title, reliability),
        page.element("details", { class: "data", open: "" }, page.element("summary", {}, "Data"), table)),
    ];
  },

  passage(passage, most) {
    const place = `from character ${readings.count(passage.start + 1)} of the validation text`;
    return page.element(
      "div", { class: "passage" },
      page.element(
        "p", { class: "faint" }, `${page.number(passage.nats_per_character, 4)} nats a character, ${place}`),
      page.tintedText({
        name: `Passage ${place}`, pieces: passage.characters, values: passage.nats, most,
        describe: (piece, value) =>
          `“${page.visible(piece).trim() || "blank"}”: ${page.number(value, 4)} nats, expected with `
          + `${readings.percent(Math.exp(-value))}`,
      }).element);
  },

  /// A language model's reading of its validation text.
  text(run) {
    const { reading } = run;
    if (!reading) return [];
    const most = 6;
    return [
      page.element("h3", {}, "Calibration"),
      page.element(
        "p", { class: "faint" },
        `The best model read ${readings.count(reading.characters)} characters of the validation text: `
        + `${page.number(reading.nats_per_character, 5)} nats a character.`),
      ...readings.calibration("Reliability of the likeliest character", reading.reliability),
      page.element("h3", {}, "What surprised it most"),
      page.element(
        "p", { class: "faint" },
        `The stronger the tint, the less a character was expected; the full tint is ${most} nats or more. `
        + readings.hint),
      ...reading.surprising.map((passage) => readings.passage(passage, most)),
      page.element(
        "details", { class: "more expected" },
        page.element("summary", {}, "What surprised it least"),
        reading.expected.map((passage) => readings.passage(passage, most))),
    ];
  },

  novelty({ novelty }) {
    if (!novelty) return [];
    const { copied_share: share, threshold, written } = novelty;
    return [
      page.element("h3", {}, "Novelty"),
      page.element(
        "p", {},
        `Of ${readings.count(written)} characters that it wrote, ${readings.percent(share)} stand in `
        + `passages of ${threshold} characters or more that its training text has word for word.`),
      page.element(
        "div", {
          class: "meter", role: "img", "aria-label": `${readings.percent(share)} copied`,
        },
        page.element("div", { style: `width: ${Math.min(100, 100 * share)}%` })),
      ...(novelty.passages.length === 0
        ? [page.element("p", { class: "faint" }, "None of them is worth showing.")]
        : [
          page.element("h4", {}, "The longest copied passages"),
          ...novelty.passages.map((passage) => page.element(
            "div", { class: "passage" },
            page.element("p", { class: "faint" }, `${readings.count(passage.length)} characters, ${passage.place}`),
            page.element(
              "div", { class: "text" },
              page.visible(passage.text) + ([...passage.text].length < passage.length ? "…" : "")))),
        ]),
    ];
  },

  /// A classifier's reading of its validation texts.
  classification({ classification: reading }) {
    if (!reading) return [];
    return [
      page.element("h3", {}, "What is taken for what"),
      page.element(
        "p", {},
        `Of ${readings.count(reading.texts)} validation texts ${readings.percent(reading.accuracy, 4)} are `
        + `classified rightly; the mean F1 of the classes is ${readings.percent(reading.macro_f1, 4)}.`),
      page.matrix("Confusion matrix", reading.classes, reading.confusion),
      readings.classTable(reading),
      page.element("h3", {}, "Calibration"),
      ...readings.calibration("Reliability of the predicted class", reading.reliability),
      ...readings.mistakes(reading.mistakes),
    ];
  },

  classTable({ classes, per_class: results }) {
    const heading = (text) => page.element("th", { class: "number", scope: "col" }, text);
    const cell = (text) => page.element("td", { class: "number" }, text);
    return page.element(
      "details", { class: "data", open: classes.length <= 12 ? "" : null },
      page.element("summary", {}, "Each class"),
      page.element("div", { class: "rows" }, page.element(
        "table", { class: "classes" },
        page.element("thead", {}, page.element(
          "tr", {}, page.element("th", { scope: "col" }, "Class"),
          ["Precision", "Recall", "F1", "Texts"].map(heading))),
        page.element("tbody", {}, classes.map((name, index) => {
          const { precision, recall, f1, support } = results[index];
          return page.element(
            "tr", {}, page.element("th", { scope: "row" }, name),
            [precision, recall, f1].map((share) => cell(`${(100 * share).toFixed(1)}%`)),
            cell(readings.count(support)));
        })))));
  },

  mistakes(mistakes) {
    if (mistakes.length === 0) {
      return [
        page.element("h3", {}, "The worst mistakes"), page.element("p", {}, "It made none."),
      ];
    }
    return [
      page.element("h3", {}, "The worst mistakes"),
      page.element(
        "p", { class: "faint" }, "Texts of whose class the model was surest, and wrong. Orange speaks for "
        + `what it predicted, blue and underlined against it. ${readings.hint}`),
      ...mistakes.map((mistake) => {
        const most = Math.max(0.05, ...mistake.evidence.map(Math.abs).filter(Number.isFinite));
        return page.element(
          "div", { class: "passage mistake" },
          page.element(
            "p", {}, "is ", page.element("b", {}, mistake.label), ", taken for ",
            page.element("b", {}, mistake.predicted), ` with ${readings.percent(mistake.probability, 4)}`),
          page.tintedText({
            name: `Text of ${mistake.label}`, pieces: mistake.pieces, values: mistake.evidence, most,
            describe: (piece, value) => page.evidenceWords(piece, value, mistake.predicted),
          }).element);
      }),
    ];
  },
};
