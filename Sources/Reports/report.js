"use strict";

// The page of a report: of one run, or of several side by side and then each.

const seconds = (most) => (most >= 7200 ? [3600, "hours"] : most >= 120 ? [60, "minutes"] : [1, "seconds"]);
const axes = [
  { key: "step", name: "step" },
  { key: "characters", name: "characters" },
  { key: "elapsed_seconds", name: "time", units: seconds },
];

const curve = (points, key, name, style = {}) => ({ name, x: points, y: points[key], ...style });
const hasValues = (list) => list.some((value) => value !== null);
const unit = (run) => `nats a ${run.unit}`;

const verdictCard = ({ verdict }) => page.element(
  "div", { class: `verdict ${verdict.kind}` },
  page.element("b", {}, verdict.headline), page.element("p", {}, verdict.explanation));

const tiles = (run) => page.element(
  "dl", { class: "tiles" },
  run.results.map(({ name, value }) => page.element(
    "div", {}, page.element("dt", {}, name), page.element("dd", {}, value))));

const settings = (run) => (run.settings.length === 0
  ? page.element("p", { class: "faint" }, "The run folder does not say how the run was made.")
  : page.element(
    "table", { class: "facts" },
    page.element("tbody", {}, run.settings.map(({ name, value }) => page.element(
      "tr", {}, page.element("th", { scope: "row" }, name),
      page.element("td", { class: name === "command" ? "text" : null }, value))))));

/// The command that made the run, where the run says so.
const commandLine = ({ settings: facts }) => {
  const fact = facts.find(({ name }) => name === "command");
  return fact ? page.element("p", { class: "text" }, fact.value) : null;
};

const lossChart = (run, id) => page.lineChart({
  id, title: `Loss, ${unit(run)}`, axes, height: 360, link: run.path,
  series: [
    curve(run.steps, "train_loss", "training", { color: "--blue" }),
    ...(run.validations.step.length > 0
      ? [curve(run.validations, "validation_loss", "validation", { color: "--orange", dots: true })] : []),
  ],
  marks: run.best_index == null ? [] : [{ series: 1, index: run.best_index, name: "best" }],
});

/// Smaller charts of what else was measured at every step and validation.
const otherCharts = (run, id) => {
  const charts = [];
  const add = (key, title, series) => {
    const filled = series.filter(({ y }) => hasValues(y));
    if (filled.length === 0) return;
    charts.push(page.lineChart({
      id: `${id}-${key}`, title, axes, height: 220, series: filled, link: run.path, compact: true,
    }));
  };
  add("gap", "Gap: validation loss less training loss", [
    curve(run.validations, "gap", "gap", { dots: true })]);
  add("rate", "Learning rate", [curve(run.steps, "learning_rate", "learning rate")]);
  add("norm", "Gradient norm, before clipping", [curve(run.steps, "gradient_norm", "gradient norm")]);
  add("speed", "Characters a second", [
    curve(run.steps, "characters_per_second", "characters a second")]);
  add("accuracy", "Accuracy and macro F1", [
    curve(run.validations, "accuracy", "accuracy", { dots: true }),
    curve(run.validations, "macro_f1", "macro F1", { dots: true })]);
  return page.element("div", { class: "grid-2" }, charts);
};

/// F1 of each class over time; of many classes the weakest are shown at first.
const classCurves = (run, id) => {
  const { class_f1: rows } = run.validations;
  const count = Math.max(0, ...rows.map((row) => row?.length ?? 0));
  if (count === 0) return [];
  const names = Array.from({ length: count }, (_, index) => run.classes?.[index] ?? `class ${index + 1}`);
  const last = rows.findLast((row) => row !== null);
  const weakest = names.map((_, index) => index).sort((a, b) => (last[a] ?? 0) - (last[b] ?? 0)).slice(0, 8);
  const series = names.map((name, index) => ({
    name, x: run.validations, y: rows.map((row) => row?.[index] ?? null), dots: true,
    hidden: count > 8 && !weakest.includes(index),
  }));
  return [
    page.element("h3", {}, "Each class"),
    count > 8 ? page.element(
      "p", { class: "faint" }, `The eight weakest of ${count} classes; the names switch others on.`) : null,
    page.lineChart({ id: `${id}-classes`, title: "F1 of each class", axes, series }),
  ].filter((part) => part !== null);
};

const teacherCurves = (run, id) => {
  if (run.teachers.length === 0) return [];
  const series = run.teachers.flatMap((teacher, index) => {
    const { color } = page.seriesStyle(index);
    return [
      curve(teacher.steps, "train_loss", `${teacher.name} training`, { color, dash: "3 3" }),
      curve(teacher.validations, "validation_loss", `${teacher.name} validation`, {
        color, dash: null, dots: true,
      }),
    ].filter(({ y }) => y.length > 0);
  });
  const student = curve(run.validations, "validation_loss", "the run itself, validation", {
    color: "--text", dash: null, dots: true,
  });
  return [
    page.element("h3", {}, "Teachers"),
    page.lineChart({
      id: `${id}-teachers`, title: `Loss of the teachers, ${unit(run)}`, axes,
      series: student.y.length > 0 ? [...series, student] : series,
    }),
    page.element("table", {}, page.element("tbody", {}, run.teachers.map((teacher) => page.element(
      "tr", {}, page.element("th", { scope: "row" }, teacher.name),
      page.element("td", {}, teacher.verdict.headline))))),
  ];
};

/// Texts that the model wrote as it learned, one at a time.
const samples = (run) => {
  if (run.is_classifier) return [];
  const heading = page.element("h3", {}, "Samples by age");
  const last = run.samples.length - 1;
  if (last < 0) {
    return [heading, page.element(
      "p", { class: "faint" }, "No samples were written in this run; train --sample-every writes some.")];
  }
  const text = page.element("div", { class: "text sample", "aria-live": "polite" });
  const label = page.element("output", {});
  const slider = page.element("input", {
    type: "range", min: 0, max: last, step: 1, "aria-label": "which sample",
    input: () => show(Number(slider.value)),
  });
  const button = (name, by) => page.element("button", {
    type: "button", "aria-label": `${name} sample`, click: () => show(Number(slider.value) + by),
  }, name);
  const buttons = [button("earlier", -1), button("later", 1)];
  const show = (index) => {
    const sample = run.samples[index];
    slider.value = index;
    const validated = run.validations.step.findLastIndex((step) => step <= sample.step);
    const loss = validated < 0 ? ""
      : `, validation loss ${page.number(run.validations.validation_loss[validated], 4)}`;
    label.textContent = `step ${readings.count(sample.step)}${loss}`;
    slider.setAttribute("aria-valuetext", label.textContent);
    text.textContent = sample.text;
    buttons[0].disabled = index === 0;
    buttons[1].disabled = index === last;
  };
  show(last);
  return [heading, page.element("div", { class: "chooser" }, buttons[0], slider, buttons[1], label), text];
};

const readingParts = (run) => {
  const parts = [
    ...readings.text(run), ...readings.novelty(run), ...readings.classification(run),
  ];
  if (run.reading_missing || parts.length === 0) {
    parts.push(page.element("p", { class: "faint missing" }, run.reading_missing
      ?? "What takes reading the validation data with the model once more is not in this report."));
  }
  return parts;
};

const notes = (run) => {
  const lines = run.unreadable_lines;
  const resumed = run.resumed_at.map(readings.count);
  return [
    resumed.length > 0 ? `The run was stopped, and went on after step ${resumed.join(", ")}.` : null,
    lines.length > 0 ? `${lines.length === 1 ? "Line" : "Lines"} ${lines.slice(0, 10).join(", ")}`
      + `${lines.length > 10 ? " and more" : ""} of metrics.jsonl cannot be read and ${lines.length === 1
        ? "is" : "are"} left out.` : null,
  ].filter((text) => text !== null).map((text) => page.element("p", { class: "faint" }, text));
};

const section = (title, ...parts) => page.element(
  "section", {}, page.element("h2", {}, title), parts.flat(2));

const runParts = (run, id) => [
  verdictCard(run), tiles(run), ...notes(run),
  section("Curves",
    // While its teachers learn, a run has none of its own.
    run.steps.step.length + run.validations.step.length > 0 || run.teachers.length === 0
      ? [lossChart(run, `${id}-loss`), otherCharts(run, id)] : [],
    classCurves(run, id), teacherCurves(run, id)),
  run.is_classifier ? null : section("Writing", samples(run)),
  section("A closer look at the best model", readingParts(run)),
  section("Settings", settings(run)),
].filter((part) => part !== null);

// Several runs

/// Losses of unlike units cannot be compared.
const unitsOf = (runs) => [...new Set(runs.map((run) => run.unit))];

const comparisonTable = (runs) => {
  const isAlike = unitsOf(runs).length === 1;
  const body = page.element("tbody", {});
  const rows = [];
  const add = (key) => {
    const names = [...new Set(runs.flatMap((run) => run[key].map((fact) => fact.name)))];
    for (const name of names) {
      const facts = runs.map((run) => run[key].find((fact) => fact.name === name));
      const numbers = facts.map((fact) => fact?.number ?? null).filter(Number.isFinite);
      const better = facts.find((fact) => fact?.better)?.better;
      const best = isAlike && numbers.length > 1 && better
        ? (better === "low" ? Math.min(...numbers) : Math.max(...numbers)) : null;
      const differs = new Set(facts.map((fact) => fact?.value)).size > 1;
      const row = page.element(
        "tr", { class: differs ? "differs" : "same" }, page.element("th", { scope: "row" }, name),
        facts.map((fact) => {
          const isBest = differs && best !== null && fact?.number === best;
          return page.element(
            "td", { class: isBest ? "best" : null },
            fact?.value ?? "–", isBest ? page.element("span", { class: "star" }, " ★ best") : null);
        }));
      rows.push(row);
      body.append(row);
    }
  };
  add("results");
  add("settings");
  const box = page.element("input", {
    type: "checkbox", change: () => rows.forEach((row) => {
      row.hidden = box.checked && row.classList.contains("same");
    }),
  });
  return [
    page.element("label", {}, box, " only what differs"),
    page.element("div", { class: "wide" }, page.element(
      "table", { class: "comparison" },
      page.element("thead", {}, page.element(
        "tr", {}, page.element("td", {}), runs.map((run, index) => page.element(
          "th", { scope: "col" }, page.swatch(page.seriesStyle(index)),
          " ", run.name)))),
      body)),
  ];
};

/// The runs of a unit in one chart; `index` is a run's among all.
const comparisonChart = (unitName, indexed, isOnly) => {
  const usesTraining = !indexed.every(({ run }) => run.validations.step.length > 0);
  const series = indexed.map(({ run, index }) => (run.validations.step.length > 0
    ? curve(run.validations, "validation_loss", run.name, { ...page.seriesStyle(index), dots: true })
    : curve(run.steps, "train_loss", `${run.name} (training loss)`, page.seriesStyle(index))));
  return page.lineChart({
    id: isOnly ? "comparison" : `comparison-${unitName}`, axes, series, height: 360,
    // The legend of a curve alone is left out.
    title: `${usesTraining ? "Loss" : "Validation loss"} of ${indexed.length === 1
      ? indexed[0].run.name : "each run"}, nats a ${unitName}`,
    marks: indexed.flatMap(({ run }, place) => (run.best_index == null
      || run.validations.step.length === 0
      ? [] : [{ series: place, index: run.best_index, name: "" }])),
  });
};

const comparison = (runs) => {
  const units = unitsOf(runs);
  const charts = units.map((unitName) => comparisonChart(
    unitName, runs.map((run, index) => ({ run, index })).filter(({ run }) => run.unit === unitName),
    units.length === 1));
  return section("Comparison", charts, comparisonTable(runs));
};

/// A run of several, which is drawn when it is opened.
const foldedRun = (run, id) => {
  const content = page.element("div", {});
  const details = page.element("details", {
    class: "run", id,
    toggle: () => {
      if (details.open && content.childElementCount === 0) content.append(...runParts(run, id));
    },
  }, page.element(
    "summary", {}, page.element("b", {}, run.name), " ",
    page.element("span", { class: "faint" }, run.verdict.headline)), content);
  return details;
};

const { runs } = page.data;
page.main.append(page.element(
  "header", {}, page.element("h1", {}, runs.length === 1 ? runs[0].name : `${runs.length} runs`),
  page.element("p", { class: "faint" }, "Training report of charlstm. Losses are in nats."),
  runs.length > 1 ? null : commandLine(runs[0])));
if (runs.length === 1) page.main.append(...runParts(runs[0], "run"));
else {
  page.main.append(comparison(runs));
  page.main.append(section("Each run", runs.map((run, index) => foldedRun(run, `run-${index + 1}`))));
}
