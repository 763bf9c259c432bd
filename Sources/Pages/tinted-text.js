"use strict";

// Texts whose pieces have a number each, shown as tints, and read out at the pointer or by arrow keys.

/// Line ends are seen, and still end a line.
page.visible = (text) => text.replaceAll("\n", "⏎\n").replaceAll("\t", "⇥");

/// - `pieces`, `values`: as many of both.
/// - `most`: the value that has the full tint; `describe(piece, value)`: what is read out.
/// Positive values are orange, negative ones blue, and underlined to be told apart without color.
/// Returns the element, and `show({ values, most, describe })`, which gives the pieces other values.
page.tintedText = ({ name, pieces, ...shown }) => {
  const readout = page.element("p", { class: "readout", "aria-live": "polite" });
  const spans = pieces.map((piece) => page.element("span", {}, page.visible(piece)));
  let current = -1;
  const describe = () => {
    if (current >= 0) readout.textContent = shown.describe(pieces[current], shown.values[current]);
  };
  const show = (next) => {
    shown = next;
    spans.forEach((span, index) => {
      const value = Number(shown.values[index]);
      const strength = Number.isFinite(value) ? Math.min(Math.abs(value) / shown.most, 1) : 1;
      span.classList.toggle("for", strength >= 0.04 && !(value < 0));
      span.classList.toggle("against", strength >= 0.04 && value < 0);
      span.style.setProperty("--strength", `${Math.round(strength * 50)}%`);
    });
    describe();
  };
  const choose = (index) => {
    if (index < 0 || index >= spans.length) return;
    spans[current]?.classList.remove("chosen");
    current = index;
    spans[index].classList.add("chosen");
    describe();
  };
  const text = page.element("div", {
    class: "text tinted", tabindex: "0", role: "application", "aria-roledescription": "text",
    "aria-label": `${name}: ${pieces.join("")}`,
    keydown: (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!move) return;
      event.preventDefault();
      choose(current + move);
    },
  }, spans);
  spans.forEach((span, index) => span.addEventListener("pointerenter", () => choose(index)));
  show(shown);
  return { element: page.element("div", {}, text, readout), show };
};

/// What a piece of a text speaks for a class, in words.
page.evidenceWords = (piece, value, label) =>
  `“${page.visible(piece).trim() || "blank"}” speaks ${value < 0 ? "against" : "for"} ${label}: `
  + `${page.number(Math.abs(value), 3)} nats`;
