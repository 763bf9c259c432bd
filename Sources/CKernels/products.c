// Matrix products: C = A · B or C += A · B, with B in panels that are packed ahead, or else block by
// block. After Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication": a
// tile of sums stays in registers while the rows of a panel of B pass by.

#include "CKernels.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT ON

#define MOST_PANELS 4
// Words of A that are packed at a time, unless a single tile has more; they stay in L2.
#define CK_LEFT_WORDS (1 << 16)
// Words of K, and columns, of a block of B that is packed at a time.
#define CK_DEPTH 512
#define CK_COLUMNS 512

typedef struct {
  int64_t panel;
  int left_words, per, rows;
  void (*pack)(const ck_matrix *matrix, const void *values, const float *factors, int64_t from,
               int64_t words, int64_t first, int64_t end, int32_t *panels);
  void (*multiply)(const ck_product *product, const void *left, const void *right,
                   const float *scales, const int32_t *offsets, void *result, int64_t first,
                   int64_t end, int32_t *scratch);
} ck_version;

// The part of C that a tile of sums belongs to, where it is not written as it is.
typedef struct {
  const ck_product *product;
  void *result;
  int64_t row;
  int height;
  int64_t column, columns, stride;
} ck_edge;

static int64_t ck_left_words(const ck_product *product, int left_words, int per, int rows) {
  int64_t words = (product->left.columns + per - 1) / per;
  if (!product->right_is_packed && words > CK_DEPTH) words = CK_DEPTH;
  int64_t tile = words * left_words * rows;
  return tile > CK_LEFT_WORDS ? tile : CK_LEFT_WORDS;
}

static void ck_load_edge(const ck_edge *edge, void *sums) {
  const int64_t width = edge->product->right.columns;
  for (int row = 0; row < edge->height; row++) {
    int64_t at = (edge->row + row) * width + edge->column;
    float *to = (float *)sums + row * edge->stride;
    ck_load(edge->product->result, edge->columns,
            (char *)edge->result + at * (edge->product->result == CK_F32 ? 4 : 2), to);
    for (int64_t j = edge->columns; j < edge->stride; j++) to[j] = 0;
  }
}

static void ck_store_edge(const ck_edge *edge, const float *sums) {
  const int64_t width = edge->product->right.columns;
  for (int row = 0; row < edge->height; row++) {
    int64_t at = (edge->row + row) * width + edge->column;
    ck_store(edge->product->result, edge->columns, sums + row * edge->stride,
             (char *)edge->result + at * (edge->product->result == CK_F32 ? 4 : 2));
  }
}

// Sums of int8 products to floats: weights are in steps of `scales`, what they are multiplied by in
// steps of 1/127. `offset`: what the sums are too large by.
CK_INLINE void ck_scale_edge(const ck_edge *edge, const int32_t *sums, const float *scales,
                             const int32_t *offsets) {
  const int64_t width = edge->product->right.columns;
  scales += edge->column;
  if (offsets) offsets += edge->column;
  for (int row = 0; row < edge->height; row++) {
    float *out = (float *)edge->result + (edge->row + row) * width + edge->column;
    const int32_t *in = sums + row * edge->stride;
    for (int64_t j = 0; j < edge->columns; j++) {
      out[j] = (float)(in[j] - (offsets ? offsets[j] : 0)) * (scales[j] * (1.0f / 127.0f));
    }
  }
}

// MARK: - Words of operands

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

// A's tile of `height` rows from `row`, `words` words of K from `from`: [words, height].
CK_INLINE void ck_left_floats(const ck_matrix *m, const void *values, int64_t row, int height,
                              int64_t from, int64_t words, int32_t *tile) {
  float *out = (float *)tile;
  const float *in = (const float *)values + row * m->row_stride + from * m->column_stride;
  if (m->row_stride == 1) {
    for (int64_t k = 0; k < words; k++) {
      for (int r = 0; r < height; r++) out[k * height + r] = in[k * m->column_stride + r];
    }
  } else {
    for (int r = 0; r < height; r++) {
      for (int64_t k = 0; k < words; k++) {
        out[k * height + r] = in[r * m->row_stride + k * m->column_stride];
      }
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

// MARK: - Versions

// A tile's sums, two vectors a row, and what else is live fit the registers: 16 of them with SSE2 and
// AVX2, 32 elsewhere.
#if defined(__x86_64__)
#define BASELINE_ROWS 6
#else
#define BASELINE_ROWS 12
#endif

#define PRODUCT_FLOATS
#define NAME(x) x##_f32_baseline
#define WIDTH 4
#define ROWS BASELINE_ROWS
#include "products.inc"
#define PRODUCT_PAIRS
#define NAME(x) x##_bf16_baseline
#define WIDTH 4
#define ROWS BASELINE_ROWS
#include "products.inc"
#define PRODUCT_BYTES
#define NAME(x) x##_int8_baseline
#define WIDTH 4
#define ROWS BASELINE_ROWS
#include "products.inc"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define PRODUCT_FLOATS
#define NAME(x) x##_f32_avx2
#define WIDTH 8
#define ROWS 6
#include "products.inc"
#define PRODUCT_PAIRS
#define NAME(x) x##_bf16_avx2
#define WIDTH 8
#define ROWS 6
#include "products.inc"
#define PRODUCT_BYTES
#define MADD(a, b) (NAME(words)) _mm256_madd_epi16((__m256i)(a), (__m256i)(b))
#define NAME(x) x##_int8_avx2
#define WIDTH 8
#define ROWS 6
#include "products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3,avxvnni"))), apply_to = function)
#define PRODUCT_BYTES
#define DOT(sum, a, b) (NAME(words)) _mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(a), (__m256i)(b))
#define NAME(x) x##_int8_avx2_vnni
#define WIDTH 8
#define ROWS 6
#include "products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit"))), apply_to = function)
#define PRODUCT_FLOATS
#define NAME(x) x##_f32_avx512
#define WIDTH 16
#define ROWS 12
#include "products.inc"
#define PRODUCT_PAIRS
#define NAME(x) x##_bf16_avx512
#define WIDTH 16
#define ROWS 12
#include "products.inc"
#define PRODUCT_BYTES
#define MADD(a, b) (NAME(words)) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#define NAME(x) x##_int8_avx512
#define WIDTH 16
#define ROWS 12
#include "products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit,avx512vnni"))), apply_to = function)
#define PRODUCT_BYTES
#define DOT(sum, a, b) (NAME(words)) _mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b))
#define NAME(x) x##_int8_avx512_vnni
#define WIDTH 16
#define ROWS 12
#include "products.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,no-prefer-256-bit,avx512bf16"))), apply_to = function)
#define PRODUCT_PAIRS
#define DOT(sum, a, b) (NAME(vector)) _mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b))
#define NAME(x) x##_bf16_avx512_bf16
#define WIDTH 16
#define ROWS 12
#include "products.inc"
#pragma clang attribute pop

static const ck_version *const versions[3][6] = {
    {&version_f32_baseline, &version_f32_avx2, &version_f32_avx2, &version_f32_avx512,
     &version_f32_avx512, &version_f32_avx512},
    {&version_bf16_baseline, &version_bf16_avx2, &version_bf16_avx2, &version_bf16_avx512,
     &version_bf16_avx512, &version_bf16_avx512_bf16},
    {&version_int8_baseline, &version_int8_avx2, &version_int8_avx2_vnni, &version_int8_avx512,
     &version_int8_avx512_vnni, &version_int8_avx512_vnni},
};
#else
static const ck_version *const versions[3][1] = {
    {&version_f32_baseline}, {&version_bf16_baseline}, {&version_int8_baseline}};
#endif

static const ck_version *version_for(ck_operand operand) {
  return versions[operand][ck_cpu_level()];
}

// MARK: - Scratch

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local int32_t *scratch;
static _Thread_local int64_t scratch_words;

static void make_scratch_key(void) { pthread_key_create(&scratch_key, free); }

// A thread's own, made at its first product and freed at its end.
static int32_t *scratch_of(int64_t words) {
  if (words <= scratch_words) return scratch;
  pthread_once(&scratch_once, make_scratch_key);
  free(scratch);
  scratch = aligned_alloc(64, (size_t)(4 * words + 63) / 64 * 64);
  if (!scratch) {
    fprintf(stderr, "charlstm: out of memory: %lld bytes for a matrix product could not be had\n",
            (long long)(4 * words));
    abort();
  }
  pthread_setspecific(scratch_key, scratch);
  scratch_words = words;
  return scratch;
}

// MARK: - What others call

int64_t ck_panel_columns(ck_operand operand) { return version_for(operand)->panel; }

int64_t ck_panel_words(ck_operand operand, int64_t rows) {
  int per = version_for(operand)->per;
  return (rows + per - 1) / per;
}

void ck_pack_panels(ck_operand operand, const ck_matrix *matrix, const void *values,
                    void *panels, float *scales, int32_t *offsets) {
  const ck_version *version = version_for(operand);
  const float *factors = NULL;
  if (operand == CK_OPERAND_INT8) {
    // Each column is divided by its largest magnitude over 127.
    float *mine = (float *)scratch_of(matrix->columns);
    for (int64_t j = 0; j < matrix->columns; j++) {
      float largest = 0;
      for (int64_t k = 0; k < matrix->rows; k++) {
        float value = fabsf(ck_float_at(matrix, values, k, j));
        largest = value > largest ? value : largest;
      }
      scales[j] = largest / 127.0f;
      mine[j] = largest > 0 ? 127.0f / largest : 0;
      int32_t sum = 0;
      for (int64_t k = 0; k < matrix->rows; k++) sum += ck_int8_at(matrix, values, mine[j], k, j);
      offsets[j] = 128 * sum;
    }
    factors = mine;
  }
  version->pack(matrix, values, factors, 0, ck_panel_words(operand, matrix->rows), 0,
                (matrix->columns + version->panel - 1) / version->panel, panels);
}

void ck_multiply(const ck_product *product, const void *left, const void *right,
                 const float *scales, const int32_t *offsets, void *result, int64_t first,
                 int64_t end) {
  const ck_version *version = version_for(product->operand);
  int64_t words = ck_left_words(product, version->left_words, version->per, version->rows);
  if (!product->right_is_packed) words += CK_DEPTH * CK_COLUMNS;
  version->multiply(product, left, right, scales, offsets, result, first, end, scratch_of(words));
}
