"use strict";

// What is never to be written, and what rather or less: fields of lines, spelt as the options `--ban` and
// `--bias` of `charlstm sample`.
class RuleControls {
  constructor() {
    const field = (tag, id, label, hint, more = {}) => {
      const input = page.element(tag, { id, title: hint, autocomplete: "off", spellcheck: "false", ...more });
      return { label, input, element: page.element("label", {}, page.element("span", {}, label), input) };
    };
    this.bans = field(
      "textarea", "ban", "Never write, one a line",
      "Phrases, or regular expressions as /…/, that are never written: where one would be complete, the text goes "
        + "back to where it began", { rows: 3 });
    this.ignoresCase = field(
      "input", "ban-ignoring-case", "In either case", "Upper and lower case of these are the same",
      { type: "checkbox" });
    this.biases = field(
      "textarea", "bias", "Rather or less, one a line",
      "A text, = and from -1000 to 1000 nats, such as king=2: above 0 it comes up more often, below 0 less",
      { rows: 3 });
    this.element = page.element(
      "fieldset", { class: "fields" }, page.element("legend", {}, "Never, rather, less"),
      [this.bans, this.ignoresCase, this.biases].map(({ element }) => element));
  }

  /// What is set; throws an error for people, with the field's focus, where something is wrong.
  read() {
    return {
      bans: this.inField(this.bans, () => this.readBans()),
      biases: this.inField(this.biases, () => linesOf(this.biases.input.value).map(biasOf)),
    };
  }

  /// Null where there are none.
  readBans() {
    const bans = { phrases: [], patterns: [], ignoresCase: this.ignoresCase.input.checked };
    for (const line of linesOf(this.bans.input.value)) {
      const isPattern = /^\/.+\/$/su.test(line);
      const list = isPattern ? bans.patterns : bans.phrases;
      const ban = isPattern ? line.slice(1, -1) : unescaped(line);
      if (!list.includes(ban)) list.push(ban);
    }
    // Refuses what is wrong.
    for (const pattern of bans.patterns) new PatternBan(pattern, bans.ignoresCase);
    return bans.phrases.length + bans.patterns.length > 0 ? bans : null;
  }

  inField({ label, input }, read) {
    try {
      const value = read();
      input.setAttribute("aria-invalid", "false");
      return value;
    } catch (error) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      throw new Error(`${label}: ${error.message}.`);
    }
  }
}

function linesOf(text) {
  return text.split("\n").filter((line) => line !== "");
}

function biasOf(line) {
  const sign = line.lastIndexOf("=");
  const digits = line.slice(sign + 1);
  if (sign < 1 || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) {
    throw new Error(`${line} needs a text, = and a number, such as king=2`);
  }
  const nats = Number(digits);
  if (!(Math.abs(nats) <= 1000)) throw new Error(`${line} is not from -1000 to 1000 nats`);
  return { text: unescaped(line.slice(0, sign)), nats };
}

/// A text in which backslashes stand for what cannot be typed, as Text/Escapes.swift has it.
function unescaped(text) {
  return text.replace(/\\(u\{([0-9a-fA-F]+)\}|[^]|$)/gu, (whole, escape, digits) => {
    const value = digits ? parseInt(digits, 16) : null;
    if (value !== null && value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff)) {
      return String.fromCodePoint(value);
    }
    const meant = { n: "\n", t: "\t", r: "\r", "\"": "\"", "\\": "\\" }[escape];
    if (meant === undefined) {
      throw new Error("after a backslash there must be n, t, r, u{…}, \" or another backslash");
    }
    return meant;
  });
}
