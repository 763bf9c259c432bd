#include "CKernels.h"
#include "vector.h"

CK_INLINE double ck_mean_squares_update_body(
    int64_t count, float share, const float *gradient, float *mean_squares) {
  double total = 0;
  for (int64_t start = 0; start < count; start += 4096) {
    int64_t end = start + 4096 < count ? start + 4096 : count;
    float sums[CK_BLOCK] = {0};
    int64_t i = start;
    for (; i + CK_BLOCK <= end; i += CK_BLOCK) {
      CK_VECTORIZE
      for (int k = 0; k < CK_BLOCK; k++) {
        float s = mean_squares[i + k];
        s += share * (gradient[i + k] * gradient[i + k] - s);
        mean_squares[i + k] = s;
        sums[k] += __builtin_elementwise_sqrt(s);
      }
    }
    for (; i < end; i++) {
      mean_squares[i] += share * (gradient[i] * gradient[i] - mean_squares[i]);
      sums[0] += sqrtf(mean_squares[i]);
    }
    for (int k = 0; k < CK_BLOCK; k++) total += sums[k];
  }
  return total;
}
CK_VERSIONS(extern, double, ck_mean_squares_update, ck_mean_squares_update_body,
            (int64_t count, float share, const float *gradient, float *mean_squares),
            (count, share, gradient, mean_squares))

CK_INLINE void ck_adapt_body(
    const ck_adaptation *options, int64_t count, const float *gradient, const float *mean_squares,
    const float *original, float *weight) {
  const float rate = options->rate, epsilon = options->epsilon;
  const float decay = options->decay_by_root;
  CK_VECTORIZE
  for (int64_t i = 0; i < count; i++) {
    float root = __builtin_elementwise_sqrt(mean_squares[i]);
    float back = decay * root;
    back = back > 1.0f ? 1.0f : back;
    weight[i] += back * (original[i] - weight[i]) - rate * gradient[i] / (root + epsilon);
  }
}
CK_VERSIONS(extern, void, ck_adapt, ck_adapt_body,
            (const ck_adaptation *options, int64_t count, const float *gradient, const float
             *mean_squares, const float *original, float *weight),
            (options, count, gradient, mean_squares, original, weight))
