// Which symbols occur among the last ones of a text, as Generation/RepetitionWindow.swift tells it.
class RecentSymbols {
  /// - capacity: how many symbols back. - symbols: the text so far, of its prompt as well.
  constructor(capacity, symbols) {
    this.capacity = capacity;
    this.length = 0;
    /// The length of the text after each symbol's latest occurrence.
    this.latest = new Map();
    for (const symbol of symbols) this.append(symbol);
  }

  append(symbol) {
    this.length += 1;
    this.latest.set(symbol, this.length);
  }

  contains(symbol) {
    const latest = this.latest.get(symbol);
    return latest !== undefined && this.length - latest < this.capacity;
  }
}
