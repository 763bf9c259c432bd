#include "CKernels.h"
#include "vector.h"

CK_INLINE void ck_adamw_update_body(
    const ck_adamw *options, int64_t count, const float *gradient, float *weight, float *first,
    float *second, float *average) {
  const float scale = options->gradient_scale;
  const float beta1 = options->beta1, beta2 = options->beta2;
  const float rate = options->learning_rate / options->correction1;
  const float root = 1.0f / sqrtf(options->correction2);
  const float keep = 1.0f - options->learning_rate * options->weight_decay;
  const float epsilon = options->epsilon, share = options->average_weight;
  CK_VECTORIZE
  for (int64_t i = 0; i < count; i++) {
    float g = gradient[i] * scale;
    float m = beta1 * first[i] + (1 - beta1) * g;
    float v = beta2 * second[i] + (1 - beta2) * g * g;
    float w = weight[i] * keep - rate * m / (__builtin_elementwise_sqrt(v) * root + epsilon);
    first[i] = m;
    second[i] = v;
    weight[i] = w;
    average[i] += share * (w - average[i]);
  }
}
CK_VERSIONS(extern, void, ck_adamw_update, ck_adamw_update_body,
            (const ck_adamw *options, int64_t count, const float *gradient, float *weight, float
             *first, float *second, float *average),
            (options, count, gradient, weight, first, second, average))

CK_INLINE void ck_add_body(int64_t count, const float *from, float *into) {
  CK_VECTORIZE
  for (int64_t i = 0; i < count; i++) into[i] += from[i];
}
CK_VERSIONS(extern, void, ck_add, ck_add_body,
            (int64_t count, const float *from, float *into),
            (count, from, into))

CK_INLINE double ck_sum_of_squares_body(int64_t count, const float *values) {
  double total = 0;
  for (int64_t start = 0; start < count; start += 4096) {
    int64_t end = start + 4096 < count ? start + 4096 : count;
    float sums[CK_BLOCK] = {0};
    int64_t i = start;
    for (; i + CK_BLOCK <= end; i += CK_BLOCK) {
      CK_VECTORIZE
      for (int k = 0; k < CK_BLOCK; k++) sums[k] += values[i + k] * values[i + k];
    }
    for (; i < end; i++) sums[0] += values[i] * values[i];
    for (int k = 0; k < CK_BLOCK; k++) total += sums[k];
  }
  return total;
}
CK_VERSIONS(extern, double, ck_sum_of_squares, ck_sum_of_squares_body,
            (int64_t count, const float *values),
            (count, values))
