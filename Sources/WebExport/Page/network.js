// A language model that reads symbol by symbol, with weights of int8, as CPU/RecurrentStack.swift does
// in that precision.
//
// Shapes: `L` layers of `H` hidden cells, padded to a multiple of 16 with cells that stay 0; `G` gates,
// each `H` long, in PyTorch's order; `V` symbols.
class Network {
  /// - record: the page's `network`. - weights: an ArrayBuffer, in which its tensors lie.
  /// - kernels: makes kernels, told how many bytes of arrays there will be.
  constructor({ cell, layers, hidden, embedding, vocabulary, tensors }, weights, kernels) {
    const gates = { lstm: 4, gru: 3, rnn: 1 }[cell];
    this.cell = cell;
    this.hidden = hidden;
    this.width = padded(hidden);
    this.gates = gates;
    const rows = gates * this.width;
    const size = (columns) => rows * columns + 4 * rows + 16;
    this.kernels = kernels(
      (2 * layers) * (size(this.width) + 64) + padded(vocabulary) * (this.width + 8)
        + layers * (24 * this.width + 8 * rows) + 8 * rows + 4096);
    const read = new TensorReader(tensors, weights);
    this.inputRows = new InputRows(read, { symbols: vocabulary, rows: gates * hidden, embedding });
    const { floats } = this.kernels;
    this.x = floats(rows);
    this.r = floats(rows);
    const matrix = (name, gates, cells) => this.matrix(read, name, gates, cells, hidden);
    this.layers = Array.from({ length: layers }, (_, layer) => ({
      input: layer > 0 ? matrix(`input.${layer}`, gates, hidden) : null,
      recurrent: matrix(`recurrent.${layer}`, gates, hidden),
      bias: this.spread(read.floats(`bias.${layer}`), floats(this.width * (cell === "gru" ? 4 : gates))),
      h: floats(this.width),
      c: cell === "lstm" ? floats(this.width) : null,
      q: this.kernels.shorts(this.width),
    }));
    this.head = matrix("head", 1, vocabulary);
    this.headBias = read.floats("head.bias");
    this.products = floats(this.head.steps.length);
    this.logits = new Float32Array(vocabulary);
  }

  /// A matrix of gates, each of some cells, whose rows and columns are padded.
  matrix(read, name, gates, cells, columns) {
    const { values, steps } = read.quantized(name);
    const height = padded(cells), width = padded(columns);
    const matrix = {
      values: this.kernels.bytes(gates * height * width), steps: this.kernels.floats(gates * height),
    };
    for (let gate = 0; gate < gates; gate++) {
      for (let cell = 0; cell < cells; cell++) {
        const from = gate * cells + cell, to = gate * height + cell;
        matrix.values.set(values.subarray(from * columns, (from + 1) * columns), to * width);
        matrix.steps[to] = steps[from];
      }
    }
    return matrix;
  }

  /// Copies gate after gate to where padded ones are.
  spread(values, into) {
    for (let gate = 0; gate * this.hidden < values.length; gate++) {
      into.set(values.subarray(gate * this.hidden, (gate + 1) * this.hidden), gate * this.width);
    }
    return into;
  }

  /// Makes the state the one before the first symbol.
  reset() {
    for (const { h, c, q } of this.layers) for (const values of [h, c, q]) values?.fill(0);
  }

  read(symbol) {
    const { kernels, x, r } = this;
    let below = null;
    for (const { input, recurrent, bias, h, c, q } of this.layers) {
      if (input) kernels.product(input.values, input.steps, below, x);
      else this.spread(this.inputRows.row(symbol), x);
      kernels.product(recurrent.values, recurrent.steps, q, r);
      if (c) kernels.lstm(x, r, bias, c, h);
      else kernels[this.cell](x, r, bias, h);
      kernels.quantize(h, q);
      below = q;
    }
  }

  /// The logits of the next symbol, `[V]`, valid until the next call.
  nextLogits() {
    const { q } = this.layers[this.layers.length - 1];
    this.kernels.product(this.head.values, this.head.steps, q, this.products);
    for (let symbol = 0; symbol < this.logits.length; symbol++) {
      this.logits[symbol] = this.products[symbol] + this.headBias[symbol];
    }
    return this.logits;
  }

  /// All that it remembers of what it has read.
  save() {
    return this.layers.map(({ h, c }) => ({ h: h.slice(), c: c?.slice() }));
  }

  restore(state) {
    this.layers.forEach((layer, index) => {
      layer.h.set(state[index].h);
      layer.c?.set(state[index].c);
      this.kernels.quantize(layer.h, layer.q);
    });
  }
}

function padded(count) {
  return Math.ceil(count / 16) * 16;
}

/// Tensors by name in an ArrayBuffer.
class TensorReader {
  constructor(tensors, buffer) {
    this.tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.buffer = buffer;
  }

  has(name) {
    return this.tensors.has(name);
  }

  floats(name) {
    const { type, offset, count } = this.tensors.get(name);
    if (type === "float32") return new Float32Array(this.buffer, offset, count);
    // bfloat16: the upper halves of floats.
    const halves = new Uint16Array(this.buffer, offset, count);
    return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  }

  /// Integers, and by row what one stands for.
  quantized(name) {
    const { offset, count } = this.tensors.get(name);
    return { values: new Int8Array(this.buffer, offset, count), steps: this.floats(`${name}.steps`) };
  }
}

/// What the first layer's input weights make of each symbol, `[V, G·H]`: a table, or where that would
/// be larger the product of its two factors, row by row when a symbol comes for the first time.
class InputRows {
  constructor(read, { symbols, rows, embedding }) {
    this.count = rows;
    this.size = embedding;
    this.known = new Array(symbols).fill(null);
    if (read.has("table")) {
      const table = read.floats("table");
      this.known = this.known.map((_, symbol) => table.subarray(symbol * rows, (symbol + 1) * rows));
    } else {
      this.embedding = read.floats("embedding");
      this.weights = read.floats("input.0");
    }
  }

  row(symbol) {
    return (this.known[symbol] ??= this.multiplied(symbol));
  }

  multiplied(symbol) {
    const { size, weights, embedding } = this;
    const row = new Float32Array(this.count);
    for (let index = 0; index < row.length; index++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum = fused(embedding[symbol * size + k], weights[index * size + k], sum);
      row[index] = sum;
    }
    return row;
  }
}
