#include "CKernels.h"
#include "vector.h"

#define ELEMENT float
#define SUFFIX f32
#include "cells.inc"
#undef ELEMENT
#undef SUFFIX

#define ELEMENT uint16_t
#define SUFFIX bf16
#include "cells.inc"
#undef ELEMENT
#undef SUFFIX

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

void ck_gru_forward(const ck_step *step, const void *input, const int32_t *rows,
                    const float *recurrent, float *state, void *gates, void *candidates,
                    void *output) {
  CK_DISPATCH(step->element, gru_forward, step, input, rows, recurrent, state, gates, candidates,
              output);
}

void ck_gru_backward(const ck_step *step, void *gates, const void *candidates,
                     const void *previous, const void *d_output, const float *d_recurrent,
                     float *d_state, void *d_products) {
  CK_DISPATCH(step->element, gru_backward, step, gates, candidates, previous, d_output,
              d_recurrent, d_state, d_products);
}

void ck_rnn_forward(const ck_step *step, const void *input, const int32_t *rows,
                    const float *recurrent, float *state, void *gates, void *output) {
  CK_DISPATCH(step->element, rnn_forward, step, input, rows, recurrent, state, gates, output);
}

void ck_rnn_backward(const ck_step *step, void *gates, const void *d_output,
                     const float *d_recurrent) {
  CK_DISPATCH(step->element, rnn_backward, step, gates, d_output, d_recurrent);
}
