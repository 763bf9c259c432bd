"use strict";

// A line chart: `page.lineChart({ id, title, series, axes, marks, height, link, compact, log })` makes
// a figure.
//
// A series is { name, x, y, color, dash, dots, hidden }: `y` a list of numbers, `x` an object with a
// list as long for each axis. What is no finite number is a gap. An axis is { key, name, units }. A
// mark is { series, index, name }. `log` says which of `x` and `y` is logarithmic at first. Charts of the same `link` have the same x axis, which those choose
// that are not `compact`. `page.charts` has the charts by their ids.

{
  const { clamp, nearest } = page.scale;
  const { margin } = page.ChartPicture;

  /// A short line in the style of a series.
  page.swatch = ({ color, dash, dots }) => {
    const picture = page.svg("svg", { width: 22, height: 10, "aria-hidden": "true" });
    picture.append(page.svg("line", {
      x1: 0, x2: 22, y1: 5, y2: 5, "stroke-dasharray": dash, class: "curve",
      style: `stroke: var(${color})`,
    }));
    if (dots) picture.append(page.svg("circle", { cx: 11, cy: 5, r: 3, style: `fill: var(${color})` }));
    return picture;
  };

  class LineChart extends page.ChartPicture {
    constructor(options) {
      super(options);
      this.makeFigure(options);
      this.draw();
      // Not within the notification: what is drawn changes sizes again.
      new ResizeObserver(() => requestAnimationFrame(() => {
        if (this.figure.clientWidth !== this.drawnWidth) this.draw();
      })).observe(this.figure);
    }

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
          page.swatch(series), series.name));
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
        return this.fromX(clamp(event.clientX - box.left, this.left, this.drawnWidth - margin.right));
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
