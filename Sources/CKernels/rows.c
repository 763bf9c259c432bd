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

void ck_add_column_sums(ck_element element, int64_t rows, int64_t columns, const void *values,
                        float *sums) {
  CK_DISPATCH(element, add_column_sums, rows, columns, values, sums);
}

void ck_gather(ck_element element, int64_t rows, int64_t columns, const float *table,
               const int32_t *index, int64_t lanes, const float *mask, void *out) {
  CK_DISPATCH(element, gather, rows, columns, table, index, lanes, mask, out);
}

void ck_gather_add(ck_element element, int64_t rows, int64_t columns, const float *table,
                   const int32_t *index, int64_t lanes, const float *mask, void *out) {
  CK_DISPATCH(element, gather_add, rows, columns, table, index, lanes, mask, out);
}

void ck_scatter_add(ck_element element, int64_t rows, int64_t columns, const void *values,
                    const int32_t *index, int64_t lanes, const float *mask, float *table) {
  CK_DISPATCH(element, scatter_add, rows, columns, values, index, lanes, mask, table);
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
