// Writes and tells what could come, one request after another; in a worker, or in slices of the page's
// own time. Nothing is remembered between requests but how far texts were read.
class Engine {
  /// Milliseconds after which it sees what else has come.
  static slice = 50;

  /// - record: the page's `network` and `vocabulary`. - wasm: bytes, or null for JavaScript.
  constructor(record, weights, wasm) {
    this.vocabulary = new Vocabulary(record.vocabulary);
    this.network = Engine.network(record.network, weights, wasm);
    this.reader = new Reader(this.network, this.vocabulary);
    this.sampler = new Sampler(this.vocabulary.count);
    this.stopped = false;
    this.masks = new Map();
  }

  static network(record, weights, wasm) {
    // Some browsers can be told to have none.
    if (wasm && typeof WebAssembly === "object") {
      try {
        return new Network(record, weights, (room) => wasmKernels(wasm, room));
      } catch (error) {
        if (!(error instanceof WebAssembly.CompileError)) throw error;
      }
    }
    return new Network(record, weights, () => plainKernels);
  }

  /// Writes `length` characters after `symbols`.
  /// - random: four words, from which the next symbol is drawn. - bans: `phrases`, `patterns` and
  /// `ignoresCase`, of what is never written. - biases: each a `text` and its `nats`. - report: takes symbols as
  /// they come, those that may still be taken back when they no longer may.
  /// Returns the words after the last one, how many symbols were written, and how often a ban was avoided, null
  /// where there is none.
  async write({ symbols, random, options, length, bans = null, biases = [] }, report) {
    this.stopped = false;
    const draws = new Xoshiro256(random);
    const draft = new Draft(this.vocabulary, symbols, options, BiasAutomaton.of(biases, this.vocabulary));
    const automaton = BanAutomaton.of(bans, this.vocabulary);
    this.reader.go(symbols);
    const rewind = automaton && new BanRewind(automaton, draft, this.reader, symbols);
    const mask = () => this.mask(draft.decoder.automaton);
    const choose = (allows) => this.sampler.choose(
      this.network.nextLogits(), options, allows, draft.recent, draws.fraction(), draft.gains);
    let told = 0, end = performance.now() + Engine.slice;
    const tell = (count) => {
      if (count > told) report(draft.drawn.slice(told, count));
      told = count;
    };
    while (draft.written < length && !this.stopped) {
      if (rewind) rewind.draw(length, mask, choose);
      else {
        const symbol = choose(mask());
        this.reader.append(symbol);
        draft.append(symbol);
      }
      if (performance.now() > end) {
        tell(rewind ? rewind.final : draft.drawn.length);
        await pause();
        end = performance.now() + Engine.slice;
      }
    }
    tell(draft.drawn.length);
    return { random: draws.state, count: draft.drawn.length, avoided: rewind ? rewind.avoided : null };
  }

  stop() {
    this.stopped = true;
  }

  /// Which symbols may come, so that the text stays valid UTF-8; null for all.
  mask(automaton) {
    if (!this.vocabulary.hasByteSymbols) return null;
    const key = [automaton.needed, ...automaton.next].join();
    if (!this.masks.has(key)) {
      const mask = Array.from({ length: this.vocabulary.count }, (_, symbol) =>
        automaton.allowsSymbol(symbol, this.vocabulary));
      this.masks.set(key, (symbol) => mask[symbol]);
    }
    return this.masks.get(key);
  }

  /// What could stand at a place of a text: the most probable symbols, and the one that stands there if
  /// it is none of them.
  alternatives({ symbols, place, count }) {
    this.reader.go(symbols, place);
    const all = ranked(this.network.nextLogits());
    const shown = all.slice(0, count);
    const there = all.findIndex(({ symbol }) => symbol === symbols[place]);
    if (there >= count) shown.push(all[there]);
    return shown;
  }
}

/// Lets what waits be done.
function pause() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
