// Matrix products: C = A · B or C += A · B, with B in panels that are packed ahead, or else block by
// block. After Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication": a
// tile of sums stays in registers while the rows of a panel of B pass by.

#include "CKernels.h"
#include "product_blocks.h"
#include "product_version.h"
#include "product_words.h"
#include "scratch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT ON

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
#define PRODUCT_SHORTS
#define NAME(x) x##_int16_baseline
#define WIDTH 4
#define ROWS BASELINE_ROWS
#if defined(__x86_64__)
#define MADD(a, b) (NAME(words)) _mm_madd_epi16((__m128i)(a), (__m128i)(b))
#endif
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
#define PRODUCT_SHORTS
#define MADD(a, b) (NAME(words)) _mm256_madd_epi16((__m256i)(a), (__m256i)(b))
#define NAME(x) x##_int16_avx2
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
#define PRODUCT_SHORTS
#define DOT(sum, a, b) (NAME(words)) _mm256_dpwssd_avx_epi32((__m256i)(sum), (__m256i)(a), (__m256i)(b))
#define NAME(x) x##_int16_avx2_vnni
#define WIDTH 8
#define ROWS 6
#include "products.inc"
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
#define PRODUCT_SHORTS
#define MADD(a, b) (NAME(words)) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#define NAME(x) x##_int16_avx512
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
#define PRODUCT_SHORTS
#define DOT(sum, a, b) (NAME(words)) _mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b))
#define NAME(x) x##_int16_avx512_vnni
#define WIDTH 16
#define ROWS 12
#include "products.inc"
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

extern const ck_version ck_version_bf16_amx;

static const ck_version *const versions[4][7] = {
    {&version_f32_baseline, &version_f32_avx2, &version_f32_avx2, &version_f32_avx512,
     &version_f32_avx512, &version_f32_avx512, &version_f32_avx512},
    {&version_bf16_baseline, &version_bf16_avx2, &version_bf16_avx2, &version_bf16_avx512,
     &version_bf16_avx512, &version_bf16_avx512_bf16, &ck_version_bf16_amx},
    {&version_int8_baseline, &version_int8_avx2, &version_int8_avx2_vnni, &version_int8_avx512,
     &version_int8_avx512_vnni, &version_int8_avx512_vnni, &version_int8_avx512_vnni},
    {&version_int16_baseline, &version_int16_avx2, &version_int16_avx2_vnni, &version_int16_avx512,
     &version_int16_avx512_vnni, &version_int16_avx512_vnni, &version_int16_avx512_vnni},
};
#else
static const ck_version *const versions[4][1] = {
    {&version_f32_baseline}, {&version_bf16_baseline}, {&version_int8_baseline},
    {&version_int16_baseline}};
#endif

static const ck_version *version_for(ck_operand operand) {
  return versions[operand][ck_cpu_level()];
}

int64_t ck_panel_columns(ck_operand operand) { return version_for(operand)->panel; }

static int64_t words_of(const ck_version *version, int64_t rows) {
  int64_t step = version->per * version->words;
  int64_t words = (rows + step - 1) / step * version->words;
  return words + (version->block ? (words + version->block - 1) / version->block : 0);
}

int64_t ck_panel_words(ck_operand operand, int64_t rows) {
  return words_of(version_for(operand), rows);
}

void ck_pack_panels(ck_operand operand, const ck_matrix *matrix, const void *values,
                    void *panels, float *scales, int32_t *offsets) {
  const ck_version *version = version_for(operand);
  const float *factors = NULL;
  if (operand == CK_OPERAND_INT8) {
    // Each column is divided by its largest magnitude over 127.
    float *mine = (float *)ck_scratch(matrix->columns);
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
  const int64_t all = (matrix->rows + version->per - 1) / version->per;
  const int64_t panel_count = (matrix->columns + version->panel - 1) / version->panel;
  if (!version->block) {
    version->pack(matrix, values, factors, 0, words_of(version, matrix->rows), 0, panel_count,
                  panels);
    return;
  }
  int32_t *out = panels;
  for (int64_t panel = 0; panel < panel_count; panel++) {
    for (int64_t from = 0; from < all; from += version->block) {
      const int64_t words = all - from < version->block ? all - from : version->block;
      version->pack(matrix, values, NULL, from * version->per, words, panel, panel + 1, out);
      out += (1 + words) * version->panel;
    }
  }
}

void ck_multiply(const ck_product *product, const void *left, const void *right,
                 const float *scales, const int32_t *offsets, void *result, int64_t first,
                 int64_t end) {
  const ck_version *version = version_for(product->operand);
  if (!product->right_is_packed && version->packs_ahead) {
    version = versions[product->operand][ck_cpu_level() - 1];
  }
  int64_t words = ck_left_words(product, words_of(version, product->left.columns),
                                version->left_words, version->rows);
  if (!product->right_is_packed) words += CK_PACKING_DEPTH * CK_COLUMNS;
  version->multiply(product, left, right, scales, offsets, result, first, end, ck_scratch(words));
}
