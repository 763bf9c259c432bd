"use strict";

/// The cells that are on through a phrase: at least the threshold at each of its characters, or at
/// most its negative.
///
/// - `apart`: only those that are not on just before and after.
function cellsOn([start, end], threshold, apart) {
  const found = [];
  const { layers, hidden } = page.data.model;
  const level = 127 * threshold;
  for (let layer = 0; layer < layers; layer++) {
    const bytes = inside.hidden(-1, layer);
    const value = (position, cell) => bytes[position * hidden + cell];
    for (let cell = 0; cell < hidden; cell++) {
      const sign = value(start, cell) < 0 ? -1 : 1;
      const isOn = (position) => sign * value(position, cell) >= level;
      let on = true;
      for (let position = start; position <= end && on; position++) on = isOn(position);
      if (on && apart) {
        on = !(start > 0 && isOn(start - 1)) && !(end + 1 < inside.length && isOn(end + 1));
      }
      if (on) found.push({ layer, cell, sign });
    }
  }
  return found;
}

/// Other passages as long as the phrase, by how many of its cells are on through all of them; none
/// overlaps another or the phrase.
///
/// Returns `{ place, start, count }`, place −1 for the window.
function passagesLike(phrase, cells, threshold, apart, most = 20) {
  const { places, model } = page.data;
  const size = phrase[1] - phrase[0] + 1;
  const level = 127 * threshold;
  const passages = [];
  for (let place = -1; place < places.offsets.length; place++) {
    const length = place < 0 ? inside.length : places.length;
    const counts = new Uint32Array(length);
    for (const { layer, cell, sign } of cells) {
      const bytes = inside.hidden(place, layer);
      let run = 0;
      for (let at = 0; at <= length; at++) {
        const on = at < length && sign * bytes[at * model.hidden + cell] >= level;
        if (apart) {
          // A run that is just as long as the phrase.
          if (!on && run === size) counts[at - size]++;
          run = on ? run + 1 : 0;
        } else {
          run = on ? run + 1 : 0;
          if (run >= size) counts[at - size + 1]++;
        }
      }
    }
    for (let start = 0; start + size <= length; start++) {
      const isOther = place >= 0 || start > phrase[1] || start + size <= phrase[0];
      if (counts[start] > 0 && isOther) passages.push({ place, start, count: counts[start] });
    }
  }
  passages.sort((first, second) => second.count - first.count || first.place - second.place
    || first.start - second.start);
  const kept = [];
  for (const passage of passages) {
    if (kept.length === most) break;
    const overlaps = kept.some(({ place, start }) =>
      place === passage.place && Math.abs(start - passage.start) < size);
    if (!overlaps) kept.push(passage);
  }
  return kept;
}

// A phrase, the cells that are on through it, and where else they are.
function showPattern() {
  const { window: shown, places, survey } = page.data;
  const from = page.element("input", { type: "number", change: take });
  const to = page.element("input", { type: "number", change: take });
  for (const input of [from, to]) {
    input.min = shown.offset;
    input.max = shown.offset + inside.length - 1;
  }
  const threshold = page.element("input", {
    type: "range", min: 0, max: 1, step: 0.01, value: 0.3, input: plan,
  });
  const level = page.element("output");
  const apart = page.element("input", { type: "checkbox", change: plan });
  const results = page.element("div", { class: "results", "aria-live": "polite" });
  section(
    "pattern", "Where else the same cells are on",
    "Select a phrase above, by dragging or with Shift and the arrow keys. A cell is on where its "
      + "hidden state is beyond the threshold, on the same side of 0 through the whole phrase.",
    page.element(
      "p", { class: "controls-row" },
      page.element("label", {}, "Characters ", from), page.element("label", {}, " to ", to),
      page.element("label", {}, " threshold ", threshold, " ", level),
      page.element("label", {}, apart, " off just before and after")),
    results,
    page.element(
      "p", { class: "faint" },
      `Looked for in the ${counted(inside.length, "character")} above and in `
        + `${counted(places.offsets.length, "further place")} of `
        + `${counted(places.length, "character")}, spread evenly over the text of `
        + `${survey.characters.toLocaleString("en")}.`));

  function take() {
    const clamp = (input) => Math.min(
      Math.max(Math.round(Number(input.value)) - shown.offset, 0), inside.length - 1);
    if (from.value === "" || to.value === "") return;
    const ends = [clamp(from), clamp(to)].sort((first, second) => first - second);
    selection.set({ phrase: ends });
  }

  let planned = false;
  function plan() {
    level.value = Number(threshold.value).toFixed(2);
    if (planned) return;
    planned = true;
    setTimeout(() => {
      planned = false;
      update();
    }, 16);
  }

  const written = (symbols) => symbols.map((symbol) => {
    const text = inside.text(symbol);
    return text === "\n" ? "↵" : text === "\t" ? "⇥" : text ?? inside.name(symbol);
  }).join("");

  function update() {
    const { phrase } = selection.get();
    if (!phrase) {
      from.value = to.value = "";
      results.replaceChildren(page.element("p", { class: "faint" }, "No phrase is selected."));
      return;
    }
    [from.value, to.value] = phrase.map((position) => position + shown.offset);
    const limit = Number(threshold.value);
    const cells = cellsOn(phrase, limit, apart.checked);
    const text = written(shown.symbols.slice(phrase[0], phrase[1] + 1));
    const passages = passagesLike(phrase, cells, limit, apart.checked);
    results.replaceChildren(
      page.element(
        "p", {}, "“", page.element("b", { class: "text" }, text), "”: ",
        `${counted(cells.length, "cell is", "cells are")} on.`),
      page.element("div", { class: "chips" }, cells.slice(0, 80).map((entry) => page.element(
        "button",
        {
          type: "button", class: "cell", "data-cell": inside.label(entry.layer, entry.cell),
          title: entry.sign < 0 ? "below 0" : "above 0",
          click: () => selection.set({ layer: entry.layer, cell: entry.cell, activity: 0 }),
        },
        inside.label(entry.layer, entry.cell) + (entry.sign < 0 ? " −" : " +"))),
        cells.length > 80
          ? page.element("span", { class: "faint" }, `and ${cells.length - 80} more`) : null),
      passages.length > 0
        ? page.element(
          "table", { class: "passages" },
          page.element("caption", {}, "The passages in which most of them are on throughout"),
          page.element("tbody", {}, passages.map((passage) => row(passage, cells, phrase))))
        : page.element("p", { class: "faint" }, "They are on together nowhere else."));
  }

  function row({ place, start, count }, cells, phrase) {
    const [symbols, first] = place < 0
      ? [shown.symbols, shown.offset]
      : [places.symbols.slice(place * places.length, (place + 1) * places.length),
        places.offsets[place]];
    const end = start + phrase[1] - phrase[0] + 1;
    const around = 32;
    const number = (start + first).toLocaleString("en");
    return page.element(
      "tr", { "data-place": place, "data-start": start, "data-count": count },
      page.element("td", { class: "number" }, `${count} of ${cells.length}`),
      page.element(
        "td", { class: "text" },
        written(symbols.slice(Math.max(start - around, 0), start)).padStart(around),
        page.element("mark", {}, written(symbols.slice(start, end))),
        written(symbols.slice(end, end + around))),
      page.element(
        "td", { class: "faint" },
        place < 0
          ? page.element("button", {
            type: "button",
            click() {
              selection.set({ position: start });
              document.getElementById(`c${start}`).scrollIntoView({ block: "center" });
            },
          }, `character ${number}`)
          : `character ${number}`));
  }

  selection.watch((state, changed) => {
    if (changed.has("phrase")) plan();
  });
  level.value = Number(threshold.value).toFixed(2);
  update();
}
