"use strict";

// The cells that were found by what they do, and what holding the chosen one costs.
function showCells() {
  const { survey, ablation } = page.data;
  const most = 3;
  const rows = [];
  const body = page.element("tbody");
  const counts = new Map();
  for (const found of survey.found) {
    const rank = counts.get(found.feature) ?? 0;
    counts.set(found.feature, rank + 1);
    const curve = inside.curves.get(`${found.layer}.${found.cell}`);
    const choose = () => selection.set({ layer: found.layer - 1, cell: found.cell, activity: 0 });
    const button = page.element(
      "button", { type: "button", class: "cell", click: choose },
      `${found.layer}.${found.cell}`);
    const cost = curve && curve.increase[curve.held_at.indexOf(0)];
    const row = page.element(
      "tr", { click: choose, class: rank === 0 ? "first" : null, hidden: rank >= most ? "" : null },
      page.element("td", {}, rank === 0 ? found.feature : ""),
      page.element("td", {}, button),
      page.element(
        "td", { class: "number" }, signed(found.correlation),
        page.element("span", { class: "faint" }, ` ± ${found.standard_error.toFixed(2)}`)),
      page.element("td", { class: "number faint" }, found.shifted_control.toFixed(2)),
      page.element("td", { class: "number faint" }, found.untrained_control.toFixed(2)),
      page.element("td", { class: "number" }, found.mutual_information.toFixed(2)),
      page.element("td", { class: "number" }, cost == null ? "" : signed(cost, 4)));
    rows.push({ found, row, button, rank });
    body.append(row);
  }
  const headings = [
    ["feature", "what can be said of a character"], ["cell", "layer.cell"],
    ["correlation", "of the cell's hidden state with the feature, ± its standard error"],
    ["shifted", "control: the largest with the feature of another part of the text"],
    ["untrained", "control: the largest of any cell of an untrained network"],
    ["bits", "mutual information"],
    ["held at 0", "nats per character lost when the cell is held at 0"],
  ];
  const table = page.element(
    "table", { class: "cells" },
    page.element("thead", {}, page.element("tr", {}, headings.map(([name, title], index) =>
      page.element("th", { title, scope: "col", class: index > 1 ? "number" : null }, name)))),
    body);
  const more = page.element("button", {
    type: "button", "aria-expanded": "false",
    click() {
      const isOpen = more.getAttribute("aria-expanded") === "true";
      more.setAttribute("aria-expanded", String(!isOpen));
      more.textContent = isOpen ? "Show more cells" : "Show fewer cells";
      for (const { row, rank } of rows) row.hidden = isOpen && rank >= most;
    },
  }, "Show more cells");
  const without = survey.features.filter((feature) => !counts.has(feature));
  const curve = page.element("figure", { class: "curve", "aria-live": "polite" });
  section(
    "cells", "Cells found by what they do",
    "Each row is a cell whose output goes with something that has a name, by more than chance "
      + "explains. Choose one to color the text by it.",
    page.element(
      "div", { class: "columns" },
      page.element(
        "div", { class: "scroll" },
        survey.found.length > 0 ? table : page.element("p", {}, "No cell was found."),
        rows.some(({ rank }) => rank >= most) ? more : null,
        without.length > 0 && survey.found.length > 0
          ? page.element("p", { class: "faint" }, `No cell for: ${without.join(", ")}.`) : null),
      curve));

  function update({ layer, cell }) {
    for (const { found, row, button } of rows) {
      const isChosen = found.layer === layer + 1 && found.cell === cell;
      row.classList.toggle("chosen", isChosen);
      button.setAttribute("aria-pressed", String(isChosen));
    }
    const name = inside.label(layer, cell);
    const measured = inside.curves.get(name);
    curve.replaceChildren(
      ...(measured ? [ablationCurve(measured)] : []),
      page.element(
        "figcaption", {},
        measured
          ? `What holding cell ${name} at a value costs, in nats per character over `
            + `${counted(ablation.characters, "character")} (${ablation.nats.toFixed(3)} with no `
            + "cell held). Bars are two standard errors."
          : `Cell ${name} was not held at values. The best cell of each feature was.`));
  }
  selection.watch((state, changed) => {
    if (changed.has("layer") || changed.has("cell")) update(state);
  });
  update(selection.get());
}

/// The picture of a cell's curve: the increase of the surprisal by what the cell is held at.
function ablationCurve({ layer, cell, held_at: levels, increase, standard_error: errors }) {
  const [width, height, left, right, top, bottom] = [320, 180, 58, 12, 12, 34];
  const lows = increase.map((value, index) => value - 2 * errors[index]);
  const highs = increase.map((value, index) => value + 2 * errors[index]);
  const low = Math.min(0, ...lows);
  const high = Math.max(0.001, ...highs);
  const x = (level) => left + (level + 1) / 2 * (width - left - right);
  const y = (value) => top + (high - value) / (high - low) * (height - top - bottom);
  const text = (value, x, y, anchor) => page.svg(
    "text", { x, y, "text-anchor": anchor, class: "tick" }, value);
  const said = levels.map((level, index) => `${level}: ${signed(increase[index], 4)}`).join(", ");
  return page.svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": `Nats per character lost with cell ${layer}.${cell} held at ${said}`,
    },
    page.svg("line", { x1: left, x2: width - right, y1: y(0), y2: y(0), class: "axis" }),
    text("0", left - 6, y(0) + 4, "end"),
    text(signed(high, 3), left - 6, y(high) + 4, "end"),
    levels.map((level) => text(String(level).replace("-", "−"), x(level), height - 18, "middle")),
    text("held at", (left + width - right) / 2, height - 3, "middle"),
    levels.map((level, index) => page.svg("line", {
      x1: x(level), x2: x(level), y1: y(lows[index]), y2: y(highs[index]), class: "error",
    })),
    page.svg("polyline", {
      class: "line",
      points: levels.map((level, index) => `${x(level)},${y(increase[index])}`).join(" "),
    }),
    levels.map((level, index) => page.svg(
      "circle", { cx: x(level), cy: y(increase[index]), r: 3.5, class: "point" },
      page.svg("title", {}, `held at ${level}: ${signed(increase[index], 4)} nats`))));
}
