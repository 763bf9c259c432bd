#include "CKernels.h"

#include <string.h>

#include "vector.h"

#define ELEMENT float
#define SUFFIX f32
#include "rows.inc"
#undef ELEMENT
#undef SUFFIX

#define ELEMENT uint16_t
#define SUFFIX bf16
#include "rows.inc"
#undef ELEMENT
#undef SUFFIX

double ck_cross_entropy(ck_element element, int64_t rows, int64_t vocabulary, float *logits,
                        const float *bias, const int32_t *targets, float scale, void *d_logits,
                        float *losses) {
  return CK_DISPATCH(element, cross_entropy, rows, vocabulary, logits, bias, targets, scale,
                     d_logits, losses);
}

CK_INLINE void ck_add_softmax_body(int64_t rows, int64_t vocabulary, const float *logits,
                                const int64_t *index, float share, uint16_t *table) {
  for (int64_t row = 0; row < rows; row++) {
    if (index[row] == 0) continue;
    const float *e = logits + row * vocabulary;
    uint16_t *q = table + index[row] * vocabulary;
    float sum = 0;
    for (int64_t j = 0; j < vocabulary; j++) sum += e[j];
    float factor = share / sum;
    CK_VECTORIZE
    for (int64_t j = 0; j < vocabulary; j++) {
      q[j] = ck_store_bf16(ck_load_bf16(q[j]) + e[j] * factor);
    }
  }
}
CK_VERSIONS(extern, void, ck_add_softmax, ck_add_softmax_body,
            (int64_t rows, int64_t vocabulary, const float *logits, const int64_t *index, float
             share, uint16_t *table),
            (rows, vocabulary, logits, index, share, table))

void ck_soften_targets(ck_element element, int64_t rows, int64_t vocabulary,
                       const int32_t *targets, const int64_t *index, const uint16_t *table,
                       float amount, void *d_logits) {
  CK_DISPATCH(element, soften_targets, rows, vocabulary, targets, index, table, amount, d_logits);
}

void ck_add_column_sums(ck_element element, int64_t rows, int64_t columns, int64_t stride,
                        const void *values, float *sums) {
  CK_DISPATCH(element, add_column_sums, rows, columns, stride, values, sums);
}

void ck_gather(ck_element element, int64_t rows, int64_t columns, const float *table,
               const int32_t *index, int64_t lanes, const float *mask, void *out) {
  CK_DISPATCH(element, gather, rows, columns, table, index, lanes, mask, out);
}

void ck_gather_add(ck_element element, int64_t rows, int64_t columns, const float *table,
                   const int32_t *index, int64_t lanes, const float *mask, void *out) {
  CK_DISPATCH(element, gather_add, rows, columns, table, index, lanes, mask, out);
}

void ck_scatter_add(ck_element element, int64_t rows, int64_t columns, int64_t stride,
                    const void *values, const int32_t *index, int64_t lanes, const float *mask,
                    float *table) {
  CK_DISPATCH(element, scatter_add, rows, columns, stride, values, index, lanes, mask, table);
}

void ck_mask(ck_element element, int64_t rows, int64_t columns, int64_t lanes, const float *mask,
             const void *in, void *out) {
  CK_DISPATCH(element, mask, rows, columns, lanes, mask, in, out);
}

void ck_copy_columns(ck_element element, int64_t rows, int64_t columns, const void *in,
                     int64_t in_stride, void *out, int64_t out_stride) {
  const int64_t size = element == CK_BF16 ? 2 : 4;
  for (int64_t row = 0; row < rows; row++) {
    memcpy((char *)out + row * out_stride * size, (const char *)in + row * in_stride * size,
           columns * size);
  }
}

void ck_store(ck_element element, int64_t count, const float *in, void *out) {
  CK_DISPATCH(element, store, count, in, out);
}

void ck_load(ck_element element, int64_t count, const void *in, float *out) {
  CK_DISPATCH(element, load, count, in, out);
}
