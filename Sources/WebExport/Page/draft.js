// What a text that is being written has come to, as Generation/TextSoFar.swift has it: what its continuation
// depends on beside the network.
class Draft {
  /// - symbols: the text so far, of its prompt. - bias: a BiasAutomaton, or null.
  constructor(vocabulary, symbols, { repetitionWindow }, bias) {
    this.decoder = new Decoder(vocabulary);
    for (const symbol of symbols) this.decoder.append(symbol);
    this.recent = new RecentSymbols(repetitionWindow ?? 64, symbols);
    this.bias = bias;
    this.biasNode = bias ? bias.after(symbols) : 0;
    /// Symbols drawn, and the characters that they are.
    this.drawn = [];
    this.written = 0;
  }

  /// What symbols' logits gain next; null for nothing.
  get gains() {
    return this.bias && this.bias.gains[this.biasNode];
  }

  append(symbol) {
    this.drawn.push(symbol);
    this.recent.append(symbol);
    if (this.bias) this.biasNode = this.bias.next(this.biasNode, symbol);
    this.written += [...this.decoder.append(symbol)].length;
  }

  /// A place to go back to.
  save() {
    return {
      decoder: this.decoder.copy(), biasNode: this.biasNode, count: this.drawn.length, written: this.written,
    };
  }

  /// Takes back all that was appended since.
  restore({ decoder, biasNode, count, written }) {
    this.decoder = decoder;
    this.biasNode = biasNode;
    this.written = written;
    this.recent.takeBack(this.drawn.length - count);
    this.drawn.length = count;
  }
}
