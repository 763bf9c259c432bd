"use strict";

// What the reader has chosen, which all parts of the page show.
const selection = (() => {
  const listeners = [];
  const first = page.data.survey.found[0];
  const state = {
    layer: first ? first.layer - 1 : 0,
    cell: first ? first.cell : 0,
    activity: 0,
    /// A character of the window; null before one is chosen.
    position: null,
    /// The characters of a phrase, the last one included; null without.
    phrase: null,
  };
  return {
    get: () => state,
    /// Changes some of it; whoever watches is told what has changed.
    set(changes) {
      const changed = new Set(
        Object.keys(changes).filter((key) => state[key] !== changes[key]));
      if (changed.size === 0) return;
      Object.assign(state, changes);
      for (const listener of listeners) listener(state, changed);
    },
    watch: (listener) => listeners.push(listener),
  };
})();

/// A number with a sign and so many digits after the point.
function signed(value, digits = 2) {
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
}

function counted(count, noun, plural = noun + "s") {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/// A part of the page: a heading, a sentence on what it shows, and what shows it.
function section(id, title, sentence, ...content) {
  const part = page.element(
    "section", { "aria-labelledby": `${id}-title`, id },
    page.element("h2", { id: `${id}-title` }, title), page.element("p", {}, sentence), content);
  page.main.append(part);
  return part;
}

/// A choice among names; `choose` is called with the number of the one that is taken.
function choice(label, names, choose) {
  const select = page.element(
    "select", { change: () => choose(select.selectedIndex) },
    names.map((name) => page.element("option", {}, name)));
  return { select, element: page.element("label", {}, label + " ", select) };
}
