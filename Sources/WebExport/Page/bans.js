// How far into what must not be written a text has come, character by character, as
// Generation/BanAutomaton.swift tells it: banned phrases and patterns.
class BanAutomaton {
  /// Null where all may be written; throws an error for people.
  /// - bans: `phrases`, `patterns` and `ignoresCase`.
  static of(bans, vocabulary) {
    if (!bans || bans.phrases.length + bans.patterns.length === 0) return null;
    return new BanAutomaton(bans, vocabulary);
  }

  constructor({ phrases, patterns, ignoresCase }, vocabulary) {
    this.phrases = phrases.length > 0 ? new PhraseAutomaton(phrases, ignoresCase, vocabulary) : null;
    this.patterns = patterns.map((pattern) => new PatternBan(pattern, ignoresCase));
    this.vocabulary = vocabulary;
    /// Characters of the longest phrase or match; Infinity where there is no limit.
    this.longest = Math.max(0, this.phrases?.longest ?? 0, ...this.patterns.map(({ longest }) => longest));
    /// Whether phrases let some text be followed by so much only.
    this.isBounded = this.phrases?.reaches != null;
    /// Whether `reach` tells all places that nothing can follow. What patterns leave is found by trying.
    this.seesDeadEnds = patterns.length === 0;
  }

  /// Before the first character: all that matters of a text. `completed` are characters of the shortest
  /// phrase or match that it ends with; 0 for none.
  get start() {
    return { phrase: 0, begun: this.patterns.map(() => []), completed: 0 };
  }

  /// Characters of the text's end that may be the beginning of what must not be written.
  depth({ phrase, begun }) {
    let depth = this.phrases ? this.phrases.trie.depths[phrase] : 0;
    for (const matches of begun) for (const { longest } of matches) depth = Math.max(depth, longest);
    return depth;
  }

  /// The most characters that can follow, of the vocabulary, without completing a phrase.
  reach({ phrase }) {
    return this.phrases?.reaches?.[phrase] ?? Infinity;
  }

  /// Where a text is after one more symbol; null where that completes no character.
  /// - decoder: that of the text before it.
  after(symbol, node, decoder) {
    const { scalars } = this.vocabulary;
    const text = symbol < scalars.length ? scalars[symbol] : decoder.copy().append(symbol);
    if (text === "") return null;
    let { phrase, begun } = node, completed = 0;
    const complete = (length) => {
      if (length > 0 && (completed === 0 || length < completed)) completed = length;
    };
    for (const scalar of text) {
      if (this.phrases) phrase = this.phrases.next(phrase, scalar);
      begun = this.patterns.map((pattern, index) => {
        const { next, length } = pattern.advance(begun[index], scalar);
        complete(length);
        return next;
      });
    }
    if (this.phrases) complete(this.phrases.completed[phrase]);
    return { phrase, begun, completed };
  }

  /// Where a text that has been read is.
  afterAll(symbols) {
    const decoder = new Decoder(this.vocabulary);
    let node = this.start;
    for (const symbol of symbols) {
      node = this.after(symbol, node, decoder) ?? node;
      decoder.append(symbol);
    }
    return node;
  }
}

// Where matches of a banned pattern may have begun in a text, as Generation/PatternBan.swift tells it.
// Unfinished matches that have come to the same `state` are one, with the `longest` and the `shortest` of
// their lengths.
class PatternBan {
  constructor(pattern, ignoresCase) {
    this.automaton = new PatternAutomaton(pattern, ignoresCase);
    this.longest = this.automaton.longest;
    if (this.automaton.accepts[PatternAutomaton.start]) {
      throw new Error(
        `the banned pattern ${pattern} matches the empty text, which is everywhere; `
          + "let it need at least one character");
    }
  }

  /// Takes the next character; `length` is that of the shortest match that ends with it, 0 for none.
  advance(begun, scalar) {
    const next = [];
    let length = 0;
    for (const match of [...begun, { state: PatternAutomaton.start, longest: 0, shortest: 0 }]) {
      const state = this.automaton.step(match.state, scalar);
      if (state === PatternAutomaton.dead) continue;
      const longest = match.longest + 1, shortest = match.shortest + 1;
      if (this.automaton.accepts[state] && (length === 0 || shortest < length)) length = shortest;
      const same = next.find((other) => other.state === state);
      if (!same) next.push({ state, longest, shortest });
      else {
        same.longest = Math.max(same.longest, longest);
        same.shortest = Math.min(same.shortest, shortest);
      }
    }
    return { next, length };
  }
}
