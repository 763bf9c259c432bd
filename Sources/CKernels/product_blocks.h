// Operands of products of 16-bit integers: blocks of K of a row of A or a column of B, a line, each in
// steps of its own. After Das et al. 2018, "Mixed Precision Training of Convolutional Neural Networks
// using Integer Operations".
#pragma once

#include <string.h>

#include "product_words.h"

// Words of a block, pairs of values. What its products add up to fits 32 bits: 2 · CK_BLOCK_WORDS ·
// CK_LEFT_LARGEST · CK_RIGHT_LARGEST < 2^31.
#define CK_BLOCK_WORDS 128
#define CK_LEFT_LARGEST 2047
#define CK_RIGHT_LARGEST 4095
// Rows of A that are packed at a time, at most.
#define CK_BLOCK_ROWS 256
// Columns of a panel, at most.
#define CK_BLOCK_COLUMNS 32

// The rows of A, or the columns of B, from one value of each on.
typedef struct {
  const float *values;
  int64_t apart;   // from line to line
  int64_t stride;  // from value to value of a line
} ck_lines;

CK_INLINE ck_lines ck_rows(const ck_matrix *m, const void *values, int64_t row, int64_t from) {
  return (ck_lines){(const float *)values + row * m->row_stride + from * m->column_stride,
                    m->row_stride, m->column_stride};
}

CK_INLINE ck_lines ck_columns(const ck_matrix *m, const void *values, int64_t from,
                              int64_t column) {
  return (ck_lines){(const float *)values + from * m->row_stride + column * m->column_stride,
                    m->column_stride, m->row_stride};
}

typedef int32_t ck_float_bits __attribute__((may_alias));

// steps[line]: the largest magnitude of `count` values of it over `largest`. factors[line]: its
// reciprocal. Both are 0 for what is as good as zero. Magnitudes compare as integers, in which a NaN is
// above all numbers: it becomes the step, and with it the sums.
CK_INLINE void ck_find_steps(ck_lines in, int64_t lines, int64_t count, float largest,
                             float *steps, float *factors) {
  ck_float_bits *most = (ck_float_bits *)steps;
  const ck_float_bits *bits = (const ck_float_bits *)in.values;
#define TAKE_LARGER(value, most)                  \
  do {                                            \
    int32_t magnitude = (value) & 0x7fffffff;     \
    (most) = magnitude > (most) ? magnitude : (most); \
  } while (0)
  memset(most, 0, 4 * (size_t)lines);
  if (in.apart == 1) {
    for (int64_t k = 0; k < count; k++, bits += in.stride) {
      CK_VECTORIZE
      for (int64_t line = 0; line < lines; line++) TAKE_LARGER(bits[line], most[line]);
    }
  } else {
    for (int64_t line = 0; line < lines; line++, bits += in.apart) {
      int32_t above = 0;
      if (in.stride == 1) {
        for (int64_t k = 0; k < count; k++) TAKE_LARGER(bits[k], above);
      } else {
        for (int64_t k = 0; k < count; k++) TAKE_LARGER(bits[k * in.stride], above);
      }
      most[line] = above;
    }
  }
#undef TAKE_LARGER
  for (int64_t line = 0; line < lines; line++) {
    steps[line] = steps[line] < 1e-30f ? 0 : steps[line] * (1 / largest);
    factors[line] = steps[line] > 0 ? 1 / steps[line] : 0;
  }
}

// In its last 16 bits the nearest integer to value · factor, ties to even: a float of 1.5 · 2^23 + n has n
// there.
CK_INLINE uint32_t ck_nearest(float value, float factor) {
  return (ck_bits){.f = value * factor + 12582912.0f}.u;
}

// `count` values of each line in its steps, as pairs: [words, lines], words `stride` apart. Of the last
// pair there may be one value only.
//
// Of lines that lie side by side:
CK_INLINE void ck_pairs_across(ck_lines in, int lines, int64_t count, const float *factors,
                               int64_t stride, int32_t *out) {
  const float *low = in.values;
  for (int64_t k = 0; k < count / 2; k++, low += 2 * in.stride, out += stride) {
    const float *high = low + in.stride;
    __builtin_prefetch(low + 8 * in.stride);
    __builtin_prefetch(high + 8 * in.stride);
    for (int line = 0; line < lines; line++) {
      out[line] = (int32_t)((ck_nearest(low[line], factors[line]) & 0xffff) |
                            ck_nearest(high[line], factors[line]) << 16);
    }
  }
  for (int line = 0; line < lines && count % 2; line++) {
    out[line] = (int32_t)(ck_nearest(low[line], factors[line]) & 0xffff);
  }
}

// Of others, four at a time, that turn into columns:
CK_INLINE void ck_pairs_along(ck_lines in, int lines, int64_t count, const float *factors,
                              int64_t stride, int32_t *out) {
  union {
    int16_t shorts[2 * CK_BLOCK_WORDS];
    int32_t words[CK_BLOCK_WORDS];
  } four[4];
  const int64_t all = (count + 1) / 2;
  for (int first = 0; first < lines; first += 4) {
    const int some = lines - first < 4 ? lines - first : 4;
    for (int i = 0; i < some; i++) {
      const float *at = in.values + (first + i) * in.apart;
      const float factor = factors[first + i];
      CK_VECTORIZE
      for (int64_t k = 0; k < count; k++) {
        four[i].shorts[k] = (int16_t)ck_nearest(at[k * in.stride], factor);
      }
      if (count % 2) four[i].shorts[count] = 0;
    }
    int64_t k = 0;
    for (; some == 4 && k + 4 <= all; k += 4) {
      ck_turn((const float *)&four[0].words[k], CK_BLOCK_WORDS,
              (float *)(out + k * stride + first), (int)stride);
    }
    for (; k < all; k++) {
      for (int i = 0; i < some; i++) out[k * stride + first + i] = four[i].words[k];
    }
  }
}

CK_INLINE void ck_take_pairs(ck_lines in, int lines, int64_t count, const float *factors,
                             int64_t stride, int32_t *out) {
  if (in.apart == 1) {
    ck_pairs_across(in, lines, count, factors, stride, out);
  } else if (in.stride == 1) {
    ck_pairs_along((ck_lines){in.values, in.apart, 1}, lines, count, factors, stride, out);
  } else {
    ck_pairs_along(in, lines, count, factors, stride, out);
  }
}

CK_INLINE int64_t ck_values_left(int64_t all, int64_t from, int64_t words) {
  return all - from < 2 * words ? all - from : 2 * words;
}

// A tile of A, without its steps: [words, height].
CK_INLINE void ck_left_blocks(const ck_matrix *m, const void *values, const float *factors,
                              int64_t row, int height, int64_t from, int64_t words,
                              int32_t *tile) {
  ck_take_pairs(ck_rows(m, values, row, from), height, ck_values_left(m->columns, from, words),
                factors, height, tile);
}

// A block of a panel of B, after its steps: [1 + words, panel].
CK_INLINE void ck_right_blocks(const ck_matrix *m, const void *values, const float *unused,
                               int64_t from, int64_t words, int64_t column, int columns, int panel,
                               int32_t *out) {
  (void)unused;
  const ck_lines lines = ck_columns(m, values, from, column);
  const int64_t count = ck_values_left(m->rows, from, words);
  float factors[CK_BLOCK_COLUMNS];
  ck_find_steps(lines, columns, count, CK_RIGHT_LARGEST, (float *)out, factors);
  ck_take_pairs(lines, columns, count, factors, panel, out + panel);
}
