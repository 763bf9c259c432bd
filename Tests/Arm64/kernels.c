// Products against a plain loop in double precision, then what the other kernels give for fixed
// numbers, a number a line: .ci/arm64 compares the lines of two machines.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint32_t seed = 1;

// Within ±1.
static float next(void) {
  seed = seed * 1664525u + 1013904223u;
  return (float)((int32_t)(seed >> 8) - (1 << 23)) / (1 << 23);
}

static float *numbers(int64_t count) {
  float *values = malloc(count * sizeof *values);
  for (int64_t i = 0; i < count; i++) values[i] = next();
  return values;
}

static void show(const char *name, int64_t count, const float *values) {
  for (int64_t i = 0; i < count; i++) printf("%s %.9g\n", name, values[i]);
}

static void show_stored(const char *name, ck_element element, int64_t count, const void *values) {
  float *loaded = malloc(count * sizeof *loaded);
  ck_load(element, count, values, loaded);
  show(name, count, loaded);
  free(loaded);
}

// MARK: - Products

static double value(ck_element element, const void *values, int64_t at) {
  float loaded;
  ck_load(element, 1, (const char *)values + at * (element == CK_F32 ? 4 : 2), &loaded);
  return loaded;
}

static double to_int8(double value) {
  double rounded = nearbyint(value);
  return rounded > 127 ? 127 : rounded < -127 ? -127 : rounded;
}

// Returns whether a packed product is the sums of its elements, and its rows those of other heights.
static bool check_product(ck_operand operand, int64_t rows, int64_t depth, int64_t width) {
  const ck_element element = operand == CK_OPERAND_BF16 ? CK_BF16 : CK_F32;
  float *left = numbers(rows * depth), *right = numbers(depth * width);
  void *stored = malloc(rows * depth * 4);
  ck_store(element, rows * depth, left, stored);
  // B's columns are contiguous, as the weights of a layer are.
  ck_matrix b = {CK_F32, depth, width, 1, depth};
  int64_t panel = ck_panel_columns(operand);
  int32_t *panels = calloc((width + panel - 1) / panel * panel * ck_panel_words(operand, depth), 4);
  float *scales = malloc(width * 4);
  int32_t *offsets = malloc(width * 4);
  ck_pack_panels(operand, &b, right, panels, scales, offsets);
  float *together = malloc(rows * width * 4), *alone = malloc(rows * width * 4);
  ck_product product = {operand, {element, rows, depth, depth, 1}, b, true, CK_F32, width, false};
  ck_multiply(&product, stored, panels, scales, offsets, together, 0, (width + panel - 1) / panel);
  product.left.rows = 1;
  for (int64_t r = 0; r < rows; r++) {
    ck_multiply(&product, (char *)stored + r * depth * (element == CK_F32 ? 4 : 2), panels, scales,
                offsets, alone + r * width, 0, (width + panel - 1) / panel);
  }
  bool right_sums = memcmp(together, alone, rows * width * 4) == 0;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < width; c++) {
      double sum = 0, size = 0;
      for (int64_t k = 0; k < depth; k++) {
        double x = value(element, stored, r * depth + k), y = right[c * depth + k];
        if (operand == CK_OPERAND_INT8) {
          x = to_int8((float)x * 127.0f), y = to_int8((float)y * (1 / scales[c])) * scales[c] / 127;
        } else if (operand == CK_OPERAND_BF16) {
          uint16_t rounded;
          ck_store(CK_BF16, 1, &right[c * depth + k], &rounded);
          y = value(CK_BF16, &rounded, 0);
        }
        sum += x * y, size += fabs(x * y);
      }
      // A weight between two steps of int8 may fall to either; a block of int16 has steps of a
      // two-thousandth of its largest.
      double bound = (operand >= CK_OPERAND_INT8 ? 1e-3 : 1e-6) * size;
      if (!(fabs(together[r * width + c] - sum) <= bound)) right_sums = false;
    }
  }
  free(left), free(right), free(stored), free(panels), free(scales), free(offsets);
  free(together), free(alone);
  return right_sums;
}

// MARK: - The others

enum { LANES = 3, HIDDEN = 40 };

static void *stored(ck_element element, int64_t count) {
  float *values = numbers(count);
  void *out = malloc(count * 4);
  ck_store(element, count, values, out);
  free(values);
  return out;
}

static void show_cells(ck_element element) {
  const int64_t states = LANES * HIDDEN;
  float *bias = numbers(4 * HIDDEN), *recurrent = numbers(4 * states);
  ck_step step = {element, LANES, HIDDEN, 0, HIDDEN, bias, bias};
  void *input = stored(element, 4 * states), *gates = malloc(16 * states);
  void *cells = malloc(4 * states), *output = malloc(4 * states);
  void *before = stored(element, states), *d_output = stored(element, states);
  float *state = numbers(states), *d_state = numbers(states), *d_recurrent = numbers(states);

  ck_lstm_forward(&step, input, NULL, recurrent, state, gates, cells, output);
  show_stored("lstm", element, states, output);
  ck_lstm_backward(&step, gates, before, cells, d_output, d_recurrent, d_state);
  show_stored("lstm gradient", element, 4 * states, gates);
  show("lstm gradient", states, d_state);

  ck_gru_forward(&step, input, NULL, recurrent, state, gates, cells, output);
  show_stored("gru", element, states, output);
  void *d_products = malloc(16 * states);
  ck_gru_backward(&step, gates, cells, before, d_output, d_recurrent, d_state, d_products);
  show_stored("gru gradient", element, 3 * states, gates);
  show_stored("gru gradient", element, 3 * states, d_products);

  ck_rnn_forward(&step, input, NULL, recurrent, state, gates, output);
  show_stored("rnn", element, states, output);
  ck_rnn_backward(&step, gates, d_output, d_recurrent);
  show_stored("rnn gradient", element, states, gates);
}

static void show_loss(ck_element element) {
  enum { ROWS = 5, VOCABULARY = 65 };
  float *logits = numbers(ROWS * VOCABULARY), *bias = numbers(VOCABULARY), losses[ROWS];
  const int32_t targets[ROWS] = {0, 64, 7, -1, 30};
  void *gradient = malloc(4 * ROWS * VOCABULARY);
  ck_cross_entropy(element, ROWS, VOCABULARY, logits, bias, targets, 0.5f, gradient, losses);
  show("loss", ROWS, losses);
  show_stored("loss gradient", element, ROWS * VOCABULARY, gradient);
}

static void show_update(void) {
  enum { COUNT = 100 };
  float *gradient = numbers(COUNT), *weight = numbers(COUNT), *average = numbers(COUNT);
  float first[COUNT] = {0}, second[COUNT] = {0};
  ck_adamw options = {0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 0.01f, 0.1f, 0.5f, 0.3f};
  ck_adamw_update(&options, COUNT, gradient, weight, first, second, average);
  show("adamw", COUNT, weight);
  show("adamw average", COUNT, average);
}

int main(void) {
  const int64_t shapes[][2] = {{5, 7}, {17, 33}, {130, 70}, {512, 128}};
  bool passed = true;
  for (int operand = 0; operand < 4; operand++) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
      for (int64_t rows = 1; rows <= 25; rows++) {
        if (check_product((ck_operand)operand, rows, shapes[i][0], shapes[i][1])) continue;
        fprintf(stderr, "product %d of [%d, %d] by [%d, %d] is wrong\n", operand, (int)rows,
                (int)shapes[i][0], (int)shapes[i][0], (int)shapes[i][1]);
        passed = false;
      }
    }
  }
  for (int element = CK_F32; element <= CK_BF16; element++) {
    show_cells((ck_element)element);
    show_loss((ck_element)element);
  }
  show_update();
  return passed ? 0 : 1;
}
