#include "CKernels.h"
#include "vector.h"

CK_INLINE void ck_drop_body(int64_t count, uint64_t first, uint64_t key, uint32_t threshold,
                         float scale, const float *in, float *out) {
  uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32), start = (uint32_t)first;
  CK_VECTORIZE
  for (int64_t i = 0; i < count; i++) {
    // MurmurHash3's finalizer, with the other half of the key between its rounds.
    uint32_t x = (start + (uint32_t)i) ^ low;
    x = (x ^ (x >> 16)) * 0x85ebca6b;
    x = (x ^ (x >> 13) ^ high) * 0xc2b2ae35;
    x ^= x >> 16;
    out[i] = x < threshold ? 0 : in[i] * scale;
  }
}
CK_VERSIONS(extern, void, ck_drop, ck_drop_body,
            (int64_t count, uint64_t first, uint64_t key, uint32_t threshold, float scale, const
             float *in, float *out),
            (count, first, key, threshold, scale, in, out))
