// LSTM (Hochreiter and Schmidhuber 1997, with forget gate), PyTorch's form:
// c' = f c + i g, h' = o tanh c', with i, f, o = σ and g = tanh of W x + b_ih + R h + b_hh.
#ifndef ELEMENT

#define KERNELS "lstm.c"
#include "cell.h"

void ck_lstm_forward(const ck_step *step, const void *input, const int32_t *rows,
                     const float *recurrent, float *cell, void *gates, void *cells, void *output) {
  CK_DISPATCH(step->element, lstm_forward, step, input, rows, recurrent, cell, gates, cells,
              output);
}

void ck_lstm_backward(const ck_step *step, void *gates, const void *previous_cells,
                      const void *cells, const void *d_output, const float *d_recurrent,
                      float *d_cell) {
  CK_DISPATCH(step->element, lstm_backward, step, gates, previous_cells, cells, d_output,
              d_recurrent, d_cell);
}

#else  // for each type of stored activation

CK_INLINE void NAME(lstm_forward_body_)(
    const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
    float *cell, ELEMENT *gates, ELEMENT *cells, ELEMENT *output) {
  const int64_t hidden = step->hidden, width = 4 * hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    const ELEMENT *x_row = input + (rows ? rows[b] : b) * width;
    FOR_BLOCKS(step, {
      const ELEMENT *x = x_row + 4 * j;
      const float *r = recurrent + b * width + 4 * j;
      const float *b1 = step->bias_ih + 4 * j;
      const float *b2 = step->bias_hh + 4 * j;
      ELEMENT *a = gates + b * width + 4 * j;
      float *c = cell + b * hidden + j;
      ELEMENT *c_out = cells + b * hidden + j;
      ELEMENT *h_out = output + b * hidden + j;
      CK_VECTORIZE
      for (int k = 0; k < n; k++) {
        float i = ck_sigmoid(LOAD(x[k]) + r[k] + (b1[k] + b2[k]));
        float f = ck_sigmoid(LOAD(x[n + k]) + r[n + k] + (b1[n + k] + b2[n + k]));
        float g = ck_tanh(LOAD(x[2 * n + k]) + r[2 * n + k] + (b1[2 * n + k] + b2[2 * n + k]));
        float o = ck_sigmoid(LOAD(x[3 * n + k]) + r[3 * n + k] + (b1[3 * n + k] + b2[3 * n + k]));
        float next = f * c[k] + i * g;
        a[k] = STORE(i);
        a[n + k] = STORE(f);
        a[2 * n + k] = STORE(g);
        a[3 * n + k] = STORE(o);
        c[k] = next;
        c_out[k] = STORE(next);
        h_out[k] = STORE(o * ck_tanh(next));
      }
    });
  }
}
CK_VERSIONS(static, void, NAME(lstm_forward_), NAME(lstm_forward_body_),
            (const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
             float *cell, ELEMENT *gates, ELEMENT *cells, ELEMENT *output),
            (step, input, rows, recurrent, cell, gates, cells, output))

CK_INLINE void NAME(lstm_backward_body_)(
    const ck_step *step, ELEMENT *gates, const ELEMENT *previous_cells, const ELEMENT *cells,
    const ELEMENT *d_output, const float *d_recurrent, float *d_cell) {
  const int64_t hidden = step->hidden, width = 4 * hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    FOR_BLOCKS(step, {
      ELEMENT *a = gates + b * width + 4 * j;
      const ELEMENT *c_previous = previous_cells + b * hidden + j;
      const ELEMENT *c_now = cells + b * hidden + j;
      const ELEMENT *dy = d_output + b * hidden + j;
      const float *dr = d_recurrent + b * hidden + j;
      float *dc = d_cell + b * hidden + j;
      CK_VECTORIZE
      for (int k = 0; k < n; k++) {
        float i = LOAD(a[k]);
        float f = LOAD(a[n + k]);
        float g = LOAD(a[2 * n + k]);
        float o = LOAD(a[3 * n + k]);
        float t = ck_tanh(LOAD(c_now[k]));
        float dh = LOAD(dy[k]) + dr[k];
        float d = dc[k] + dh * o * (1 - t * t);
        a[k] = STORE(d * g * i * (1 - i));
        a[n + k] = STORE(d * LOAD(c_previous[k]) * f * (1 - f));
        a[2 * n + k] = STORE(d * i * (1 - g * g));
        a[3 * n + k] = STORE(dh * t * o * (1 - o));
        dc[k] = d * f;
      }
    });
  }
}
CK_VERSIONS(static, void, NAME(lstm_backward_), NAME(lstm_backward_body_),
            (const ck_step *step, ELEMENT *gates, const ELEMENT *previous_cells, const ELEMENT
             *cells, const ELEMENT *d_output, const float *d_recurrent, float *d_cell),
            (step, gates, previous_cells, cells, d_output, d_recurrent, d_cell))

#endif
