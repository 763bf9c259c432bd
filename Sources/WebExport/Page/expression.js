// Regular expressions in the notation that Patterns/ExpressionParser.swift reads, and the same errors. An
// expression is `{ kind: "empty" }`, `{ kind: "one", holds }` with a test of scalars,
// `{ kind: "sequence" | "either", parts }` or `{ kind: "repeated", part, least, most }`, where `most` is
// Infinity for any number.
class ExpressionParser {
  static mostRepetitions = 10_000;
  static deepest = 200;

  constructor(pattern, ignoresCase) {
    this.pattern = pattern;
    this.scalars = [...pattern];
    this.ignoresCase = ignoresCase;
    this.position = 0;
    this.depth = 0;
  }

  /// Throws an error for people.
  expression() {
    const expression = this.alternatives();
    if (this.position < this.scalars.length) {
      this.fault("there is no ( for this ); write \\) for a parenthesis", this.position);
    }
    return expression;
  }

  get next() {
    return this.scalars[this.position];
  }

  fault(problem, position) {
    throw new Error(`the pattern ${this.pattern} at character ${position + 1}: ${problem}`);
  }

  take(scalar) {
    if (this.next !== scalar) return false;
    this.position += 1;
    return true;
  }

  alternatives() {
    const parts = [this.sequence()];
    while (this.take("|")) parts.push(this.sequence());
    return parts.length === 1 ? parts[0] : { kind: "either", parts };
  }

  sequence() {
    const parts = [];
    while (this.next !== undefined && this.next !== "|" && this.next !== ")") {
      parts.push(this.repetition(this.atom()));
    }
    if (parts.length === 0) return { kind: "empty" };
    return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
  }

  atom() {
    const start = this.position;
    const scalar = this.next;
    this.position += 1;
    switch (scalar) {
      case "(": return this.group(start);
      case "[": return this.bracket(start);
      case ".": return this.one([range("\n", "\n")], true);
      case "\\": {
        // The opposite holds no other case of what the class has.
        const { opposite, ...item } = this.escaped(start);
        return opposite ? this.one([opposite], true) : this.one([item], false);
      }
      case "*": case "+": case "?":
        return this.fault(`nothing before ${scalar} to repeat; write \\${scalar} for the character`, start);
      case "{": return this.fault("nothing before { to repeat; write \\{ for the character", start);
      case "^": case "$":
        return this.fault(
          `${scalar} is not supported, as a pattern describes a text from its beginning to its end; `
            + `leave it out, or write \\${scalar} for the character`, start);
      default: return this.one([range(scalar, scalar)], false);
    }
  }

  group(start) {
    this.depth += 1;
    if (this.depth > ExpressionParser.deepest) {
      this.fault(`groups are nested more than ${ExpressionParser.deepest} deep`, start);
    }
    if (this.take("?") && !this.take(":")) {
      this.fault("of groups that begin with (? only (?:…) is supported", start);
    }
    const inside = this.alternatives();
    if (!this.take(")")) this.fault("this ( has no ); write \\( for a parenthesis", start);
    this.depth -= 1;
    return inside;
  }

  repetition(atom) {
    let result = atom, isRepeated = false;
    for (;;) {
      const start = this.position, scalar = this.next;
      const bounds = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] }[scalar];
      if (!bounds && scalar !== "{") return result;
      this.position += 1;
      const [least, most] = bounds ?? this.count(start);
      if (isRepeated) {
        this.fault(
          "what is repeated already is repeated again; put it into parentheses, or leave this "
            + `${scalar} out, as all matches count, long and short`, start);
      }
      isRepeated = true;
      result = { kind: "repeated", part: result, least, most };
    }
  }

  /// `m}`, `m,}`, `,n}` or `m,n}`.
  count(start) {
    const least = this.number(start);
    let most = least;
    if (this.take(",")) {
      most = this.number(start);
      if (least === null && most === null) this.fault("{ needs a number, as in {2}, {2,} or {2,5}", start);
    } else if (least === null) {
      this.fault("{ needs a number, as in {2}, {2,} or {2,5}; write \\{ for the character", start);
    }
    if (!this.take("}")) this.fault("this { has no }, as in {2}, {2,} or {2,5}", start);
    if (least !== null && most !== null && least > most) {
      this.fault(`{${least},${most}} has the larger number first; swap them`, start);
    }
    return [least ?? 0, most ?? Infinity];
  }

  number(start) {
    let value = null;
    while (/^[0-9]$/.test(this.next ?? "")) {
      value = (value ?? 0) * 10 + Number(this.next);
      this.position += 1;
      if (value > ExpressionParser.mostRepetitions) {
        this.fault(`{…} goes up to ${ExpressionParser.mostRepetitions}`, start);
      }
    }
    return value;
  }

  bracket(start) {
    const isNegated = this.take("^");
    const items = [];
    for (;;) {
      if (this.next === undefined) this.fault("this [ has no ]; write \\[ for a bracket", start);
      if (this.next === "]") {
        if (items.length === 0) {
          this.fault("these brackets are empty; write \\] for a bracket in them", this.position);
        }
        this.position += 1;
        return this.one(items, isNegated);
      }
      const place = this.position;
      const first = this.member();
      const after = this.scalars[this.position + 1];
      if (this.next !== "-" || after === undefined || after === "]") {
        items.push(first);
        continue;
      }
      this.position += 1;
      const last = this.member();
      if (first.low === undefined || last.low === undefined) {
        this.fault("a range has a character at each end; write \\- for a hyphen", place);
      }
      if (first.low.codePointAt(0) > last.low.codePointAt(0)) {
        this.fault(`the range ${first.low}-${last.low} has the larger character first; swap them`, place);
      }
      items.push(range(first.low, last.low));
    }
  }

  /// One character or escape within brackets.
  member() {
    const start = this.position, scalar = this.next;
    this.position += 1;
    return scalar === "\\" ? this.escaped(start) : range(scalar, scalar);
  }

  /// What follows a backslash.
  escaped(start) {
    const scalar = this.next;
    if (scalar === undefined) {
      this.fault("a character belongs after the last \\; write \\\\ for a backslash", start);
    }
    this.position += 1;
    const outside = (item) => ({ holds: (other) => !item.holds(other), opposite: item });
    if (scalar in scalarClasses) return scalarClasses[scalar];
    if (scalar.toLowerCase() in scalarClasses) return outside(scalarClasses[scalar.toLowerCase()]);
    const control = { n: "\n", t: "\t", r: "\r" }[scalar];
    if (control) return range(control, control);
    if (scalar === "u") return this.codePoint(start);
    if (/^[bBAzZG]$/.test(scalar)) {
      this.fault(
        `\\${scalar} is not supported, as every part of a pattern matches characters; `
          + "spell out what may stand beside, as in (.*\\W)?word(\\W.*)?", start);
    }
    if (/^[0-9]$/.test(scalar)) this.fault(`\\${scalar}, what a group matched, is not supported`, start);
    if (/^\p{Alphabetic}$/u.test(scalar)) {
      this.fault(`\\${scalar} means nothing; there are \\d \\D \\w \\W \\s \\S \\n \\t \\r \\u{…}`, start);
    }
    return range(scalar, scalar);
  }

  codePoint(start) {
    const problem = "\\u{…} takes the hexadecimal number of a character, as in \\u{e9}";
    if (!this.take("{")) this.fault(problem, start);
    let digits = "";
    while (this.next !== undefined && this.next !== "}" && digits.length < 7) {
      digits += this.next;
      this.position += 1;
    }
    const value = /^\+?[0-9a-f]+$/i.test(digits) ? parseInt(digits, 16) : NaN;
    const isScalar = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
    if (!this.take("}") || !isScalar) this.fault(problem, start);
    const scalar = String.fromCodePoint(value);
    return range(scalar, scalar);
  }

  one(items, isNegated) {
    const isIn = (scalar) => items.some(({ holds }) => holds(scalar));
    const { ignoresCase } = this;
    const holds = (scalar) => isIn(scalar)
      || (ignoresCase && [scalar.toLowerCase(), scalar.toUpperCase()].some((other) => single(other) && isIn(other)));
    return { kind: "one", holds: (scalar) => holds(scalar) !== isNegated };
  }
}

/// Scalars from one to another.
function range(low, high) {
  const [first, last] = [low.codePointAt(0), high.codePointAt(0)];
  return {
    low, holds: (scalar) => {
      const value = scalar.codePointAt(0);
      return value >= first && value <= last;
    },
  };
}

/// What the letters after a backslash stand for, as Patterns/ScalarClass.swift has it.
const scalarClasses = {
  d: { holds: (scalar) => scalar >= "0" && scalar <= "9" },
  w: { holds: (scalar) => /^[\p{Alphabetic}\p{N}\p{Mn}_]$/u.test(scalar) },
  s: { holds: (scalar) => /^\p{White_Space}$/u.test(scalar) },
};
