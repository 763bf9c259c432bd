// The products of CKernels, on one thread, against the most that multiplications and additions of
// this CPU's registers reach in the same moment:
//
//     cd Sources/CKernels
//     clang -O2 -march=native -mprefer-vector-width=512 -Iinclude -c ../../Tests/Benchmarks/products_against_peak.c -o /tmp/peak.o
//     clang -O2 -Iinclude /tmp/peak.o products*.c cpu.c scratch.c rows.c -lm -lpthread -o /tmp/peak
//     /tmp/peak
//
// Rounds of all kinds of operands in turns, medians; 10^9 operations a second, and their share of the
// peak in single precision.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "CKernels.h"

#if defined(__AVX512F__)
#define WIDTH 16
#else
#define WIDTH 8
#endif
#define CHAINS 12
#define MOST_ROUNDS 1000

typedef float floats __attribute__((vector_size(4 * WIDTH)));

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#pragma STDC FP_CONTRACT ON
static double peak(void) {
  static volatile float sink;
  floats sums[CHAINS] = {{0}}, a = (floats){0} + 0.999f, b = (floats){0} + 0.001f;
  const long count = 200000;
  const double start = now();
  for (long k = 0; k < count; k++) {
    for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * a + b;
    __asm__ volatile("" ::"r"(k));
  }
  const double seconds = now() - start;
  for (int i = 0; i < CHAINS; i++) sink += sums[i][0];
  return 2e-9 * CHAINS * WIDTH * (double)count / seconds;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

typedef struct {
  const char *name;
  int64_t rows, depth, columns;
  bool is_gradient;  // of weights: A transposed, B not packed
} shape;

static const shape shapes[] = {
    {"2 x 512: a step, 64 lanes", 64, 512, 2048, false},
    {"its gradient", 64, 2048, 512, false},
    {"layer 2, a chunk", 4096, 512, 2048, false},
    {"its gradient", 4096, 2048, 512, false},
    {"gradient of weights", 2048, 4096, 512, true},
    {"2 x 128: a step, 50 lanes", 50, 128, 512, false},
    {"gradient of weights", 512, 2500, 128, true},
};

static const struct {
  const char *name;
  ck_operand operand;
} kinds[] = {{"float32", CK_OPERAND_F32}, {"int16", CK_OPERAND_INT16}, {"int8", CK_OPERAND_INT8}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static float *random_floats(int64_t count) {
  float *values = aligned_alloc(64, (size_t)(4 * count + 63) / 64 * 64);
  for (int64_t i = 0; i < count; i++) values[i] = (float)(rand() % 2001 - 1000) / 1000;
  return values;
}

static void measure(const shape *s, double seconds) {
  const int64_t m = s->rows, k = s->depth, n = s->columns;
  float *a = random_floats(m * k), *b = random_floats(k * n), *c = random_floats(m * n);
  const ck_matrix left = {CK_F32, m, k, s->is_gradient ? 1 : k, s->is_gradient ? m : 1};
  const ck_matrix right = {CK_F32, k, n, s->is_gradient ? n : 1, s->is_gradient ? 1 : k};
  float *packed[KINDS], *scales = random_floats(n);
  int32_t *offsets = (int32_t *)random_floats(n);
  int64_t panels[KINDS];
  for (int kind = 0; kind < KINDS; kind++) {
    const ck_operand operand = kinds[kind].operand;
    const int64_t width = ck_panel_columns(operand);
    panels[kind] = (n + width - 1) / width;
    packed[kind] = random_floats(panels[kind] * width * ck_panel_words(operand, k));
    if (!s->is_gradient) ck_pack_panels(operand, &right, b, packed[kind], scales, offsets);
  }
  static double rates[KINDS][MOST_ROUNDS], shares[KINDS][MOST_ROUNDS];
  int rounds = 0;
  const double start = now();
  while (rounds < 5 || (now() - start < seconds && rounds < MOST_ROUNDS)) {
    for (int kind = 0; kind < KINDS; kind++) {
      if (s->is_gradient && kinds[kind].operand == CK_OPERAND_INT8) continue;
      const ck_product product = {
          kinds[kind].operand, left, right, !s->is_gradient, CK_F32, n, false};
      const int repeats = 1 + (int)(1e8 / (double)(2 * m * k * n));
      const double before = peak(), began = now();
      for (int i = 0; i < repeats; i++) {
        ck_multiply(&product, a, s->is_gradient ? b : packed[kind], scales, offsets, c, 0,
                    panels[kind]);
      }
      const double took = (now() - began) / repeats;
      rates[kind][rounds] = 2e-9 * (double)(m * k * n) / took;
      shares[kind][rounds] = 2 * rates[kind][rounds] / (before + peak());
    }
    rounds++;
  }
  printf("%-28s", s->name);
  for (int kind = 0; kind < KINDS; kind++) {
    if (s->is_gradient && kinds[kind].operand == CK_OPERAND_INT8) continue;
    qsort(rates[kind], (size_t)rounds, sizeof(double), compare);
    qsort(shares[kind], (size_t)rounds, sizeof(double), compare);
    printf("%8.1f %4.0f%%", rates[kind][rounds / 2], 100 * shares[kind][rounds / 2]);
  }
  printf("\n");
  for (int kind = 0; kind < KINDS; kind++) free(packed[kind]);
  free(a), free(b), free(c), free(scales), free(offsets);
}

int main(void) {
  printf("%-28s", ck_level_name(ck_cpu_level()));
  for (int kind = 0; kind < KINDS; kind++) printf("%14s", kinds[kind].name);
  printf("\n");
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) measure(&shapes[i], 3);
  printf("peak in single precision %.1f\n", peak());
}
