#include "CKernels.h"

#include <math.h>
#include <string.h>

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

int64_t ck_average_rise(double decay) {
  double steps = ceil(CK_AVERAGE_AGE * decay / (1 - decay)) - 1;
  return steps < 0 ? 0 : (int64_t)steps;
}

double ck_average_kept(const ck_average *average, int64_t from, int64_t to) {
  if (from >= to) return 1;
  double kept = 1;
  // Of s / (s + 10) over consecutive steps all but ten factors above and below cancel out.
  int64_t rise = to < average->rise ? to : average->rise;
  if (from < rise) {
    for (int i = 1; i <= CK_AVERAGE_AGE; i++) kept *= (double)(from + i) / (double)(rise + i);
    from = rise;
  }
  return from < to ? kept * pow(average->decay, (double)(to - from)) : kept;
}

CK_INLINE void ck_adamw_update_rows_body(
    const ck_adamw *options, const ck_average *schedule, int64_t step, const ck_touched *touched,
    int64_t columns, const float *gradient, float *weight, float *first, float *second,
    float *average, int32_t *averaged) {
  for (int64_t i = 0; i < touched->count; i++) {
    int32_t row = touched->rows[i];
    int64_t start = row * columns;
    float *w = weight + start, *a = average + start;
    if (averaged[row] < step - 1) {
      const float kept = (float)ck_average_kept(schedule, averaged[row], step - 1);
      CK_VECTORIZE
      for (int64_t j = 0; j < columns; j++) a[j] = w[j] + kept * (a[j] - w[j]);
    }
    averaged[row] = (int32_t)step;
    ck_adamw_update_body(options, columns, gradient + start, w, first + start, second + start, a);
  }
}
CK_VERSIONS(extern, void, ck_adamw_update_rows, ck_adamw_update_rows_body,
            (const ck_adamw *options, const ck_average *schedule, int64_t step, const ck_touched
             *touched, int64_t columns, const float *gradient, float *weight, float *first, float
             *second, float *average, int32_t *averaged),
            (options, schedule, step, touched, columns, gradient, weight, first, second, average,
             averaged))

CK_INLINE void ck_average_rows_body(
    const ck_average *schedule, int64_t step, int64_t first, int64_t end, int64_t columns,
    const float *weight, const float *average, const int32_t *averaged, float *out) {
  for (int64_t row = first; row < end; row++) {
    const float *w = weight + row * columns, *a = average + row * columns;
    const float kept = (float)ck_average_kept(schedule, averaged[row], step);
    float *o = out + row * columns;
    if (kept == 1) {
      memcpy(o, a, columns * sizeof(float));
    } else {
      CK_VECTORIZE
      for (int64_t j = 0; j < columns; j++) o[j] = w[j] + kept * (a[j] - w[j]);
    }
  }
}
CK_VERSIONS(extern, void, ck_average_rows, ck_average_rows_body,
            (const ck_average *schedule, int64_t step, int64_t first, int64_t end, int64_t columns,
             const float *weight, const float *average, const int32_t *averaged, float *out),
            (schedule, step, first, end, columns, weight, average, averaged, out))

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
