// What a network multiplies and squashes, in WebAssembly where there is SIMD, else in JavaScript: the
// same bit for bit. Kernels/kernels.c has the shapes. A kernel takes arrays that `floats`, `shorts` and
// `bytes` have made.

/// - module: the bytes of kernels.wasm. - room: bytes that all arrays together need at most.
/// Throws where WebAssembly has no SIMD.
function wasmKernels(module, room) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module));
  const { memory, __heap_base: base, quantize, product, lstm, gru, rnn } = instance.exports;
  let end = Math.ceil(base.value / 16) * 16;
  const pages = Math.ceil((end + room) / 65536) - memory.buffer.byteLength / 65536;
  if (pages > 0) memory.grow(pages);
  const array = (Type) => (count) => {
    const made = new Type(memory.buffer, end, count);
    end = Math.ceil((end + made.byteLength) / 16) * 16;
    return made;
  };
  const at = (values) => values.byteOffset;
  return {
    name: "WebAssembly",
    floats: array(Float32Array),
    shorts: array(Int16Array),
    bytes: array(Int8Array),
    quantize: (values, out) => quantize(at(values), at(out), values.length),
    product: (weights, steps, x, out) =>
      product(at(weights), at(steps), at(x), at(out), steps.length, x.length),
    lstm: (x, r, bias, c, h) => lstm(at(x), at(r), at(bias), at(c), at(h), h.length),
    gru: (x, r, bias, h) => gru(at(x), at(r), at(bias), at(h), h.length),
    rnn: (x, r, bias, h) => rnn(at(x), at(r), at(bias), at(h), h.length),
  };
}

const plainKernels = {
  name: "JavaScript",
  floats: (count) => new Float32Array(count),
  shorts: (count) => new Int16Array(count),
  bytes: (count) => new Int8Array(count),

  quantize(values, out) {
    for (let k = 0; k < values.length; k++) {
      const value = Math.min(Math.max(f(values[k] * 127), -127), 127);
      out[k] = f(f(value + 12582912) - 12582912);
    }
  },

  product(weights, steps, x, out) {
    const columns = x.length;
    for (let row = 0, w = 0; row < steps.length; row++) {
      let sum = 0;
      for (let k = 0; k < columns; k++, w++) sum = (sum + weights[w] * x[k]) | 0;
      out[row] = f(sum) * steps[row];
    }
  },

  lstm(x, r, bias, c, h) {
    const n = h.length;
    const gate = (at) => f(f(x[at] + r[at]) + bias[at]);
    for (let k = 0; k < n; k++) {
      const i = sigmoidOf(gate(k));
      const forget = sigmoidOf(gate(n + k));
      const g = tanhOf(gate(2 * n + k));
      const o = sigmoidOf(gate(3 * n + k));
      const next = fused(forget, c[k], f(i * g));
      c[k] = next;
      h[k] = o * tanhOf(next);
    }
  },

  gru(x, r, bias, h) {
    const n = h.length;
    const gate = (at) => f(f(x[at] + r[at]) + bias[at]);
    for (let k = 0; k < n; k++) {
      const reset = sigmoidOf(gate(k));
      const z = sigmoidOf(gate(n + k));
      const m = f(r[2 * n + k] + bias[3 * n + k]);
      const c = tanhOf(fused(reset, m, f(x[2 * n + k] + bias[2 * n + k])));
      h[k] = fused(f(1 - z), c, f(z * h[k]));
    }
  },

  rnn(x, r, bias, h) {
    for (let k = 0; k < h.length; k++) h[k] = tanhOf(f(f(x[k] + r[k]) + bias[k]));
  },
};

/// To single precision.
const f = Math.fround;

/// a · b + c, rounded once, as Kernels/kernels.c has it.
function fused(a, b, c) {
  return f(a * b + c);
}

/// As in Kernels/kernels.c; coefficients are floats.
function tanhOf(value) {
  const x = value > 9 ? 9 : value < -9 ? -9 : value;
  const s = f(x * x);
  let p = tanhAbove[0];
  for (let index = 1; index < tanhAbove.length; index++) p = fused(p, s, tanhAbove[index]);
  let q = tanhBelow[0];
  for (let index = 1; index < tanhBelow.length; index++) q = fused(q, s, tanhBelow[index]);
  return Math.min(Math.max(f(f(x * p) / q), -1), 1);
}

const tanhAbove = Float32Array.of(
  1.3354694549304734e-08, 2.0609110438173992e-05, 3.4955900238298784e-03, 1.3381027296174222e-01,
  9.999999794537211e-01);
const tanhBelow = Float32Array.of(
  7.776553073098092e-07, 3.285637788294925e-04, 2.587698960273697e-02, 4.6714342890976135e-01, 1);

function sigmoidOf(x) {
  return f(f(0.5 * tanhOf(f(0.5 * x))) + 0.5);
}
