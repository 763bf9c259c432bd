"use strict";

// Pictures of how far predictions can be believed, and of what is taken for what.

/// A picture whose places can be pointed at or gone to by arrow keys, with a line that reads them out.
///
/// `places` are { element, row, column, text }; `hint` is what the line says before.
page.readablePicture = ({ title, svg, places, hint }) => {
  const readout = page.element("p", { class: "readout faint", "aria-live": "polite" }, hint);
  let current = null;
  const choose = (place) => {
    current?.element.classList.remove("chosen");
    current = place;
    place.element.classList.add("chosen");
    readout.classList.remove("faint");
    readout.textContent = place.text;
  };
  const moves = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
  };
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-roledescription", "diagram");
  svg.setAttribute("aria-label", `${title}. Arrow keys read values.`);
  svg.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move || places.length === 0) return;
    event.preventDefault();
    const next = current === null ? places[0] : places.find((place) =>
      place.row === current.row + move[0] && place.column === current.column + move[1]);
    if (next) choose(next);
  });
  for (const place of places) place.element.addEventListener("pointerenter", () => choose(place));
  return page.element("figure", {}, page.element("figcaption", {}, page.element("b", {}, title)), svg, readout);
};

/// Predictions gathered by how sure they were, against how often they came true.
page.reliabilityDiagram = (title, reliability) => {
  const size = 260;
  const left = 44;
  const top = 8;
  const bars = 46;
  const toX = (share) => left + share * size;
  const toY = (share) => top + (1 - share) * size;
  const svg = page.svg("svg", {
    class: "chart reliability", viewBox: `0 0 ${left + size + 12} ${top + size + bars + 44}`,
  });
  const most = Math.max(1, ...reliability.bins.map((bin) => bin.count));
  const percent = (share) => `${page.number(100 * share, 4)}%`;
  const grid = page.svg("g", { class: "grid", "aria-hidden": "true" });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    grid.append(
      page.svg("line", { x1: toX(0), x2: toX(1), y1: toY(share), y2: toY(share) }),
      page.svg("text", { x: left - 6, y: toY(share) + 4, "text-anchor": "end" }, `${100 * share}%`),
      page.svg("text", {
        x: toX(share), y: top + size + bars + 22, "text-anchor": "middle",
      }, `${100 * share}%`));
  }
  grid.append(page.svg("text", {
    x: toX(1), y: top + size + bars + 40, "text-anchor": "end",
  }, "predicted; bars: how many"));
  svg.append(grid, page.svg("line", {
    class: "diagonal", x1: toX(0), y1: toY(0), x2: toX(1), y2: toY(1),
  }));
  const filled = reliability.bins.map((bin, index) => ({ ...bin, index })).filter((bin) => bin.count > 0);
  if (filled.length > 1) {
    svg.append(page.svg("path", {
      class: "curve", style: "stroke: var(--blue)",
      d: `M${filled.map((bin) => `${toX(bin.predicted)},${toY(bin.observed)}`).join("L")}`,
    }));
  }
  const base = top + size + bars + 6;
  const width = size / reliability.bins.length;
  const places = filled.map((bin, column) => {
    const height = Math.max(1, bin.count / most * (bars - 6));
    const element = page.svg(
      "g", { class: "bin" },
      page.svg("rect", { class: "field", x: toX(0) + bin.index * width, width, y: top, height: size + bars }),
      page.svg("rect", {
        class: "bar", x: toX(0) + bin.index * width + 1, width: width - 2, y: base - height, height,
      }),
      page.svg("circle", { cx: toX(bin.predicted), cy: toY(bin.observed), r: 4 }));
    svg.append(element);
    return {
      element, row: 0, column,
      text: `predicted ${percent(bin.predicted)}, came true ${percent(bin.observed)}: `
        + `${bin.count.toLocaleString("en")} predictions`,
    };
  });
  return page.readablePicture({
    title, svg, places,
    hint: "On the diagonal what is predicted with 70% comes true 70 times of 100.",
  });
};

/// How many of each row's things were taken for each column's. Rows and columns have the same names.
page.matrix = (title, names, counts) => {
  const mostShown = 40;
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  let shown = names.map((_, index) => index);
  if (names.length > mostShown) {
    shown = shown.sort((a, b) => totals[b] - totals[a]).slice(0, mostShown).sort((a, b) => a - b);
  }
  const cell = Math.max(14, Math.min(56, Math.floor(520 / shown.length)));
  // In the middle, as names may begin alike; by characters, none of which is split.
  const short = (name) => {
    const characters = [...name];
    return characters.length > 14
      ? `${characters.slice(0, 6).join("")}…${characters.slice(-7).join("")}` : name;
  };
  const left = 12 + 7 * Math.max(...shown.map((index) => short(names[index]).length), 4);
  const side = cell * shown.length;
  const isSteep = cell < 44;
  const bottom = isSteep ? left + 4 : 22;
  const svg = page.svg("svg", {
    class: "chart matrix", viewBox: `0 0 ${left + side + 4} ${side + bottom}`,
    style: `max-width: ${left + side + 4}px`,
  });
  const places = [];
  shown.forEach((label, row) => {
    svg.append(page.svg("text", {
      x: left - 6, y: row * cell + cell / 2 + 4, "text-anchor": "end",
    }, short(names[label])));
    shown.forEach((predicted, column) => {
      const count = counts[label][predicted];
      const share = totals[label] > 0 ? count / totals[label] : 0;
      const [x, y] = [left + column * cell, row * cell];
      const element = page.svg("g", { class: label === predicted ? "cell right" : "cell wrong" });
      element.append(page.svg("rect", {
        x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, class: "ground",
      }));
      // A share of one in a hundred is still seen.
      if (count > 0) {
        element.append(page.svg("rect", {
          x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, class: "tint",
          style: `opacity: ${0.12 + 0.88 * share}`,
        }));
      }
      if (cell >= 26 && count > 0) {
        element.append(page.svg("text", {
          x: x + cell / 2, y: y + cell / 2 + 4, "text-anchor": "middle",
          class: share > 0.45 ? "on-tint" : null,
        }, page.number(count, 3)));
      }
      svg.append(element);
      places.push({
        element, row, column,
        text: `${names[label]} taken for ${names[predicted]}: ${count.toLocaleString("en")} of `
          + `${totals[label].toLocaleString("en")} texts (${page.number(100 * share, 3)}%)`,
      });
    });
  });
  shown.forEach((predicted, column) => {
    const x = left + column * cell + cell / 2;
    svg.append(page.svg("text", isSteep
      ? { x: 0, y: 0, "text-anchor": "end", transform: `translate(${x + 4} ${side + 8}) rotate(-90)` }
      : { x, y: side + 16, "text-anchor": "middle" }, short(names[predicted])));
  });
  const figure = page.readablePicture({
    title, svg, places,
    hint: "Rows are labels, columns what was predicted. Point at a field, or use the arrow keys.",
  });
  if (shown.length < names.length) {
    figure.append(page.element(
      "p", { class: "faint" }, `The ${shown.length} most frequent of ${names.length} classes.`));
  }
  return figure;
};
