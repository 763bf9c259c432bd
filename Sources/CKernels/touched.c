#include "CKernels.h"

#include <string.h>

#include "vector.h"

static bool is_new(ck_touched *touched, int32_t row) {
  if (touched->last[row] == touched->pass) return false;
  touched->last[row] = touched->pass;
  touched->rows[touched->count++] = row;
  return true;
}

void ck_touch_rows(ck_touched *touched, int64_t count, const int32_t *index, int64_t columns,
                   float *table) {
  for (int64_t i = 0; i < count; i++) {
    if (is_new(touched, index[i])) {
      memset(table + index[i] * columns, 0, columns * sizeof(float));
    }
  }
}

void ck_clear_rows(const ck_touched *touched, const ck_touched *kept, int64_t columns,
                   float *table) {
  for (int64_t i = 0; i < touched->count; i++) {
    int32_t row = touched->rows[i];
    if (kept->last[row] != kept->pass) memset(table + row * columns, 0, columns * sizeof(float));
  }
}

CK_INLINE void ck_add_rows_body(
    ck_touched *total, const ck_touched *part, int64_t first, int64_t end, int64_t columns,
    const float *from, float *into) {
  for (int64_t i = 0; i < part->count; i++) {
    int32_t row = part->rows[i];
    if (row < first || row >= end) continue;
    const float *f = from + row * columns;
    float *t = into + row * columns;
    bool copies = is_new(total, row);
    if (f == t) continue;
    if (copies) {
      memcpy(t, f, columns * sizeof(float));
    } else {
      CK_VECTORIZE
      for (int64_t j = 0; j < columns; j++) t[j] += f[j];
    }
  }
}
CK_VERSIONS(extern, void, ck_add_rows, ck_add_rows_body,
            (ck_touched *total, const ck_touched *part, int64_t first, int64_t end, int64_t
             columns, const float *from, float *into),
            (total, part, first, end, columns, from, into))

CK_INLINE double ck_sum_of_squares_of_rows_body(
    const ck_touched *touched, int64_t columns, const float *table) {
  double total = 0;
  for (int64_t i = 0; i < touched->count; i++) {
    const float *values = table + touched->rows[i] * columns;
    float sums[CK_BLOCK] = {0};
    int64_t j = 0;
    for (; j + CK_BLOCK <= columns; j += CK_BLOCK) {
      CK_VECTORIZE
      for (int k = 0; k < CK_BLOCK; k++) sums[k] += values[j + k] * values[j + k];
    }
    for (; j < columns; j++) sums[0] += values[j] * values[j];
    for (int k = 0; k < CK_BLOCK; k++) total += sums[k];
  }
  return total;
}
CK_VERSIONS(extern, double, ck_sum_of_squares_of_rows, ck_sum_of_squares_of_rows_body,
            (const ck_touched *touched, int64_t columns, const float *table),
            (touched, columns, table))
