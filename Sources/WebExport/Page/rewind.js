// Keeps banned phrases and matches of patterns out of one text, by the rule of Generation/BanRewind.swift,
// which is told there: where one is completed, the text goes back to where it began and is drawn again
// without the character that stood there.
class BanRewind {
  /// Places that keep the network's state; to others the reader goes from the nearest state of its own.
  static mostStates = 256;

  /// - automaton: a BanAutomaton. - draft: of what is to be written after `symbols`, which the reader has read.
  constructor(automaton, draft, reader, symbols) {
    this.automaton = automaton;
    this.draft = draft;
    this.reader = reader;
    this.promptLength = symbols.length;
    /// Before the character at hand.
    this.node = automaton.afterAll(symbols);
    /// Places that the text may go back to: before each character that is not final, up to the last one
    /// begun.
    this.places = [];
    /// Whether a byte of the character at hand was drawn, but not the last.
    this.isBegun = false;
    /// First symbols not to be drawn at the character at hand.
    this.excluded = [];
    /// The same, for bytes after which no character is left; they stay so where a place is settled.
    this.barred = [];
    /// Characters before this place must not complete a phrase.
    this.settledEnd = 0;
    /// How often it went back.
    this.avoided = 0;
  }

  /// Symbols of the draft that will not be taken back.
  get final() {
    return this.places.length > 0 ? this.places[0].draft.count : this.draft.drawn.length;
  }

  /// Draws the next symbol, with which no phrase is complete.
  /// - length: characters that are asked for. - mask: gives which symbols may come, null for all. - choose:
  /// draws one of those that a test allows.
  draw(length, mask, choose) {
    for (;;) {
      const { allows, isEmpty } = this.candidates(length, mask());
      if (isEmpty) {
        this.settle();
        continue;
      }
      const symbol = choose(allows);
      const next = this.automaton.after(symbol, this.node, this.draft.decoder);
      if (next && next.completed > 0) {
        this.goBack(next.completed, symbol);
        this.avoided += 1;
        continue;
      }
      if (!this.isBegun && (!next || this.automaton.depth(next) > 0)) this.places.push(this.place(symbol));
      this.draft.append(symbol);
      this.reader.append(symbol);
      this.isBegun = !next;
      if (next) this.complete(next);
      return;
    }
  }

  /// What may be drawn; `allows` is null for all.
  candidates(length, mask) {
    const place = this.draft.written;
    const isSettled = place < this.settledEnd;
    const without = this.isBegun ? [] : [...this.excluded, ...this.barred];
    if (!isSettled && !this.automaton.isBounded && without.length === 0) return { allows: mask, isEmpty: false };
    const count = this.automaton.vocabulary.count;
    const allowed = Array.from({ length: count }, (_, symbol) => !mask || mask(symbol));
    for (const symbol of without) allowed[symbol] = false;
    if (isSettled || this.automaton.isBounded) {
      const rest = length - place - 1;
      for (let symbol = 0; symbol < count; symbol++) {
        const next = allowed[symbol] && this.automaton.after(symbol, this.node, this.draft.decoder);
        if (!next) continue;
        allowed[symbol] = next.completed > 0 ? !isSettled : this.automaton.reach(next) >= rest;
      }
    }
    return { allows: (symbol) => allowed[symbol], isEmpty: !allowed.includes(true) };
  }

  /// Makes room where no candidate is left.
  settle() {
    const place = this.draft.written;
    if (!this.isBegun && (place >= this.settledEnd || this.excluded.length > 0)) {
      this.excluded = [];
      this.settledEnd = place + this.automaton.longest;
      return;
    }
    const before = this.isBegun || !this.automaton.seesDeadEnds ? this.places.pop() : undefined;
    if (!before) {
      const reach = this.automaton.reach(this.node);
      throw new Error(nothingLeft(place + (reach === Infinity ? 0 : reach)));
    }
    this.restore(before);
    this.excluded = before.excluded;
    this.barred.push(before.symbol);
  }

  /// Takes back all from where a phrase of some characters began, or from the first place that is not final, and
  /// excludes what stood there.
  /// - symbol: the one just drawn, which was not appended.
  goBack(length, symbol) {
    const start = this.draft.written + 1 - length;
    const index = this.places.findIndex(({ draft }) => draft.written >= start);
    if (index < 0) {
      this.excluded = [...this.excluded, symbol];
      return;
    }
    const earlier = this.places[index];
    this.places.length = index;
    this.restore(earlier);
    this.excluded = [...earlier.excluded, earlier.symbol];
  }

  restore(place) {
    this.draft.restore(place.draft);
    this.reader.takeBack(this.promptLength + place.draft.count, place.state);
    this.node = place.node;
    this.barred = [...place.barred];
    this.isBegun = false;
  }

  /// Where the text may go back to: before a symbol that was drawn.
  place(symbol) {
    return {
      draft: this.draft.save(),
      state: this.places.length < BanRewind.mostStates ? this.reader.network.save() : null,
      node: this.node, excluded: this.excluded, barred: this.barred, symbol,
    };
  }

  /// Goes on to the next character; lets go what cannot be taken back any more.
  complete(next) {
    this.node = next;
    this.excluded = [];
    this.barred = [];
    const open = this.draft.written - this.automaton.depth(next);
    while (this.places.length > 0 && this.places[0].draft.written < open) this.places.shift();
  }
}

/// - most: characters that can be written.
function nothingLeft(most) {
  if (most === 0) {
    return "the bans leave nothing to write: every character that the model knows would complete one; ban less";
  }
  return `the bans leave nothing to write after ${most} character${most === 1 ? "" : "s"}; `
    + "ban less, or ask for no more than that";
}
