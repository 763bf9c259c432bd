"use strict";

// What each text is taken for, and what in it speaks for which class.
{
  /// Nothing is called certain or impossible by rounding.
  const percent = (share) => {
    if (share > 0.9995 && share < 1) return ">99.9%";
    if (share > 0 && share < 5e-5) return "<0.01%";
    return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1)}%`;
  };

  const bar = (label, probability) => [
    page.element("span", { class: "label" }, label),
    page.element(
      "span", { class: "track", "aria-hidden": "true" },
      page.element("span", { class: "bar", style: `width: ${100 * probability}%` })),
    page.element("span", { class: "percent" }, percent(probability)),
  ];

  const explanation = (text, index) => {
    const { classes, pieces } = text;
    // One scale for all classes of a text, so that their tints compare.
    const most = Math.max(
      0.05, ...classes.flatMap(({ evidence }) => evidence.map(Math.abs).filter(Number.isFinite)));
    const shownAs = ({ label, evidence: values }) => ({
      values, most,
      describe: (piece, value) =>
        piece === "…" && value === 0 ? "not read" : page.evidenceWords(piece, value, label),
    });
    const tinted = page.tintedText({ name: `Text ${index + 1}`, pieces, ...shownAs(classes[0]) });
    const sum = page.element("p", { class: "faint sum" });
    const choose = (chosen) => {
      buttons.forEach((button, index) => button.setAttribute("aria-pressed", index === chosen));
      const { label, evidence } = classes[chosen];
      const total = evidence.reduce((sum, value) => sum + value, 0);
      sum.textContent = pieces.every((piece) => piece === "…") ? "Nothing of this text was read."
        : `Together the text speaks ${page.number(Math.abs(total), 3)} nats `
        + `${total < 0 ? "against" : "for"} ${label}; the full tint is ${page.number(most, 3)} nats.`;
      tinted.show(shownAs(classes[chosen]));
    };
    const buttons = classes.map(({ label, probability }, index) => page.element(
      "button", { type: "button", class: "class", click: () => choose(index) },
      bar(label, probability)));
    const others = text.other_classes === 0 ? null : page.element(
      "div", { class: "class" }, bar(
        text.other_classes === 1 ? "another class" : `${text.other_classes} other classes`,
        text.other_probability));
    choose(0);
    return page.element(
      "section", { class: "passage explanation" },
      page.element("h2", {}, `Text ${index + 1}: `, page.element("b", {}, classes[0].label)),
      page.element(
        "div", { class: "classes", role: "group", "aria-label": "Class that is explained" },
        buttons, others),
      tinted.element, sum);
  };

  const { model, texts } = page.data;
  page.main.append(
    page.element("h1", {}, `Explained by ${model}`),
    page.element(
      "p", { class: "faint" },
      "Each character is tinted by how far it moved the odds of the chosen class when the text was "
      + "read up to it: orange speaks for the class, blue and underlined against it. Choose another "
      + "class by its bar. Point at a text, or focus it and use the arrow keys, to have numbers read "
      + "out. Of a text of more than 255 characters, several are read together; … was not read."),
    ...texts.map(explanation));
}
