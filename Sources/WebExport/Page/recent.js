// Which symbols occur among the last ones of a text, as Generation/RepetitionWindow.swift tells it.
class RecentSymbols {
  /// - capacity: how many symbols back. - symbols: the text so far, of its prompt as well.
  constructor(capacity, symbols) {
    this.capacity = capacity;
    this.length = 0;
    /// The length of the text after each symbol's latest occurrence.
    this.latest = new Map();
    /// Symbols appended, each with what was its latest occurrence before; not those of `symbols`.
    this.log = [];
    for (const symbol of symbols) this.append(symbol);
    this.log = [];
  }

  append(symbol) {
    this.log.push(symbol, this.latest.get(symbol));
    this.length += 1;
    this.latest.set(symbol, this.length);
  }

  /// Takes back the last ones that were appended.
  takeBack(count) {
    for (; count > 0; count--) {
      const latest = this.log.pop(), symbol = this.log.pop();
      if (latest === undefined) this.latest.delete(symbol);
      else this.latest.set(symbol, latest);
      this.length -= 1;
    }
  }

  contains(symbol) {
    const latest = this.latest.get(symbol);
    return latest !== undefined && this.length - latest < this.capacity;
  }
}
