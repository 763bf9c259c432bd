"use strict";

// How the text is to be written: fields with a range each. A field that is wrong says so and is not
// used.
class Controls {
  constructor({ temperature }) {
    const field = (id, label, value, rule, hint) => {
      const input = page.element(
        "input", { id, value, inputmode: "decimal", autocomplete: "off", title: hint });
      input.rule = rule;
      return { id, input, element: page.element("label", {}, page.element("span", {}, label), input) };
    };
    const isNumber = (text, test) => text.trim() !== "" && Number.isFinite(Number(text)) && test(Number(text));
    const isOffOr = (test) => (text) => text.trim() === "" || isNumber(text, test);
    this.fields = [
      field(
        "length", "Characters", 500, (text) => isNumber(text, (n) => Number.isInteger(n) && n >= 1 && n <= 1e6),
        "How many to write, 1 to 1000000"),
      field(
        "options", "Ways to go on", 1, (text) => isNumber(text, (n) => Number.isInteger(n) && n >= 1 && n <= 16),
        "1 to 16: so many texts with one seed after the other, to choose from"),
      field(
        "temperature", "Temperature", temperature, (text) => isNumber(text, (n) => n >= 0),
        "0 or more: below 1 more predictable, above 1 more varied; 0 takes the most probable character"),
      field(
        "top-k", "Top-k", "", isOffOr((n) => Number.isInteger(n) && n >= 1),
        "A whole number from 1, or empty: only so many characters, the most probable"),
      field(
        "top-p", "Top-p", "", isOffOr((n) => n > 0 && n <= 1),
        "More than 0 and at most 1, or empty: only the fewest characters that together are this probable"),
      field(
        "min-p", "Min-p", "", isOffOr((n) => n >= 0 && n <= 1),
        "0 to 1, or empty: only characters this many times as probable as the most probable"),
      field(
        "typical-p", "Typical-p", "", isOffOr((n) => n > 0 && n <= 1),
        "More than 0 and at most 1, or empty: only characters of typical surprisal, together this probable"),
      field(
        "repetition-penalty", "Repetition penalty", 1, (text) => isNumber(text, (n) => n > 0),
        "More than 0: above 1 characters of the recent text become less probable, 1 changes nothing"),
      field(
        "repetition-window", "Repetition window", 64,
        (text) => isNumber(text, (n) => Number.isInteger(n) && n >= 0),
        "A whole number: how many characters back the penalty looks"),
      field(
        "seed", "Seed", Controls.anySeed(),
        (text) => /^\d{1,20}$/.test(text.trim()) && BigInt(text) < 2n ** 64n,
        "A whole number: the same seed gives the same text"),
    ];
    this.rules = new RuleControls();
    this.element = page.element(
      "div", { class: "controls" },
      page.element(
        "fieldset", { class: "fields" }, page.element("legend", {}, "How it is written"),
        this.fields.map(({ element }) => element)),
      this.rules.element);
  }

  static anySeed() {
    return String(crypto.getRandomValues(new Uint32Array(1))[0]);
  }

  /// What is set; throws an error for people, with the field's focus, where something is wrong.
  read() {
    const text = {};
    for (const { id, input } of this.fields) {
      const isRight = input.rule(input.value);
      input.setAttribute("aria-invalid", String(!isRight));
      if (!isRight) {
        input.focus();
        throw new Error(`${input.previousSibling.textContent}: ${input.title}.`);
      }
      text[id] = input.value.trim();
    }
    const optional = (value) => (value === "" ? null : Number(value));
    return {
      length: Number(text.length), count: Number(text.options), seed: text.seed, ...this.rules.read(),
      options: {
        temperature: Number(text.temperature), topK: optional(text["top-k"]), topP: optional(text["top-p"]),
        minP: optional(text["min-p"]), typicalP: optional(text["typical-p"]),
        repetitionPenalty: Number(text["repetition-penalty"]),
        repetitionWindow: Number(text["repetition-window"]),
      },
    };
  }

  set seed(seed) {
    this.fields.find(({ id }) => id === "seed").input.value = seed;
  }
}
