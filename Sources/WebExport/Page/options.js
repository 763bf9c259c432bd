"use strict";

// Several ways to go on, side by side, of which one is taken by its button or its number.
class Options {
  /// - on: `take(index)`, `leave()`.
  constructor(on) {
    this.on = on;
    this.isOpen = false;
    this.list = page.element("ol", { "aria-labelledby": "options-heading" });
    this.element = page.element(
      "section", { class: "options", hidden: "", keydown: (event) => this.keyDown(event) },
      page.element("h2", { id: "options-heading" }, "Ways to go on"), this.list);
    this.clear();
  }

  get buttons() {
    return [...this.list.querySelectorAll("button")];
  }

  clear() {
    this.isOpen = false;
    this.element.hidden = true;
    this.list.replaceChildren();
  }

  /// Adds one that is being written; returns what shows its text.
  add() {
    this.element.hidden = false;
    const index = this.list.children.length;
    const text = page.element("span", { class: "text" });
    this.list.append(
      page.element(
        "li", {},
        page.element(
          "button", { type: "button", disabled: "", click: () => this.on.take(index) },
          page.element("span", { class: "number" }, String(index + 1)), text)));
    return (passage) => { text.textContent = passage; };
  }

  /// Now one can be taken.
  open() {
    this.isOpen = true;
    for (const button of this.buttons) button.disabled = false;
    this.buttons[0]?.focus();
  }

  keyDown(event) {
    if (!this.isOpen || event.ctrlKey || event.metaKey || event.altKey) return;
    const { buttons } = this;
    const index = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next !== undefined) buttons[Math.min(Math.max(next, 0), buttons.length - 1)].focus();
    else if (/^[1-9]$/.test(event.key) && buttons[event.key - 1]) this.on.take(event.key - 1);
    else if (event.key === "Escape") this.on.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
