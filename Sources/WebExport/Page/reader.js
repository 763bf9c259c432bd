// A text that a network reads, with the states along it: what comes at any place of it is never far.
// The state at a place follows from the symbols before it, so that going back is exact.
class Reader {
  /// Symbols between states that are kept.
  static spacing = 64;

  constructor(network, vocabulary) {
    this.network = network;
    this.symbols = [];
    network.reset();
    for (const symbol of vocabulary.opening) network.read(symbol);
    /// After 0, 64, 128… symbols.
    this.states = [network.save()];
    this.position = 0;
  }

  /// Makes the network's state the one before `symbols[place]`.
  go(symbols, place = symbols.length) {
    let same = 0;
    const most = Math.min(symbols.length, this.symbols.length);
    while (same < most && symbols[same] === this.symbols[same]) same += 1;
    // What another text made of it is of no use.
    const kept = Math.floor(same / Reader.spacing);
    if (this.states.length > kept + 1) this.states.length = kept + 1;
    const isBeyond = this.position > same;
    this.symbols = Array.from(symbols);
    const nearest = Math.min(Math.floor(place / Reader.spacing), this.states.length - 1);
    if (isBeyond || this.position > place || this.position < nearest * Reader.spacing) {
      this.network.restore(this.states[nearest]);
      this.position = nearest * Reader.spacing;
    }
    while (this.position < place) this.step(this.symbols[this.position]);
  }

  /// Appends a symbol where the text ends, and reads it.
  append(symbol) {
    this.symbols.push(symbol);
    this.step(symbol);
  }

  /// Makes it the text's first symbols.
  /// - state: the network's after them; null where it is to be read again.
  takeBack(length, state) {
    if (!state) return this.go(this.symbols.slice(0, length));
    this.symbols.length = length;
    this.states.length = Math.min(this.states.length, Math.floor(length / Reader.spacing) + 1);
    this.network.restore(state);
    this.position = length;
  }

  step(symbol) {
    this.network.read(symbol);
    this.position += 1;
    if (this.position === this.states.length * Reader.spacing) this.states.push(this.network.save());
  }
}
