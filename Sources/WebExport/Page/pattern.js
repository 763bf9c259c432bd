// A deterministic automaton of a regular expression, whose states are made when they are first reached, as
// Patterns/PatternAutomaton.swift has it. State 0 is dead, state 1 the beginning.
class PatternAutomaton {
  static dead = 0;
  static start = 1;
  static mostStates = 10_000;
  static mostInstructions = 20_000;

  /// Throws an error for people.
  constructor(pattern, ignoresCase) {
    this.pattern = pattern;
    const expression = new ExpressionParser(pattern, ignoresCase).expression();
    if (sizeOf(expression, PatternAutomaton.mostInstructions + 1) > PatternAutomaton.mostInstructions) {
      throw new Error(
        `the pattern ${pattern} repeats too much: written out it has more than `
          + `${PatternAutomaton.mostInstructions} parts; use smaller numbers in {…}`);
    }
    /// Characters of the longest match; Infinity where there is no limit.
    this.longest = longestMatch(expression);
    this.instructions = compiled(expression);
    /// By state: the instructions that it stands for, which read or accept, in order.
    this.places = [];
    this.accepts = [];
    /// By state: where scalars lead.
    this.steps = [];
    this.states = new Map();
    this.append([]);
    this.number(this.closure([0]));
  }

  step(state, scalar) {
    const known = this.steps[state].get(scalar);
    if (known !== undefined) return known;
    const reached = this.places[state].filter((place) => this.instructions[place].reads?.(scalar));
    const next = this.number(this.closure(reached.map((place) => place + 1)));
    this.steps[state].set(scalar, next);
    return next;
  }

  number(reached) {
    if (reached.length === 0) return PatternAutomaton.dead;
    const key = reached.join();
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const number = this.places.length;
    if (number === PatternAutomaton.mostStates) {
      throw new Error(
        `the pattern ${this.pattern} needs more than ${number} states; use fewer or smaller repetitions `
          + "after parts that match many characters, such as .*");
    }
    this.states.set(key, number);
    this.append(reached);
    return number;
  }

  append(reached) {
    this.places.push(reached);
    this.steps.push(new Map());
    this.accepts.push(reached.some((place) => this.instructions[place].accepts));
  }

  /// All instructions that read or accept, reached without reading, in order.
  closure(starts) {
    const reached = new Set(), open = [...starts], found = [];
    while (open.length > 0) {
      const place = open.pop();
      if (reached.has(place)) continue;
      reached.add(place);
      const { ways } = this.instructions[place];
      if (ways) open.push(...ways);
      else found.push(place);
    }
    return found.sort((a, b) => a - b);
  }
}

/// An expression as instructions (Thompson 1968): one `reads` a scalar and goes on with the next, goes on at
/// all `ways` without reading, or `accepts`.
function compiled(expression) {
  const instructions = [];
  const append = ({ kind, holds, parts, part, least, most }) => {
    if (kind === "one") instructions.push({ reads: holds });
    if (kind === "sequence") parts.forEach(append);
    if (kind === "either") appendAlternatives(parts);
    if (kind !== "repeated") return;
    for (let count = 0; count < least; count++) append(part);
    const splits = [];
    for (let count = least; count < (most === Infinity ? least + 1 : most); count++) {
      splits.push(instructions.length);
      instructions.push({});
      append(part);
    }
    if (most === Infinity) instructions.push({ ways: [splits[0]] });
    for (const split of splits) instructions[split].ways = [split + 1, instructions.length];
  };
  const appendAlternatives = (parts) => {
    const ends = [];
    for (const part of parts.slice(0, -1)) {
      const start = instructions.length;
      instructions.push({});
      append(part);
      ends.push(instructions.length);
      instructions.push({});
      instructions[start].ways = [start + 1, instructions.length];
    }
    append(parts[parts.length - 1]);
    for (const end of ends) instructions[end].ways = [instructions.length];
  };
  append(expression);
  instructions.push({ accepts: true });
  return instructions;
}

function longestMatch({ kind, parts, part, most }) {
  switch (kind) {
    case "empty": return 0;
    case "one": return 1;
    case "sequence": return parts.reduce((sum, part) => sum + longestMatch(part), 0);
    case "either": return Math.max(...parts.map(longestMatch));
    default: {
      const longest = longestMatch(part);
      return longest === 0 || longest === Infinity ? longest : longest * most;
    }
  }
}

/// The instructions that it compiles to, which repetition multiplies.
function sizeOf({ kind, parts, part, least, most }, limit) {
  const sum = (more) => parts.reduce((sum, part) => Math.min(limit, sum + sizeOf(part, limit) + more), 0);
  switch (kind) {
    case "empty": return 0;
    case "one": return 1;
    case "sequence": return sum(0);
    case "either": return sum(2);
    default:
      return Math.min(limit, (sizeOf(part, limit) + 2) * Math.max(least + 1, most === Infinity ? 1 : most));
  }
}
