"use strict";

// What the text was and is: values that never change, so that going back is exact.
class TextHistory {
  constructor(value) {
    this.values = [value];
    this.index = 0;
  }

  get value() {
    return this.values[this.index];
  }

  get canUndo() {
    return this.index > 0;
  }

  get canRedo() {
    return this.index < this.values.length - 1;
  }

  /// What was undone is gone. A value that `continues` the one before takes its place.
  push(value, continues = false) {
    if (continues && this.canUndo && !this.canRedo) this.index -= 1;
    this.values.length = this.index + 1;
    this.values.push(value);
    this.index += 1;
  }

  undo() {
    if (this.canUndo) this.index -= 1;
  }

  redo() {
    if (this.canRedo) this.index += 1;
  }
}

/// A text that a model has read: its symbols, what it looks like, and the random numbers that come
/// next.
class Value {
  /// - random: four words, or null before anything was drawn; then `seed` is whose they are.
  /// - base: what the last passage was written on from; null where nothing was.
  constructor({ symbols = [], text = "", random = null, seed = null, base = null } = {}) {
    Object.assign(this, { symbols, text, random, seed, base });
  }

  /// The place among the symbols of the character at an offset of the text.
  place(offset, vocabulary) {
    const decoder = new Decoder(vocabulary);
    let length = 0, start = 0;
    for (let index = 0; index < this.symbols.length; index++) {
      length += decoder.append(this.symbols[index]).length;
      if (length > offset) return start;
      if (decoder.automaton.isBoundary) start = index + 1;
    }
    return this.symbols.length;
  }

  /// Where in the text the character begins that the symbol at a place is of.
  offset(place, vocabulary) {
    return decoded(this.symbols.slice(0, place), vocabulary).length;
  }

  /// The value whose text is another, and what of it the model does not know and is left out. A text of
  /// which nothing is left begins anew with its seed.
  edited(text, vocabulary) {
    let same = 0;
    while (same < text.length && text[same] === this.text[same]) same += 1;
    const place = this.place(same, vocabulary);
    const kept = this.symbols.slice(0, place);
    const { symbols, unknown } = vocabulary.encode(text.slice(decoded(kept, vocabulary).length));
    const all = kept.concat(symbols);
    return {
      value: new Value({
        symbols: all, text: decoded(all, vocabulary), seed: this.seed,
        random: kept.length > 0 ? this.random : null,
      }),
      unknown,
    };
  }
}

function decoded(symbols, vocabulary) {
  const decoder = new Decoder(vocabulary);
  let text = "";
  for (const symbol of symbols) text += decoder.append(symbol);
  return text;
}
