// What a page's network multiplies and squashes, for WebAssembly with SIMD. Page/kernels.js has the
// same in JavaScript, bit for bit. `.ci/wasm` makes Page/kernels.wasm of this file.
//
// Shapes: `hidden` cells, padded with zeros to a multiple of 16; gates one after another, each `hidden`
// long, in PyTorch's order.
#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))

// a · b + c, rounded once as CPUs do. The product is exact in double precision; only where the sum lies
// within 2^-29 of the middle between two floats is the result another.
static inline float fused(float a, float b, float c) { return (float)((double)a * b + c); }

// As in CKernels/vector.h.
static inline float tanh_of(float x) {
  x = x > 9.0f ? 9.0f : x;
  x = x < -9.0f ? -9.0f : x;
  float s = x * x;
  float p = 1.3354694549304734e-08f;
  p = fused(p, s, 2.0609110438173992e-05f);
  p = fused(p, s, 3.4955900238298784e-03f);
  p = fused(p, s, 1.3381027296174222e-01f);
  p = fused(p, s, 9.9999997945372110e-01f);
  float q = 7.7765730809750920e-07f;
  q = fused(q, s, 3.2856377882949250e-04f);
  q = fused(q, s, 2.5876989602736970e-02f);
  q = fused(q, s, 4.6714342890976135e-01f);
  q = fused(q, s, 1.0f);
  float t = x * p / q;
  t = t > 1.0f ? 1.0f : t;
  return t < -1.0f ? -1.0f : t;
}

static inline float sigmoid_of(float x) { return 0.5f * tanh_of(0.5f * x) + 0.5f; }

// Values in steps of 1/127, to the nearest, ties to even.
EXPORT void quantize(const float *in, int16_t *out, int count) {
  for (int k = 0; k < count; k++) {
    float value = in[k] * 127.0f;
    value = value > 127.0f ? 127.0f : value;
    value = value < -127.0f ? -127.0f : value;
    out[k] = (int16_t)((value + 12582912.0f) - 12582912.0f);
  }
}

// The four sums of four vectors.
static inline v128_t sums_of(v128_t a, v128_t b, v128_t c, v128_t d) {
  v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
  v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
  return wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}

// out [rows] = weights [rows, columns] · x [columns], each sum times its row's step. Rows come in
// fours, columns in eights.
EXPORT void product(const int8_t *weights, const float *steps, const int16_t *x, float *out, int rows,
                    int columns) {
  for (int row = 0; row < rows; row += 4) {
    const int8_t *w = weights + row * columns;
    v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a;
    for (int k = 0; k < columns; k += 8) {
      v128_t v = wasm_v128_load(x + k);
      a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(v, wasm_i16x8_load8x8(w + k)));
      b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(v, wasm_i16x8_load8x8(w + columns + k)));
      c = wasm_i32x4_add(c, wasm_i32x4_dot_i16x8(v, wasm_i16x8_load8x8(w + 2 * columns + k)));
      d = wasm_i32x4_add(d, wasm_i32x4_dot_i16x8(v, wasm_i16x8_load8x8(w + 3 * columns + k)));
    }
    v128_t sums = wasm_f32x4_convert_i32x4(sums_of(a, b, c, d));
    wasm_v128_store(out + row, wasm_f32x4_mul(sums, wasm_v128_load(steps + row)));
  }
}

// bias: of the gates i f g o, both biases summed.
EXPORT void lstm(const float *x, const float *r, const float *bias, float *c, float *h, int hidden) {
  const int n = hidden;
  for (int k = 0; k < n; k++) {
    float i = sigmoid_of(x[k] + r[k] + bias[k]);
    float f = sigmoid_of(x[n + k] + r[n + k] + bias[n + k]);
    float g = tanh_of(x[2 * n + k] + r[2 * n + k] + bias[2 * n + k]);
    float o = sigmoid_of(x[3 * n + k] + r[3 * n + k] + bias[3 * n + k]);
    float next = fused(f, c[k], i * g);
    c[k] = next;
    h[k] = o * tanh_of(next);
  }
}

// bias: of r and z both summed, of n the input's, then of n the recurrent one.
EXPORT void gru(const float *x, const float *p, const float *bias, float *h, int hidden) {
  const int n = hidden;
  for (int k = 0; k < n; k++) {
    float r = sigmoid_of(x[k] + p[k] + bias[k]);
    float z = sigmoid_of(x[n + k] + p[n + k] + bias[n + k]);
    float m = p[2 * n + k] + bias[3 * n + k];
    float c = tanh_of(fused(r, m, x[2 * n + k] + bias[2 * n + k]));
    h[k] = fused(1 - z, c, z * h[k]);
  }
}

EXPORT void rnn(const float *x, const float *r, const float *bias, float *h, int hidden) {
  for (int k = 0; k < hidden; k++) h[k] = tanh_of(x[k] + r[k] + bias[k]);
}
