#include "CKernels.h"

#include <string.h>

#include "vector.h"

#define ELEMENT float
#define SUFFIX f32
#include "pool.inc"
#undef ELEMENT
#undef SUFFIX

#define ELEMENT uint16_t
#define SUFFIX bf16
#include "pool.inc"
#undef ELEMENT
#undef SUFFIX

void ck_pool_mean(const ck_pool *pool, const void *outputs, float *features) {
  CK_DISPATCH(pool->element, mean, pool, outputs, features);
}

void ck_pool_mean_backward(const ck_pool *pool, const float *d_features, void *d_outputs) {
  CK_DISPATCH(pool->element, mean_backward, pool, d_features, d_outputs);
}

void ck_pool_max(const ck_pool *pool, const void *outputs, float *features, int32_t *steps) {
  CK_DISPATCH(pool->element, max, pool, outputs, features, steps);
}

void ck_pool_max_backward(const ck_pool *pool, const int32_t *steps, const float *d_features,
                          void *d_outputs) {
  CK_DISPATCH(pool->element, max_backward, pool, steps, d_features, d_outputs);
}

void ck_pool_attention(const ck_pool *pool, const void *outputs, const float *query,
                       float *weights, float *features) {
  CK_DISPATCH(pool->element, attention, pool, outputs, query, weights, features);
}

void ck_pool_attention_backward(const ck_pool *pool, const void *outputs, const float *query,
                                const float *weights, const float *features,
                                const float *d_features, float *d_query, void *d_outputs) {
  CK_DISPATCH(pool->element, attention_backward, pool, outputs, query, weights, features,
              d_features, d_query, d_outputs);
}

void ck_add_to_stored(ck_element element, int64_t count, const float *in, void *out) {
  CK_DISPATCH(element, add_to_stored, count, in, out);
}
