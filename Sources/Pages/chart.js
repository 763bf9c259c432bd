"use strict";

// A line chart: `page.lineChart({ id, title, series, axes, marks, height, link, compact })` makes a
// figure.
//
// A series is { name, x, y, color, dash, dots, hidden }: `y` a list of numbers, `x` an object with a
// list as long for each axis. What is no finite number is a gap. An axis is { key, name, units }. A
// mark is { series, index, name }. Charts of the same `link` have the same x axis, which those choose
// that are not `compact`. `page.charts` has the charts by their ids.

page.charts = {};

/// The colors of series in order; dashes tell apart what has the same color.
page.seriesStyle = (index) => ({
  color: ["--blue", "--orange", "--green", "--purple"][index % 4],
  dash: [null, "7 3", "2 3", "9 3 2 3"][Math.floor(index / 4) % 4],
});

/// A number in few digits, for axes and read-outs.
page.number = (value, digits = 6) => {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) {
    return value.toExponential(Math.max(0, digits - 1)).replace(/\.?0+e/, "e").replace("e+", "e");
  }
  return Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1)))))
    .toLocaleString("en", { maximumFractionDigits: 15 });
};

{
  const margin = { left: 58, right: 28, top: 10, bottom: 38 };
  const finite = (value) => (typeof value === "number" && Number.isFinite(value));
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  /// Round numbers from low to high, about as many as asked for.
  const linearTicks = (low, high, count) => {
    const rough = (high - low) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) {
      ticks.push(Number((i * step).toPrecision(12)));
    }
    return ticks;
  };

  const logTicks = (low, high, count) => {
    const of = (factors) => {
      const ticks = [];
      for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
        for (const factor of factors) {
          const tick = Number(`${factor}e${e}`);
          if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
        }
      }
      return ticks;
    };
    const choices = [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]].map(of);
    const ticks = choices.find((list) => list.length <= count + 1) ?? choices.at(-1);
    return ticks.length >= 3 ? ticks : linearTicks(low, high, count);
  };

  /// Of points closer together than pixels, in each column of pixels the first, lowest, highest, last.
  const thinned = (points, toX, width) => {
    if (points.length <= 4 * width) return points;
    const kept = [];
    for (let start = 0; start < points.length;) {
      const column = Math.floor(toX(points[start].x));
      let end = start;
      let low = start;
      let high = start;
      while (end < points.length && Math.floor(toX(points[end].x)) === column) {
        if (points[end].y < points[low].y) low = end;
        if (points[end].y > points[high].y) high = end;
        end += 1;
      }
      const indices = [...new Set([start, low, high, end - 1])].sort((a, b) => a - b);
      kept.push(...indices.map((index) => points[index]));
      start = end;
    }
    return kept;
  };

  const nearest = (points, x) => {
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle].x < x) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && (low === points.length || x - points[low - 1].x <= points[low].x - x)) low -= 1;
    return points[low];
  };

  class LineChart {
    constructor(options) {
      this.series = options.series.map((series, index) => ({ ...page.seriesStyle(index), ...series }));
      this.axes = options.axes.filter(({ key }) =>
        this.series.some((series) => series.x[key]?.some(finite)));
      if (this.axes.length === 0) this.axes = options.axes.slice(0, 1);
      this.marks = options.marks ?? [];
      this.title = options.title;
      this.height = options.height ?? 300;
      this.axis = this.axes[0];
      this.link = options.link;
      this.isCompact = options.compact ?? false;
      this.log = { x: false, y: false };
      this.hidden = new Set(this.series.flatMap((series, index) => (series.hidden ? [index] : [])));
      this.view = null;
      this.cursor = null;
      this.cache = new Map();
      this.makeFigure(options);
      this.draw();
      // Not within the notification: what is drawn changes sizes again.
      new ResizeObserver(() => requestAnimationFrame(() => {
        if (this.figure.clientWidth !== this.drawnWidth) this.draw();
      })).observe(this.figure);
    }

    // Data

    /// What can be shown of a series: points in order of x, each with its index in the series.
    points(index) {
      const key = `${index} ${this.axis.key} ${this.log.x} ${this.log.y}`;
      if (!this.cache.has(key)) {
        const { x, y } = this.series[index];
        const points = y.map((value, i) => ({ x: x[this.axis.key]?.[i], y: value, index: i }))
          .filter((point) => finite(point.x) && finite(point.y)
            && (!this.log.x || point.x > 0) && (!this.log.y || point.y > 0))
          .sort((a, b) => a.x - b.x || a.index - b.index);
        this.cache.set(key, points);
      }
      return this.cache.get(key);
    }

    get shown() {
      return this.series.map((_, index) => index).filter((index) => !this.hidden.has(index));
    }

    get extent() {
      let low = Infinity;
      let high = -Infinity;
      for (const index of this.shown) {
        const points = this.points(index);
        if (points.length === 0) continue;
        low = Math.min(low, points[0].x);
        high = Math.max(high, points.at(-1).x);
      }
      if (low > high) return this.log.x ? [1, 10] : [0, 1];
      return low === high ? [this.log.x ? low / 2 : low - 1, this.log.x ? low * 2 : low + 1] : [low, high];
    }

    /// The places where there are values, in order.
    get positions() {
      return [...new Set(this.shown.flatMap((index) => this.points(index).map((point) => point.x)))]
        .sort((a, b) => a - b);
    }

    // Doing

    /// About the cursor, where it is in view.
    zoom(factor) {
      const [low, high] = this.scaledView();
      const cursor = this.cursor === null ? null : this.scaled(this.cursor);
      const center = cursor >= low && cursor <= high && cursor !== null ? cursor : (low + high) / 2;
      this.setScaledView(center - (center - low) * factor, center + (high - center) * factor);
    }

    pan(share) {
      const [low, high] = this.scaledView();
      const [first, last] = this.extent.map((x) => this.scaled(x));
      const distance = clamp((high - low) * share, first - low, last - high);
      this.setScaledView(low + distance, high + distance);
    }

    showAll() {
      this.view = null;
      this.draw();
    }

    setView(low, high) { this.setScaledView(this.scaled(low), this.scaled(high)); }

    setScaledView(low, high) {
      const [first, last] = this.extent.map((x) => this.scaled(x));
      const least = (last - first) * 1e-5;
      if (high - low < least) return;
      low = Math.max(low, first);
      high = Math.min(high, last);
      this.view = low <= first && high >= last ? null : [this.unscaled(low), this.unscaled(high)];
      this.draw();
    }

    scaled(x) { return this.log.x ? Math.log10(x) : x; }
    unscaled(x) { return this.log.x ? 10 ** x : x; }
    scaledView() { return (this.view ?? this.extent).map((x) => this.scaled(x)); }

    /// Moves the cursor by so many of the places where there are values.
    step(count) {
      const positions = this.positions;
      if (positions.length === 0) return;
      const [low, high] = this.view ?? this.extent;
      const start = this.cursor ?? (count > 0 ? low : high);
      let index = positions.findIndex((x) => x >= start);
      if (index < 0) index = positions.length - 1;
      if (this.cursor !== null) index += count;
      this.moveTo(positions[clamp(index, 0, positions.length - 1)]);
    }

    moveTo(x) {
      this.cursor = x;
      if (this.view && (x < this.view[0] || x > this.view[1])) {
        const [low, high] = this.scaledView();
        const distance = this.scaled(x) - (x < this.view[0] ? low : high);
        this.setScaledView(low + distance, high + distance);
      }
      this.drawCursor();
    }

    choose(axis) {
      const linked = this.link
        ? Object.values(page.charts).filter((chart) => chart.link === this.link) : [this];
      for (const chart of linked) {
        const same = chart.axes.find(({ key }) => key === axis.key);
        if (!same) continue;
        chart.axis = same;
        chart.view = null;
        chart.cursor = null;
        chart.draw();
      }
    }

    toggleLog(which) {
      this.log[which] = !this.log[which];
      if (which === "x") this.view = null;
      this.draw();
    }

    toggleSeries(index) {
      if (!this.hidden.delete(index)) this.hidden.add(index);
      this.draw();
    }

    // Drawing

    makeFigure(options) {
      const button = (text, name, click) =>
        page.element("button", { type: "button", "aria-label": name, title: name, click }, text);
      this.axisButtons = this.isCompact || this.axes.length < 2 ? [] : this.axes.map((axis) =>
        button(axis.name, `by ${axis.name}`, () => this.choose(axis)));
      this.logButtons = {
        x: button("log x", "logarithmic x axis", () => this.toggleLog("x")),
        y: button("log y", "logarithmic y axis", () => this.toggleLog("y")),
      };
      this.resetButton = button("all", "show everything", () => this.showAll());
      const group = (name, ...buttons) => page.element(
        "span", { class: "group", role: "group", "aria-label": name }, ...buttons);
      const tools = page.element(
        "div", { class: "tools" },
        this.axisButtons.length > 0 ? group("x axis", ...this.axisButtons) : null,
        group("scales", this.logButtons.x, this.logButtons.y),
        group(
          "zoom", button("+", "zoom in", () => this.zoom(0.5)),
          button("−", "zoom out", () => this.zoom(2)), this.resetButton));
      this.legendButtons = this.series.map((series, index) =>
        page.element(
          "button", { type: "button", class: "legend", click: () => this.toggleSeries(index) },
          this.swatch(series), series.name));
      this.readout = page.element("p", { class: "readout", "aria-live": "polite" });
      this.svg = page.svg("svg", {
        class: "chart", tabindex: "0", role: "application", "aria-roledescription": "line chart",
        "aria-label": `${this.title}. Arrow keys read values, plus and minus zoom, Shift with arrow `
          + "keys moves, 0 shows everything.",
      });
      this.table = page.element("div", { class: "rows" });
      this.details = page.element(
        "details", { class: "data", toggle: () => this.fillTable() },
        page.element("summary", {}, "Data"), this.table);
      this.figure = page.element(
        "figure", { class: this.isCompact ? "line-chart compact" : "line-chart", id: options.id },
        page.element("figcaption", {}, page.element("b", {}, this.title), tools),
        page.element(
          "div", { class: "legends", role: "group", "aria-label": "series" },
          ...(this.series.length > 1 ? this.legendButtons : [])),
        this.svg, this.readout, this.details);
      this.listen();
    }

    swatch({ color, dash, dots }) {
      const picture = page.svg("svg", { width: 22, height: 10, "aria-hidden": "true" });
      picture.append(page.svg("line", {
        x1: 0, x2: 22, y1: 5, y2: 5, "stroke-dasharray": dash, class: "curve",
        style: `stroke: var(${color})`,
      }));
      if (dots) picture.append(page.svg("circle", { cx: 11, cy: 5, r: 3, style: `fill: var(${color})` }));
      return picture;
    }

    listen() {
      const keys = {
        ArrowLeft: (event) => (event.shiftKey ? this.pan(-0.2) : this.step(-1)),
        ArrowRight: (event) => (event.shiftKey ? this.pan(0.2) : this.step(1)),
        PageDown: () => this.step(10),
        PageUp: () => this.step(-10),
        Home: () => this.moveTo(this.positions[0] ?? 0),
        End: () => this.moveTo(this.positions.at(-1) ?? 0),
        "+": () => this.zoom(0.5),
        "=": () => this.zoom(0.5),
        "-": () => this.zoom(2),
        0: () => this.showAll(),
        Escape: () => this.showAll(),
      };
      this.svg.addEventListener("keydown", (event) => {
        const action = keys[event.key];
        if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        action(event);
      });
      const place = (event) => {
        const box = this.svg.getBoundingClientRect();
        return this.fromX(clamp(event.clientX - box.left, margin.left, this.drawnWidth - margin.right));
      };
      let start = null;
      this.svg.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || event.pointerType === "touch") return;
        start = { x: place(event), at: event.clientX };
        this.svg.setPointerCapture?.(event.pointerId);
      });
      this.svg.addEventListener("pointermove", (event) => {
        const x = place(event);
        this.hover(x);
        this.select(start && Math.abs(event.clientX - start.at) > 4 ? [start.x, x] : null);
      });
      this.svg.addEventListener("pointerup", (event) => {
        const first = start;
        start = null;
        this.select(null);
        if (!first || Math.abs(event.clientX - first.at) <= 4) return;
        const [low, high] = [first.x, place(event)].sort((a, b) => a - b);
        this.setView(low, high);
      });
      this.svg.addEventListener("pointercancel", () => {
        start = null;
        this.select(null);
      });
      this.svg.addEventListener("pointerleave", () => {
        if (document.activeElement === this.svg) return;
        this.cursor = null;
        this.drawCursor();
      });
      this.svg.addEventListener("dblclick", () => this.showAll());
    }

    /// Puts the cursor at the value nearest to a place.
    hover(x) {
      const near = this.shown.map((index) => nearest(this.points(index), x)?.x)
        .filter((value) => value !== undefined)
        .sort((a, b) => Math.abs(a - x) - Math.abs(b - x));
      this.cursor = near[0] ?? null;
      this.drawCursor();
    }

    draw() {
      const width = Math.max(240, this.figure.clientWidth || 720);
      this.drawnWidth = this.figure.clientWidth;
      if (this.drawnWidth === 0) this.drawnWidth = width;
      this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
      this.svg.setAttribute("height", this.height);
      this.setScales(width);
      this.svg.replaceChildren(this.clip(width), this.grid(width), ...this.curves(width), ...this.marked());
      this.cursorGroup = page.svg("g", { class: "cursor" });
      this.selection = page.svg("rect", { class: "selection", visibility: "hidden" });
      this.svg.append(this.selection, this.cursorGroup);
      this.axisButtons.forEach((button, index) =>
        button.setAttribute("aria-pressed", this.axes[index] === this.axis));
      for (const which of ["x", "y"]) {
        this.logButtons[which].setAttribute("aria-pressed", this.log[which]);
      }
      this.resetButton.disabled = this.view === null;
      this.legendButtons.forEach((button, index) =>
        button.setAttribute("aria-pressed", !this.hidden.has(index)));
      this.drawCursor();
      if (this.details.open) this.fillTable();
    }

    setScales(width) {
      const [low, high] = this.scaledView();
      const left = margin.left;
      const across = width - margin.left - margin.right;
      this.toX = (x) => left + (this.scaled(x) - low) / (high - low) * across;
      this.fromX = (pixel) => this.unscaled(low + (pixel - left) / across * (high - low));
      const logarithmic = this.log.y;
      const scaled = (y) => (logarithmic ? Math.log10(y) : y);
      let [bottom, top] = this.yExtent().map(scaled);
      const room = top > bottom ? (top - bottom) * 0.05 : Math.abs(top) * 0.1 || 1;
      bottom -= room;
      top += room;
      const down = this.height - margin.top - margin.bottom;
      this.toY = (y) => margin.top + (top - scaled(y)) / (top - bottom) * down;
      this.yRange = [bottom, top].map((y) => (logarithmic ? 10 ** y : y));
    }

    /// Of what is in view.
    yExtent() {
      const [first, last] = this.view ?? this.extent;
      let low = Infinity;
      let high = -Infinity;
      for (const index of this.shown) {
        const points = this.points(index);
        let inside = points.filter((point) => point.x >= first && point.x <= last);
        if (inside.length === 0 && points.length > 0) inside = [nearest(points, (first + last) / 2)];
        for (const { y } of inside) {
          low = Math.min(low, y);
          high = Math.max(high, y);
        }
      }
      if (low > high) return this.log.y ? [1, 10] : [0, 1];
      return [low, high];
    }

    clip(width) {
      this.clipName ??= `clip-${Object.keys(page.charts).length}-${Math.random().toString(36).slice(2)}`;
      return page.svg(
        "clipPath", { id: this.clipName },
        page.svg("rect", {
          x: margin.left, y: 0, width: width - margin.left - margin.right,
          height: this.height - margin.bottom + 4,
        }));
    }

    grid(width) {
      const group = page.svg("g", { class: "grid", "aria-hidden": "true" });
      const bottom = this.height - margin.bottom;
      const [low, high] = this.view ?? this.extent;
      const [divisor, unit] = this.axis.units?.(high) ?? [1, this.axis.name];
      const ticks = (log) => (log ? logTicks : linearTicks);
      for (const tick of ticks(this.log.x)(low / divisor, high / divisor, width / 110)) {
        const x = this.toX(tick * divisor);
        group.append(
          page.svg("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4 }),
          page.svg("text", { x, y: bottom + 17, "text-anchor": "middle" }, page.number(tick, 4)));
      }
      for (const tick of ticks(this.log.y)(...this.yRange, this.height / 50)) {
        const y = this.toY(tick);
        group.append(
          page.svg("line", { x1: margin.left, x2: width - margin.right, y1: y, y2: y }),
          page.svg("text", { x: margin.left - 7, y: y + 4, "text-anchor": "end" }, page.number(tick, 4)));
      }
      group.append(page.svg(
        "text", { x: width - margin.right, y: this.height - 4, "text-anchor": "end" }, unit));
      return group;
    }

    curves(width) {
      return this.shown.map((index) => {
        const { color, dash, dots, name } = this.series[index];
        const points = thinned(this.points(index), this.toX, width);
        const places = points.map(({ x, y }) => `${this.toX(x).toFixed(2)},${this.toY(y).toFixed(2)}`);
        const group = page.svg("g", { "clip-path": `url(#${this.clipName})` });
        group.append(page.svg("path", {
          class: "curve", d: places.length > 0 ? `M${places.join("L")}` : null,
          "stroke-dasharray": dash, style: `stroke: var(${color})`, "data-series": name,
        }));
        if ((dots && points.length <= width / 12) || points.length === 1) {
          group.append(...points.map(({ x, y }) => page.svg("circle", {
            cx: this.toX(x), cy: this.toY(y), r: 2.5, style: `fill: var(${color})`,
          })));
        }
        return group;
      });
    }

    marked() {
      const [low, high] = this.view ?? this.extent;
      return this.marks.flatMap(({ series, index, name }) => {
        const point = this.hidden.has(series) ? undefined
          : this.points(series).find((candidate) => candidate.index === index);
        if (!point || point.x < low || point.x > high) return [];
        const [x, y] = [this.toX(point.x), this.toY(point.y)];
        const isRight = x > this.drawnWidth * 0.75;
        return [
          page.svg("circle", { class: "mark", cx: x, cy: y, r: 5 }),
          page.svg("text", {
            class: "mark", x: isRight ? x - 9 : x + 9, y: y < 30 ? y + 18 : y - 8,
            "text-anchor": isRight ? "end" : "start",
          }, name),
        ];
      });
    }

    select(range) {
      this.selection.setAttribute("visibility", range ? "visible" : "hidden");
      if (!range) return;
      const [left, right] = range.map((x) => this.toX(x)).sort((a, b) => a - b);
      for (const [key, value] of Object.entries({
        x: left, width: right - left, y: margin.top, height: this.height - margin.top - margin.bottom,
      })) this.selection.setAttribute(key, value);
    }

    /// The values at the cursor: of each series the nearest one that is not much further away.
    get values() {
      if (this.cursor === null) return [];
      const [low, high] = this.scaledView();
      return this.shown.flatMap((index) => {
        const point = nearest(this.points(index), this.cursor);
        const isNear = point
          && Math.abs(this.scaled(point.x) - this.scaled(this.cursor)) <= (high - low) / 20;
        return isNear ? [{ ...point, series: index }] : [];
      });
    }

    drawCursor() {
      const values = this.values;
      if (values.length === 0) {
        this.cursorGroup.replaceChildren();
        this.readout.classList.add("faint");
        this.readout.textContent = this.isCompact ? ""
          : "Point at the chart, or focus it and use the arrow keys; drag or + and − to zoom.";
        return;
      }
      const x = this.toX(this.cursor);
      this.cursorGroup.replaceChildren(
        page.svg("line", { x1: x, x2: x, y1: margin.top, y2: this.height - margin.bottom }),
        ...values.map((value) => page.svg("circle", {
          cx: this.toX(value.x), cy: this.toY(value.y), r: 4,
          style: `fill: var(${this.series[value.series].color})`,
        })));
      this.readout.classList.remove("faint");
      const parts = values.map((value) => {
        const elsewhere = value.x === this.cursor ? "" : ` (at ${this.place(value.x)})`;
        return `${this.series[value.series].name} ${page.number(value.y)}${elsewhere}`;
      });
      this.readout.textContent = `${this.axis.name} ${this.place(this.cursor)}: ${parts.join(" · ")}`;
    }

    place(x) {
      const [divisor, unit] = this.axis.units?.(x) ?? [1, ""];
      return page.number(x / divisor, 6) + (unit ? ` ${unit}` : "");
    }

    /// The values in view, all digits.
    fillTable() {
      if (!this.details.open) return;
      const most = 500;
      const [low, high] = this.view ?? this.extent;
      const rows = new Map();
      for (const index of this.shown) {
        for (const point of this.points(index)) {
          if (point.x < low || point.x > high) continue;
          if (!rows.has(point.x)) rows.set(point.x, []);
          rows.get(point.x)[index] = point.y;
        }
      }
      const places = [...rows.keys()].sort((a, b) => a - b);
      const cell = (value) => page.element("td", { class: "number" }, value === undefined ? "" : String(value));
      const heading = (text) => page.element("th", { class: "number", scope: "col" }, text);
      const axisName = this.axis.units ? `${this.axis.name}, seconds` : this.axis.name;
      const body = places.slice(0, most).map((x) => page.element(
        "tr", {}, cell(x), this.shown.map((index) => cell(rows.get(x)[index]))));
      this.table.replaceChildren(
        page.element(
          "table", {},
          page.element("thead", {}, page.element(
            "tr", {}, heading(axisName), this.shown.map((index) => heading(this.series[index].name)))),
          page.element("tbody", {}, body)));
      if (places.length > most) {
        this.table.append(page.element(
          "p", { class: "faint" },
          `The first ${most} of ${places.length.toLocaleString("en")} rows; zoom in to see others.`));
      }
    }
  }

  page.lineChart = (options) => {
    const chart = new LineChart(options);
    if (options.id) page.charts[options.id] = chart;
    return chart.figure;
  };
}
