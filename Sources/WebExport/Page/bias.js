// What biases give each next symbol, for every beginning of their texts that what is written may end with,
// as Generation/BiasAutomaton.swift has it.
class BiasAutomaton {
  /// Null where there are none.
  /// - biases: `text` and `nats` of each. A text with a character that the vocabulary does not know never
  /// comes up, and is left out.
  static of(biases, vocabulary) {
    const known = [];
    for (const { text, nats } of biases ?? []) {
      const { symbols, unknown } = vocabulary.encode(text);
      if (unknown.length === 0) known.push({ symbols, nats });
    }
    return known.length > 0 ? new BiasAutomaton(known) : null;
  }

  constructor(biases) {
    this.trie = new KeywordTrie(biases.map(({ symbols }) => symbols));
    const { depths, fallbacks, children } = this.trie;
    /// By node: which texts begin with it.
    const beginning = depths.map(() => []);
    biases.forEach(({ symbols }, index) => {
      let node = 0;
      for (const symbol of symbols) beginning[(node = this.trie.next(node, symbol))].push(index);
    });
    /// Of a symbol that leads to a node: each text counts with the longest of its beginnings there, and a
    /// whole one beside it.
    const gainAt = (node) => {
      const counted = new Set();
      let sum = 0;
      for (; node !== 0; node = fallbacks[node]) {
        for (const index of beginning[node]) {
          if (counted.has(index)) continue;
          const { symbols, nats } = biases[index];
          sum += (nats * depths[node]) / symbols.length;
          if (depths[node] < symbols.length) counted.add(index);
        }
      }
      return sum;
    };
    const gains = depths.map((_, node) => Math.fround(gainAt(node)));
    /// By node: what symbols' logits gain, by increasing symbol. What no text begins with gains nothing.
    this.gains = depths.map((_, node) => {
      const symbols = new Set(children[0].keys());
      for (let shorter = node; shorter !== 0; shorter = fallbacks[shorter]) {
        for (const symbol of children[shorter].keys()) symbols.add(symbol);
      }
      return [...symbols].sort((a, b) => a - b)
        .map((symbol) => ({ symbol, nats: gains[this.trie.next(node, symbol)] }));
    });
  }

  next(node, symbol) {
    return this.trie.next(node, symbol);
  }

  after(symbols) {
    return symbols.reduce((node, symbol) => this.trie.next(node, symbol), 0);
  }
}
