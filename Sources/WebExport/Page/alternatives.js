"use strict";

// What could stand at a place of the text: a list, the most probable first, of which one can be chosen.
class Alternatives {
  static count = 12;

  /// - on: `choose(place, symbol)`, `leave()`.
  constructor(vocabulary, on) {
    this.vocabulary = vocabulary;
    this.on = on;
    this.heading = page.element("h2", { id: "alternatives-heading" }, "Alternatives");
    this.list = page.element("ol", {
      "aria-labelledby": "alternatives-heading", keydown: (event) => this.keyDown(event),
    });
    this.hint = page.element(
      "p", { class: "faint" }, "Point at a character, or move the caret to it: what else could stand there? "
        + "Choose one, and the text goes on from there.");
    this.element = page.element("section", { class: "alternatives" }, this.heading, this.hint, this.list);
  }

  clear() {
    this.heading.textContent = "Alternatives";
    this.hint.hidden = false;
    this.list.replaceChildren();
  }

  /// - there: the symbol that stands at the place; undefined at the end.
  show(place, candidates, there) {
    this.hint.hidden = true;
    this.heading.textContent =
      there === undefined ? "What could come next" : `Instead of ${this.vocabulary.name(there)}`;
    this.list.replaceChildren(
      ...candidates.map(({ symbol, probability }) => this.row(place, symbol, probability, there)));
  }

  row(place, symbol, probability, there) {
    const name = this.vocabulary.name(symbol);
    const percent = probability < 0.001 ? "< 0.1%" : `${(100 * probability).toFixed(1)}%`;
    const isThere = symbol === there;
    return page.element(
      "li", {},
      page.element(
        "button",
        {
          type: "button", "data-symbol": symbol, "aria-current": isThere ? "true" : null,
          "aria-label": `${name}, ${percent}${isThere ? ", stands there" : ""}`,
          click: () => this.on.choose(place, symbol),
        },
        page.element("span", { class: "symbol" }, name),
        page.element(
          "span", { class: "bar" },
          page.element("span", { style: `width: ${(100 * probability).toFixed(2)}%` })),
        page.element("span", { class: "percent" }, percent)));
  }

  focus() {
    const buttons = [...this.list.querySelectorAll("button")];
    (buttons.find((button) => button.getAttribute("aria-current")) ?? buttons[0])?.focus();
  }

  keyDown(event) {
    const buttons = [...this.list.querySelectorAll("button")];
    const index = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next !== undefined) buttons[Math.min(Math.max(next, 0), buttons.length - 1)].focus();
    else if (event.key === "Escape") this.on.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
