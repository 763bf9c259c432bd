"use strict";

// All cells of a layer by time, as a picture of which only what is in sight is drawn.
function showMap() {
  const { model, window: shown } = page.data;
  const orders = ["number", "strength", "likeness to the chosen cell"];
  const [columnWidth, header] = [10, 20];
  const rowHeight = model.hidden <= 32 ? 12 : model.hidden <= 128 ? 6 : 3;
  let order = 0;
  /// Cells from top to bottom.
  let rows = [];

  const picture = page.element("canvas");
  const tip = page.element("div", { class: "tip", hidden: "" });
  const readout = page.element("p", { class: "readout", "aria-live": "polite" });
  const room = page.element(
    "div",
    {
      class: "room",
      style: `width: ${inside.length * columnWidth}px; `
        + `height: ${header + model.hidden * rowHeight}px`,
    }, picture);
  const map = page.element(
    "div",
    {
      class: "map", tabindex: 0, role: "application",
      "aria-roledescription": "heat map",
      "aria-label": "Cells by time. Left and right choose a character, up and down a cell.",
      scroll: draw, keydown: move, click: pick, pointermove: point,
      pointerleave: () => { tip.hidden = true; },
    }, room);
  map.style.height = `${Math.min(header + model.hidden * rowHeight, 440) + 14}px`;
  const by = choice("Cells by", orders, (chosen) => {
    order = chosen;
    arrange();
    show();
  });
  section(
    "map", "All cells of the layer",
    "Each row is a cell, each column a character. Click to choose both.",
    page.element("p", {}, by.element), map, tip, readout);

  function arrange() {
    const { layer, activity, cell } = selection.get();
    const bytes = inside.bytes(layer, activity);
    rows = Array.from({ length: model.hidden }, (_, index) => index);
    if (order === 0) return;
    const series = (index) => {
      const values = new Float64Array(inside.length);
      let sum = 0;
      for (let at = 0; at < inside.length; at++) {
        values[at] = bytes[at * model.hidden + index];
        sum += values[at];
      }
      return { values, mean: sum / inside.length };
    };
    const chosen = series(cell);
    const keys = rows.map((index) => {
      const { values, mean } = series(index);
      let [total, square, chosenSquare] = [0, 0, 0];
      for (let at = 0; at < inside.length; at++) {
        if (order === 1) {
          total += Math.abs(values[at]);
        } else {
          const [own, other] = [values[at] - mean, chosen.values[at] - chosen.mean];
          total += own * other;
          square += own * own;
          chosenSquare += other * other;
        }
      }
      return order === 1 ? total : total / Math.sqrt(square * chosenSquare || 1);
    });
    rows.sort((first, second) => keys[second] - keys[first] || first - second);
  }

  /// The character and the cell at a place of the window; null outside.
  function place(event) {
    const box = picture.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (x < 0 || y < 0 || x >= box.width || y >= box.height) return null;
    const position = Math.floor((x + map.scrollLeft) / columnWidth);
    const row = Math.floor((y - header + map.scrollTop) / rowHeight);
    if (position >= inside.length || y < header || row >= rows.length) return null;
    return { position, cell: rows[row] };
  }

  function text(position, cell) {
    const { layer, activity } = selection.get();
    return `cell ${inside.label(layer, cell)} after “${inside.name(shown.symbols[position])}”: `
      + signed(inside.value(layer, activity, position, cell));
  }

  function pick(event) {
    const at = place(event);
    if (at) selection.set(at);
  }

  function point(event) {
    const at = place(event);
    tip.hidden = at == null;
    if (!at) return;
    tip.textContent = text(at.position, at.cell);
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - 260)}px`;
    tip.style.top = `${event.clientY + 14}px`;
  }

  function move(event) {
    const { position, cell } = selection.get();
    const row = rows.indexOf(cell);
    const changes = {
      ArrowLeft: () => ({ position: Math.max((position ?? 1) - 1, 0) }),
      ArrowRight: () => ({ position: Math.min((position ?? -1) + 1, inside.length - 1) }),
      ArrowUp: () => ({ cell: rows[Math.max(row - 1, 0)] }),
      ArrowDown: () => ({ cell: rows[Math.min(row + 1, rows.length - 1)] }),
    }[event.key];
    if (!changes) return;
    event.preventDefault();
    selection.set(changes());
    show();
  }

  /// Scrolls to what is chosen, and draws.
  function show() {
    const { position, cell } = selection.get();
    const reveal = (start, size, scroll, length) =>
      start < scroll ? start : start + size > scroll + length ? start + size - length : scroll;
    const y = rows.indexOf(cell) * rowHeight;
    map.scrollTop = reveal(y, rowHeight, map.scrollTop, map.clientHeight - header);
    if (position != null) {
      map.scrollLeft =
        reveal(position * columnWidth, columnWidth, map.scrollLeft, map.clientWidth);
    }
    draw();
  }

  function draw() {
    const { layer, activity, cell, position } = selection.get();
    const [width, height] = [map.clientWidth, map.clientHeight];
    const ratio = devicePixelRatio || 1;
    const pixels = [width, height].map((length) => Math.round(length * ratio));
    if (picture.width !== pixels[0] || picture.height !== pixels[1]) {
      [picture.width, picture.height] = pixels;
      picture.style.width = `${width}px`;
      picture.style.height = `${height}px`;
    }
    const context = picture.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.ground();
    context.fillRect(0, 0, width, height);
    const first = Math.floor(map.scrollLeft / columnWidth);
    const last = Math.min(Math.ceil((map.scrollLeft + width) / columnWidth), inside.length);
    const top = Math.floor(map.scrollTop / rowHeight);
    const bottom = Math.min(Math.ceil((map.scrollTop + height - header) / rowHeight), rows.length);
    const columns = last - first;
    if (columns <= 0 || bottom <= top) return;

    const bytes = inside.bytes(layer, activity);
    const image = new ImageData(columns, bottom - top);
    const palette = Array.from({ length: 255 }, (_, index) => colors.mix((index - 127) / 127));
    for (let row = top; row < bottom; row++) {
      for (let column = 0; column < columns; column++) {
        const value = bytes[(first + column) * model.hidden + rows[row]];
        const pixel = 4 * ((row - top) * columns + column);
        image.data.set(palette[value + 127], pixel);
        image.data[pixel + 3] = 255;
      }
    }
    const small = new OffscreenCanvas(columns, bottom - top);
    small.getContext("2d").putImageData(image, 0, 0);
    const left = first * columnWidth - map.scrollLeft;
    const start = header + top * rowHeight - map.scrollTop;
    context.imageSmoothingEnabled = false;
    context.save();
    context.beginPath();
    context.rect(0, header, width, height - header);
    context.clip();
    context.drawImage(
      small, left, start, columns * columnWidth, (bottom - top) * rowHeight);
    context.strokeStyle = colors.text();
    const row = rows.indexOf(cell);
    context.strokeRect(
      left - 1, header + row * rowHeight - map.scrollTop - 0.5, columns * columnWidth + 2,
      rowHeight + 1);
    if (position != null) {
      context.strokeRect(
        position * columnWidth - map.scrollLeft - 0.5, header - 1, columnWidth + 1, height);
    }
    context.restore();
    context.fillStyle = colors.text();
    context.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
    context.textAlign = "center";
    for (let column = first; column < last; column++) {
      context.fillText(
        [...inside.name(shown.symbols[column])][0],
        (column + 0.5) * columnWidth - map.scrollLeft, header - 7, columnWidth + 4);
    }
  }

  selection.watch((state, changed) => {
    if (changed.has("layer") || changed.has("activity") || (order === 2 && changed.has("cell"))) {
      arrange();
    }
    if (!changed.has("phrase") || changed.size > 1) show();
    readout.textContent =
      state.position == null ? "" : `Chosen: ${text(state.position, state.cell)}`;
  });
  colors.watch(draw);
  new ResizeObserver(draw).observe(map);
  arrange();
  show();
}
