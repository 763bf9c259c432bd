"use strict";

// The picture of a line chart.

{
  const { linearTicks, logTicks, nearest, thinned, tickLabel } = page.scale;
  /// `left` is the least; long labels take more.
  const margin = { left: 58, right: 28, top: 10, bottom: 38 };

  /// Those that extend it make `figure`, `svg`, `readout`, `details` and the buttons.
  page.ChartPicture = class ChartPicture extends page.ChartData {
    static margin = margin;

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
      const logarithmic = this.log.y;
      const scaled = (y) => (logarithmic ? Math.log10(y) : y);
      let [bottom, top] = this.yExtent().map(scaled);
      const room = top > bottom ? top * 0.05 - bottom * 0.05 : Math.abs(top) * 0.1 || 1;
      bottom -= room;
      top += room;
      const down = this.height - margin.top - margin.bottom;
      // In halves, as the whole distance may be more than the greatest number.
      this.toY = (y) => margin.top + (top / 2 - scaled(y) / 2) / (top / 2 - bottom / 2) * down;
      // Within what numbers can say.
      this.yRange = [bottom, top].map((y) => (logarithmic ? 10 ** Math.min(Math.max(y, -307), 307) : y));
      this.yTicks = (logarithmic ? logTicks : linearTicks)(...this.yRange, this.height / 50)
        .map((value) => ({ value, label: tickLabel(value) }));
      const longest = Math.max(0, ...this.yTicks.map(({ label }) => label.length));
      this.left = Math.min(Math.max(margin.left, 14 + 7 * longest), width / 3);
      const left = this.left;
      const [low, high] = this.scaledView();
      const across = width - left - margin.right;
      this.toX = (x) => left + (this.scaled(x) - low) / (high - low) * across;
      this.fromX = (pixel) => this.unscaled(low + (pixel - left) / across * (high - low));
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
          x: this.left, y: 0, width: width - this.left - margin.right,
          height: this.height - margin.bottom + 4,
        }));
    }

    grid(width) {
      const group = page.svg("g", { class: "grid", "aria-hidden": "true" });
      const bottom = this.height - margin.bottom;
      const [low, high] = this.view ?? this.extent;
      const [divisor, unit] = this.axis.units?.(high) ?? [1, this.axis.name];
      const ticks = this.log.x ? logTicks : linearTicks;
      for (const tick of ticks(low / divisor, high / divisor, width / 110)) {
        const x = this.toX(tick * divisor);
        group.append(
          page.svg("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4 }),
          page.svg("text", { x, y: bottom + 17, "text-anchor": "middle" }, page.number(tick, 4)));
      }
      for (const { value, label } of this.yTicks) {
        const y = this.toY(value);
        group.append(
          page.svg("line", { x1: this.left, x2: width - margin.right, y1: y, y2: y }),
          page.svg("text", { x: this.left - 7, y: y + 4, "text-anchor": "end" }, label));
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
  };
}
