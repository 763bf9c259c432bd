// Words of the operands of products: how values of A and B become what a kernel multiplies.
#pragma once

#include <string.h>

#include "vector.h"

CK_INLINE float ck_float_at(const ck_matrix *m, const void *values, int64_t row, int64_t column) {
  int64_t at = row * m->row_stride + column * m->column_stride;
  return m->element == CK_F32 ? ((const float *)values)[at]
                              : ck_load_bf16(((const uint16_t *)values)[at]);
}

CK_INLINE uint16_t ck_half_at(const ck_matrix *m, const void *values, int64_t row, int64_t column) {
  int64_t at = row * m->row_stride + column * m->column_stride;
  return m->element == CK_F32 ? ck_store_bf16(((const float *)values)[at])
                              : ((const uint16_t *)values)[at];
}

// A value of a matrix times `factor`, to the nearest integer within ±127, ties to even.
CK_INLINE int ck_int8_at(const ck_matrix *m, const void *values, float factor, int64_t row,
                         int64_t column) {
  float value = ck_float_at(m, values, row, column) * factor;
  value = value > 127.0f ? 127.0f : value;
  value = value < -127.0f ? -127.0f : value;
  return (int)((value + 12582912.0f) - 12582912.0f);
}

typedef float ck_four __attribute__((vector_size(16), aligned(4)));

// Four rows of four floats, `stride` apart, become columns, `height` apart.
CK_INLINE void ck_turn(const float *in, int64_t stride, float *out, int height) {
  ck_four a = *(const ck_four *)in, b = *(const ck_four *)(in + stride);
  ck_four c = *(const ck_four *)(in + 2 * stride), d = *(const ck_four *)(in + 3 * stride);
  ck_four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  ck_four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  *(ck_four *)out = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(ck_four *)(out + height) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(ck_four *)(out + 2 * height) = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(ck_four *)(out + 3 * height) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

// A's tile of `height` rows from `row`, `words` words of K from `from`: [words, height].
CK_INLINE void ck_left_floats(const ck_matrix *m, const void *values, int64_t row, int height,
                              int64_t from, int64_t words, int32_t *tile) {
  float *out = (float *)tile;
  const int64_t down = m->row_stride, along = m->column_stride;
  const float *in = (const float *)values + row * down + from * along;
  const int fours = height & ~3;
  if (down == 1) {
    for (int64_t k = 0; k < words; k++, in += along, out += height) {
      __builtin_prefetch(in + 8 * along);
      for (int r = 0; r < fours; r += 4) *(ck_four *)(out + r) = *(const ck_four *)(in + r);
      for (int r = fours; r < height; r++) out[r] = in[r];
    }
    return;
  }
  for (int64_t k = 0; k < words;) {
    if (along == 1 && k + 4 <= words) {
      for (int r = 0; r < fours; r += 4) {
        ck_turn(in + r * down + k, down, out + k * height + r, height);
      }
      for (int r = fours; r < height; r++) {
        for (int i = 0; i < 4; i++) out[(k + i) * height + r] = in[r * down + k + i];
      }
      k += 4;
    } else {
      for (int r = 0; r < height; r++) out[k * height + r] = in[r * down + k * along];
      k++;
    }
  }
}

// Pairs of bfloat16.
CK_INLINE void ck_left_pairs(const ck_matrix *m, const void *values, int64_t row, int height,
                             int64_t from, int64_t words, int32_t *tile) {
  const uint16_t *in = (const uint16_t *)values + row * m->row_stride + from * m->column_stride;
  const int64_t step = m->column_stride, whole = (m->columns - from) / 2;
  const int64_t pairs = whole < words ? whole : words;
  if (m->row_stride == 1) {
    for (int64_t k = 0; k < pairs; k++) {
      const uint16_t *low = in + 2 * k * step, *high = low + step;
      for (int r = 0; r < height; r++) {
        tile[k * height + r] = (int32_t)(low[r] | (uint32_t)high[r] << 16);
      }
    }
  } else {
    for (int r = 0; r < height; r++) {
      const uint16_t *at = in + r * m->row_stride;
      for (int64_t k = 0; k < pairs; k++) {
        tile[k * height + r] = (int32_t)(at[2 * k * step] | (uint32_t)at[(2 * k + 1) * step] << 16);
      }
    }
  }
  if (pairs == words) return;
  for (int r = 0; r < height; r++) {
    tile[pairs * height + r] = in[r * m->row_stride + 2 * pairs * step];
  }
}

// The two of a pair as floats: [words, 2, height].
CK_INLINE void ck_left_widened(const ck_matrix *m, const void *values, int64_t row, int height,
                               int64_t from, int64_t words, int32_t *tile) {
  float *out = (float *)tile;
  for (int64_t k = 0; k < 2 * words; k++) {
    for (int r = 0; r < height; r++) {
      out[k * height + r] =
          from + k < m->columns ? ck_float_at(m, values, row + r, from + k) : 0;
    }
  }
}

// `count` values of a row of A in steps of 1/127.
CK_INLINE void ck_left_quantized(const ck_matrix *m, const void *values, int64_t row, int64_t from,
                                 int64_t count, int8_t *out) {
  const float *in = (const float *)values + row * m->row_stride + from * m->column_stride;
  const int64_t step = m->column_stride;
  CK_VECTORIZE
  for (int64_t k = 0; k < count; k++) {
    float value = in[k * step] * 127.0f;
    value = value > 127.0f ? 127.0f : value;
    value = value < -127.0f ? -127.0f : value;
    out[k] = (int8_t)((value + 12582912.0f) - 12582912.0f);
  }
}

// Calls `use(k, q)` for the words k of a row of A, fours of int8 from q on.
#define CK_QUANTIZED_WORDS(m, values, row, from, words, use)                       \
  for (int64_t k0 = 0; k0 < (words); k0 += 64) {                                   \
    int8_t quantized[256] = {0};                                                   \
    int64_t left = (m)->columns - (from)-4 * k0;                                   \
    ck_left_quantized(m, values, row, (from) + 4 * k0, left < 256 ? left : 256, quantized); \
    for (int64_t k = k0; k < (words) && k < k0 + 64; k++) {                        \
      const int8_t *q = quantized + 4 * (k - k0);                                  \
      use                                                                          \
    }                                                                              \
  }

// Fours of int8, by 128 too large, as unsigned bytes.
CK_INLINE void ck_left_bytes(const ck_matrix *m, const void *values, int64_t row, int height,
                             int64_t from, int64_t words, int32_t *tile) {
  for (int r = 0; r < height; r++) {
    CK_QUANTIZED_WORDS(m, values, row + r, from, words, {
      uint32_t word;
      memcpy(&word, q, 4);
      tile[k * height + r] = (int32_t)(word ^ 0x80808080u);
    })
  }
}

// Fours of int8 as two pairs of 16 bits, the first and third and the second and fourth:
// [words, 2, height].
CK_INLINE void ck_left_shorts(const ck_matrix *m, const void *values, int64_t row, int height,
                              int64_t from, int64_t words, int32_t *tile) {
  for (int r = 0; r < height; r++) {
    CK_QUANTIZED_WORDS(m, values, row + r, from, words, {
      tile[2 * k * height + r] = (int32_t)((uint16_t)q[0] | (uint32_t)q[2] << 16);
      tile[(2 * k + 1) * height + r] = (int32_t)((uint16_t)q[1] | (uint32_t)q[3] << 16);
    })
  }
}

// Fours of int8, a word each: [words, 4, height].
CK_INLINE void ck_left_words4(const ck_matrix *m, const void *values, int64_t row, int height,
                              int64_t from, int64_t words, int32_t *tile) {
  for (int64_t k = 0; k < 4 * words; k++) {
    for (int r = 0; r < height; r++) {
      tile[k * height + r] =
          from + k < m->columns ? ck_int8_at(m, values, 127.0f, row + r, from + k) : 0;
    }
  }
}

// B's columns from `column`, rows from `from`: [words, panel].
CK_INLINE void ck_right_floats(const ck_matrix *m, const void *values, const float *factors,
                               int64_t from, int64_t words, int64_t column, int columns,
                               int panel, int32_t *out) {
  (void)factors;
  const float *in = (const float *)values + from * m->row_stride + column * m->column_stride;
  float *to = (float *)out;
  if (m->column_stride == 1) {
    if (columns == panel) {
      for (int64_t k = 0; k < words; k++) {
        for (int j = 0; j < panel; j++) to[k * panel + j] = in[k * m->row_stride + j];
      }
      return;
    }
    for (int64_t k = 0; k < words; k++) {
      for (int j = 0; j < columns; j++) to[k * panel + j] = in[k * m->row_stride + j];
    }
    return;
  }
  // Sixteen rows at a time, so that what is written stays in L1.
  for (int64_t k0 = 0; k0 < words; k0 += 16) {
    const int64_t k1 = k0 + 16 < words ? k0 + 16 : words;
    for (int j = 0; j < columns; j++) {
      for (int64_t k = k0; k < k1; k++) {
        to[k * panel + j] = in[k * m->row_stride + j * m->column_stride];
      }
    }
  }
}

CK_INLINE void ck_right_pairs(const ck_matrix *m, const void *values, const float *factors,
                              int64_t from, int64_t words, int64_t column, int columns, int panel,
                              int32_t *out) {
  (void)factors;
  const int64_t left = m->rows - from;
  if (m->element == CK_BF16 && m->column_stride == 1) {
    const uint16_t *in = (const uint16_t *)values + from * m->row_stride + column;
    for (int64_t k = 0; k < words; k++, in += 2 * m->row_stride) {
      const uint16_t *high = 2 * k + 1 < left ? in + m->row_stride : NULL;
      for (int j = 0; j < columns; j++) {
        out[k * panel + j] = (int32_t)(in[j] | (high ? (uint32_t)high[j] : 0) << 16);
      }
    }
    return;
  }
  for (int64_t k0 = 0; k0 < words; k0 += 16) {
    const int64_t k1 = k0 + 16 < words ? k0 + 16 : words;
    for (int j = 0; j < columns; j++) {
      for (int64_t k = k0; k < k1; k++) {
        uint32_t low = ck_half_at(m, values, from + 2 * k, column + j);
        uint32_t high =
            2 * k + 1 < left ? ck_half_at(m, values, from + 2 * k + 1, column + j) : 0;
        out[k * panel + j] = (int32_t)(low | high << 16);
      }
    }
  }
}

// factors: one a column.
CK_INLINE void ck_right_bytes(const ck_matrix *m, const void *values, const float *factors,
                              int64_t from, int64_t words, int64_t column, int columns, int panel,
                              int32_t *out) {
  for (int j = 0; j < columns; j++) {
    for (int64_t k = 0; k < words; k++) {
      uint32_t word = 0;
      for (int i = 0; i < 4 && from + 4 * k + i < m->rows; i++) {
        int value = ck_int8_at(m, values, factors[column + j], from + 4 * k + i, column + j);
        word |= (uint32_t)(uint8_t)value << 8 * i;
      }
      out[k * panel + j] = (int32_t)word;
    }
  }
}
