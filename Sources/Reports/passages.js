"use strict";

// Texts whose pieces have a number each, shown as tints, and read out at the pointer or by arrow keys.

/// Line ends are seen, and still end a line.
page.visible = (text) => text.replaceAll("\n", "⏎\n").replaceAll("\t", "⇥");

/// - `pieces`, `values`: as many of both.
/// - `most`: the value that has the full tint; `describe(piece, value)`: what is read out.
/// Positive values are orange, negative ones blue, and underlined to be told apart without color.
page.tintedText = ({ name, pieces, values, most, describe }) => {
  const readout = page.element("p", { class: "readout", "aria-live": "polite" });
  const spans = pieces.map((piece, index) => {
    const value = Number(values[index]);
    const strength = Number.isFinite(value) ? Math.min(Math.abs(value) / most, 1) : 1;
    const span = page.element("span", {}, page.visible(piece));
    if (strength >= 0.04) {
      span.className = value < 0 ? "against" : "for";
      span.style.setProperty("--strength", `${Math.round(strength * 50)}%`);
    }
    return span;
  });
  let current = -1;
  const choose = (index) => {
    if (index < 0 || index >= spans.length) return;
    spans[current]?.classList.remove("chosen");
    current = index;
    spans[index].classList.add("chosen");
    readout.textContent = describe(pieces[index], values[index]);
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
  return page.element("div", {}, text, readout);
};
