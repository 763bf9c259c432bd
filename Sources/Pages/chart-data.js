"use strict";

// What a line chart shows and where it stands, without the picture.

page.charts = {};

/// The colors of series in order; dashes tell apart what has the same color.
page.seriesStyle = (index) => ({
  color: ["--blue", "--orange", "--green", "--purple"][index % 4],
  dash: [null, "7 3", "2 3", "9 3 2 3"][Math.floor(index / 4) % 4],
});

{
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
    if (!(low > 0 && high < Infinity)) return [];
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

  page.scale = { clamp, finite, linearTicks, logTicks, nearest, thinned };

  /// The series, which part of them is in view, and where the cursor is. Those that extend it `draw`.
  page.ChartData = class ChartData {
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
      this.log = { x: false, y: false, ...options.log };
      this.hidden = new Set(this.series.flatMap((series, index) => (series.hidden ? [index] : [])));
      this.view = null;
      this.cursor = null;
      this.cache = new Map();
    }

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
  };
}
