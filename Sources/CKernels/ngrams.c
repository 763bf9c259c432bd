#include "CKernels.h"

// The finalizer of SplitMix64 (Steele et al. 2014).
static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

void ck_ngram_rows(int64_t rows, int64_t lanes, int64_t lengths, int64_t buckets,
                   const int32_t *symbols, int32_t *index) {
  for (int64_t row = 0; row < rows; row++) {
    // Backward from the last symbol, so that one walk gives the n-grams of all lengths.
    uint64_t hash = mix((uint64_t)symbols[row] + 1);
    for (int64_t length = 0; length < lengths; length++) {
      int64_t place = row - (length + 1) * lanes;
      hash = mix(hash + (place < 0 ? 0 : (uint64_t)symbols[place] + 1));
      index[length * rows + row] = (int32_t)(((hash >> 32) * (uint64_t)buckets) >> 32);
    }
  }
}
