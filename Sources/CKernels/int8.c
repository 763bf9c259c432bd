#include "CKernels.h"
#include "vector.h"

#include <string.h>

CK_INLINE void ck_quantize_body(int64_t rows, int64_t columns, int64_t stride, const float *in,
                             int8_t *out, float *scales) {
  for (int64_t row = 0; row < rows; row++) {
    const float *i = in + row * stride;
    int8_t *o = out + row * columns;
    float factor = 127.0f;
    if (scales) {
      float largest = 0;
      for (int64_t j = 0; j < columns; j++) largest = fabsf(i[j]) > largest ? fabsf(i[j]) : largest;
      scales[row] = largest / 127.0f;
      factor = largest > 0 ? 127.0f / largest : 0;
    }
    CK_VECTORIZE
    for (int64_t j = 0; j < columns; j++) {
      float value = i[j] * factor;
      value = value > 127.0f ? 127.0f : value;
      value = value < -127.0f ? -127.0f : value;
      o[j] = (int8_t)((value + 12582912.0f) - 12582912.0f);  // to the nearest, ties to even
    }
  }
}
CK_VERSIONS(extern, void, ck_quantize, ck_quantize_body,
            (int64_t rows, int64_t columns, int64_t stride, const float *in, int8_t *out, float
             *scales),
            (rows, columns, stride, in, out, scales))

CK_INLINE void ck_dequantize_body(int64_t rows, int64_t columns, const float *scales, void *sums) {
  for (int64_t row = 0; row < rows; row++) {
    char *at = (char *)sums + 4 * row * columns;
    CK_VECTORIZE
    for (int64_t j = 0; j < columns; j++) {
      int32_t sum;
      memcpy(&sum, at + 4 * j, 4);
      float value = (float)sum * (scales[j] * (1.0f / 127.0f));
      memcpy(at + 4 * j, &value, 4);
    }
  }
}
CK_VERSIONS(extern, void, ck_dequantize, ck_dequantize_body,
            (int64_t rows, int64_t columns, const float *scales, void *sums),
            (rows, columns, scales, sums))
