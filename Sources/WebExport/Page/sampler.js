// Chooses the next symbol of logits, as Generation/Sampler.swift does, step by step in the same
// precision: biases, the repetition penalty, top-k, typical-p, top-p, min-p, then the temperature.
class Sampler {
  constructor(vocabularySize) {
    this.symbols = new Int32Array(vocabularySize);
    this.logits = new Float32Array(vocabularySize);
    this.weights = new Float32Array(vocabularySize);
    this.count = 0;
  }

  /// - options: temperature and repetitionPenalty, and topK, typicalP, topP and minP, null where they are off.
  /// - allows: whether a symbol may be chosen; null for all. - recent: the text so far, for the penalty.
  /// - fraction: in [0, 1): of the distribution where the symbol is. - gains: what some symbols' logits gain, by
  /// increasing symbol; null for nothing.
  choose(
    logits, { temperature, repetitionPenalty = 1, topK, typicalP, topP, minP }, allows, recent, fraction,
    gains = null,
  ) {
    this.load(logits, allows);
    if (gains) this.add(gains);
    if (repetitionPenalty !== 1) this.penalize(recent, repetitionPenalty);
    if (temperature === 0) return this.symbols[this.largest()];
    if (topK != null && topK < this.count) this.keepTopK(topK);
    if (typicalP != null && typicalP < 1) this.keepTypicalP(typicalP);
    if (topP != null && topP < 1) this.keepTopP(topP);
    if (minP != null) this.keepMinP(minP);
    const target = fraction * this.weigh(temperature);
    let symbol = this.symbols[0], sum = 0;
    for (let index = 0; index < this.count; index++) {
      if (!(this.weights[index] > 0)) continue;
      symbol = this.symbols[index];
      sum += this.weights[index];
      if (sum > target) break;
    }
    return symbol;
  }

  load(logits, allows) {
    const add = (symbol, logit) => {
      this.symbols[this.count] = symbol;
      this.logits[this.count] = logit;
      this.count += 1;
    };
    this.count = 0;
    for (let symbol = 0; symbol < logits.length; symbol++) {
      if (allows && !allows(symbol)) continue;
      if (logits[symbol] > -Infinity) add(symbol, Math.min(logits[symbol], largestFloat));
    }
    if (this.count > 0) return;
    for (let symbol = 0; symbol < logits.length; symbol++) {
      if (!allows || allows(symbol)) add(symbol, 0);
    }
  }

  /// Adds to the logits of some symbols.
  add(gains) {
    let index = 0;
    for (const { symbol, nats } of gains) {
      while (index < this.count && this.symbols[index] < symbol) index += 1;
      if (index === this.count) return;
      if (this.symbols[index] !== symbol) continue;
      const sum = Math.fround(this.logits[index] + nats);
      this.logits[index] = Math.min(Math.max(sum, -largestFloat), largestFloat);
    }
  }

  /// Divides the positive logits of recent symbols and multiplies the negative ones.
  penalize(recent, penalty) {
    for (let index = 0; index < this.count; index++) {
      if (!recent.contains(this.symbols[index])) continue;
      const logit = this.logits[index];
      const penalized = logit > 0 ? logit / penalty : logit * penalty;
      this.logits[index] = Math.min(Math.max(penalized, -largestFloat), largestFloat);
    }
  }

  largest() {
    let largest = 0;
    for (let index = 1; index < this.count; index++) {
      if (this.logits[index] > this.logits[largest]) largest = index;
    }
    return largest;
  }

  /// Weights in proportion to probabilities, the largest 1; returns their sum.
  weigh(temperature) {
    const largest = this.logits[this.largest()];
    const scale = Math.fround(Math.min(1 / temperature, largestFloat));
    let total = 0;
    for (let index = 0; index < this.count; index++) {
      const difference = Math.max(Math.fround(this.logits[index] - largest), -largestFloat);
      this.weights[index] = Math.exp(Math.fround(difference * scale));
      total += this.weights[index];
    }
    return total;
  }

  /// Keeps the `k` most probable, the most probable first.
  keepTopK(k) {
    this.keep(this.inOrder((index) => -this.logits[index]).slice(0, k));
  }

  /// Keeps those whose surprisal is nearest to the entropy, as many as together are this probable.
  keepTypicalP(p) {
    const total = this.weigh(1);
    let expected = 0;
    for (let index = 0; index < this.count; index++) {
      expected += (this.weights[index] / total) * this.logits[index];
    }
    this.keepMass(p * total, this.inOrder((index) => Math.abs(this.logits[index] - expected)));
  }

  /// Keeps the fewest that together are this probable, the most probable first.
  keepTopP(p) {
    const goal = p * this.weigh(1);
    this.keepMass(goal, this.inOrder((index) => -this.logits[index]));
  }

  /// Candidates by what they count as, the smallest first, and of equals the lower symbol.
  inOrder(measure) {
    const order = Array.from({ length: this.count }, (_, index) => index);
    const measures = order.map(measure);
    return order.sort((a, b) => measures[a] - measures[b] || this.symbols[a] - this.symbols[b]);
  }

  /// Keeps the first of an order until their weights come to `goal`.
  keepMass(goal, order) {
    let mass = 0, kept = 0;
    while (kept < order.length) {
      mass += this.weights[order[kept]];
      kept += 1;
      if (mass >= goal) break;
    }
    this.keep(order.slice(0, kept));
  }

  /// Keeps those at least `p` times as probable as the most probable one.
  keepMinP(p) {
    const threshold = Math.fround(this.logits[this.largest()] + Math.fround(Math.log(p)));
    const kept = [];
    for (let index = 0; index < this.count; index++) {
      if (this.logits[index] >= threshold) kept.push(index);
    }
    this.keep(kept);
  }

  keep(order) {
    const symbols = order.map((index) => this.symbols[index]);
    const logits = order.map((index) => this.logits[index]);
    this.symbols.set(symbols);
    this.logits.set(logits);
    this.count = order.length;
  }
}

const largestFloat = Math.fround(3.4028234663852886e38);

/// The symbols by the model's own probabilities, the most probable first.
function ranked(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights
    .map((weight, symbol) => ({ symbol, probability: weight / total }))
    .sort((a, b) => b.probability - a.probability || a.symbol - b.symbol);
}
