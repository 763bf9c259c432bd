"use strict";

// Which cell is looked at, and what of it: in a bar that stays in sight.
function showControls() {
  const { model } = page.data;
  const layers = Array.from({ length: model.layers }, (_, layer) => String(layer + 1));
  const layer = choice("layer", layers, (layer) => selection.set({ layer }));
  const activity = choice(
    "shows its", inside.activities, (activity) => selection.set({ activity }));
  const cell = page.element("input", {
    type: "number", min: 0, max: model.hidden - 1,
    change() {
      const number = Math.round(Number(cell.value));
      const isOne = cell.value !== "" && number >= 0 && number < model.hidden;
      if (isOne) selection.set({ cell: number });
      cell.value = selection.get().cell;
    },
  });
  const low = page.element("span");
  const high = page.element("span");
  const bar = page.element(
    "div", { class: "controls", role: "group", "aria-label": "The cell that is shown" },
    layer.element, page.element("label", {}, "cell ", cell), activity.element,
    page.element(
      "span", { class: "legend" }, low,
      page.element("span", { class: "ramp", "aria-hidden": "true" }), high));
  page.main.append(bar);

  function update(state) {
    layer.select.selectedIndex = state.layer;
    activity.select.selectedIndex = state.activity;
    cell.value = state.cell;
    const most = largestOfCell(state);
    low.textContent = signed(-most);
    high.textContent = signed(most);
  }
  selection.watch(update);
  update(selection.get());
}

/// The largest value of the chosen cell in the window, but for its sign.
function largestOfCell({ layer, activity, cell }) {
  let most = 0;
  for (let position = 0; position < inside.length; position++) {
    most = Math.max(most, Math.abs(inside.value(layer, activity, position, cell)));
  }
  return most;
}

// The window's characters, colored by the chosen cell; a character can be chosen, and a phrase.
function showText() {
  const { window: shown, survey } = page.data;
  const characters = shown.symbols.map((symbol, position) => {
    const text = inside.text(symbol);
    const shownAs = { "\n": "↵\n", "\t": "⇥\t" }[text];
    return page.element(
      "span",
      {
        role: "option", id: `c${position}`, "data-position": position, "aria-selected": "false",
        "aria-label": inside.name(symbol),
        class: text == null ? "byte" : shownAs ? "invisible" : null,
      },
      shownAs ?? text ?? inside.name(symbol));
  });
  const before = shown.before.map((symbol) => page.element(
    "span", { class: "before" }, inside.text(symbol) ?? inside.name(symbol)));
  const flow = page.element(
    "div",
    {
      class: "text flow", role: "listbox", tabindex: 0, "aria-multiselectable": "true",
      "aria-label": "The text. Arrow keys choose a character, with Shift a phrase.",
      keydown: move, pointerdown: begin, pointermove: hover, pointerleave: () => say(null),
    },
    page.element("span", { "aria-hidden": "true" }, before), characters);
  const readout = page.element("p", { class: "readout", "aria-live": "polite" });
  const panel = page.element("aside", { class: "panel", "aria-live": "polite" });
  const end = shown.offset + inside.length;
  section(
    "text", "The text, colored by a cell",
    "Blue is below 0, orange above. Click a character to see what the model expected there, and, "
      + "underlined, which characters before it that depends on. Drag over characters to look for "
      + "the pattern they leave.",
    readout,
    page.element("div", { class: "columns" }, flow, panel),
    page.element(
      "p", { class: "faint" },
      `Characters ${shown.offset.toLocaleString("en")} to ${(end - 1).toLocaleString("en")} of `
        + `${survey.characters.toLocaleString("en")}, after those before them, which are faint`
        + (shown.offset < before.length ? "; before a text’s beginning its end is read." : ".")));

  let anchor = null;

  function positionOf(event) {
    const mark = event.target.closest?.("[data-position]");
    return mark ? Number(mark.dataset.position) : null;
  }

  function begin(event) {
    const position = positionOf(event);
    if (position == null || event.button > 0) return;
    event.preventDefault();
    flow.focus({ preventScroll: true });
    choose(position, event.shiftKey);
  }

  function hover(event) {
    const position = positionOf(event);
    say(position);
    if (position != null && event.buttons === 1 && anchor != null && position !== anchor) {
      choose(position, true);
    }
  }

  /// Chooses a character, or with `extends` the phrase from the anchor up to it.
  function choose(position, extending) {
    if (extending && selection.get().position != null) {
      anchor ??= selection.get().position;
      selection.set({
        position, phrase: [Math.min(anchor, position), Math.max(anchor, position)],
      });
    } else {
      anchor = position;
      selection.set({ position });
    }
    say(position);
  }

  function move(event) {
    const now = selection.get().position;
    const last = inside.length - 1;
    const next = {
      ArrowLeft: () => (now ?? 1) - 1, ArrowRight: () => (now ?? -1) + 1,
      ArrowUp: () => beside(now, -1), ArrowDown: () => beside(now, 1),
      Home: () => 0, End: () => last,
    }[event.key];
    if (event.key === "Escape") selection.set({ phrase: null });
    if (!next) return;
    event.preventDefault();
    const position = Math.min(Math.max(next(), 0), last);
    choose(position, event.shiftKey);
    characters[position].scrollIntoView({ block: "nearest" });
  }

  /// The character above or below.
  function beside(position, direction) {
    if (position == null) return 0;
    const from = characters[position].getClientRects()[0];
    let best = position;
    let distance = Infinity;
    let line = null;
    for (let at = position + direction; characters[at]; at += direction) {
      const rect = characters[at].getClientRects()[0];
      if (Math.abs(rect.top - from.top) < rect.height / 2) continue;
      line ??= rect.top;
      if (Math.abs(rect.top - line) > rect.height / 2) break;
      if (Math.abs(rect.left - from.left) < distance) {
        distance = Math.abs(rect.left - from.left);
        best = at;
      }
    }
    return best;
  }

  function say(position) {
    const { layer, cell, activity } = selection.get();
    const at = position ?? selection.get().position;
    const name = `Cell ${inside.label(layer, cell)}, ${inside.activities[activity]}`;
    readout.textContent = at == null
      ? `${name}.`
      : `${name}, after “${inside.name(shown.symbols[at])}”: `
        + signed(inside.value(layer, activity, at, cell));
  }

  function color(state) {
    const most = largestOfCell(state);
    characters.forEach((mark, position) => {
      const value = inside.value(state.layer, state.activity, position, state.cell);
      mark.style.backgroundColor = colors.behindText(most > 0 ? value / most : 0);
    });
  }

  function mark({ position, phrase }) {
    characters.forEach((mark, at) => {
      mark.classList.toggle("chosen", at === position);
      const isIn = phrase != null && at >= phrase[0] && at <= phrase[1];
      mark.classList.toggle("phrase", isIn);
      mark.setAttribute("aria-selected", String(at === position || isIn));
      mark.style.setProperty("--reach", "");
    });
    before.forEach((mark) => mark.style.setProperty("--reach", ""));
    if (position == null) return;
    flow.setAttribute("aria-activedescendant", `c${position}`);
    const { reachLength, maxima } = page.data.expectations;
    for (let distance = 1; distance <= reachLength && maxima[position] > 0; distance++) {
      const at = position - distance;
      const earlier = at < 0 ? before[before.length + at] : characters[at];
      const share = inside.reach(position, distance) / maxima[position];
      earlier?.style.setProperty("--reach", `${Math.round(100 * Math.sqrt(share))}%`);
    }
  }

  selection.watch((state, changed) => {
    if (["layer", "cell", "activity"].some((key) => changed.has(key))) {
      color(state);
      say(null);
    }
    if (changed.has("position") || changed.has("phrase")) mark(state);
    if (changed.has("position")) panel.replaceChildren(...expectation(state.position));
  });
  colors.watch(() => color(selection.get()));
  color(selection.get());
  panel.replaceChildren(...expectation(null));
  say(null);
}

/// What the model expected where a character came: for the panel beside the text.
function expectation(position) {
  if (position == null) {
    return [page.element(
      "p", { class: "faint" }, "Choose a character to see what the model expected in its place.")];
  }
  const { symbols, probabilities, surprisals, maxima, reachLength } = page.data.expectations;
  const came = page.data.window.symbols[position];
  const percent = (probability) =>
    (100 * probability).toFixed(probability < 0.1 ? 1 : 0) + " %";
  const probability = Math.exp(-surprisals[position]);
  const rows = symbols[position].map(
    (symbol, index) => ({ symbol, probability: probabilities[position][index] }));
  if (!symbols[position].includes(came)) rows.push({ symbol: came, probability });
  let strongest = 1;
  for (let distance = 2; distance <= reachLength; distance++) {
    if (inside.reach(position, distance) > inside.reach(position, strongest)) strongest = distance;
  }
  const earlier = position - strongest;
  const { window: shown } = page.data;
  const strong = earlier < 0 ? shown.before[shown.before.length + earlier] : shown.symbols[earlier];
  return [
    page.element("h3", {}, `“${inside.name(came)}” came`),
    page.element(
      "p", {}, `Its probability was ${percent(probability)}, its surprisal `
        + `${surprisals[position].toFixed(2)} nats.`),
    page.element(
      "table", { class: "alternatives" },
      page.element("caption", {}, "What the model expected"),
      page.element("tbody", {}, rows.map(({ symbol, probability }) => page.element(
        "tr", { class: symbol === came ? "came" : null },
        page.element("th", { scope: "row" }, inside.name(symbol)),
        page.element("td", { class: "bar" }, page.element(
          "span", { style: `width: ${100 * probability}%` })),
        page.element("td", { class: "number" }, percent(probability)))))),
    page.element(
      "p", { class: "faint" },
      maxima[position] > 0
        ? "It depends most on "
          + `“${inside.name(strong)}”, ${counted(strongest, "character")} before: a gradient of `
          + `${maxima[position].toPrecision(2)} nats by the unit of its embedding.`
        : "It depends on no character before."),
  ];
}
