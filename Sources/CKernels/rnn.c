// The simple recurrent network (Elman 1990): h' = tanh(W x + b_ih + R h + b_hh).
#ifndef ELEMENT

#define KERNELS "rnn.c"
#include "cell.h"

void ck_rnn_forward(const ck_step *step, const void *input, const int32_t *rows,
                    const float *recurrent, float *state, void *gates, void *output) {
  CK_DISPATCH(step->element, rnn_forward, step, input, rows, recurrent, state, gates, output);
}

void ck_rnn_backward(const ck_step *step, void *gates, const void *d_output,
                     const float *d_recurrent) {
  CK_DISPATCH(step->element, rnn_backward, step, gates, d_output, d_recurrent);
}

#else  // for each type of stored activation

CK_INLINE void NAME(rnn_forward_body_)(
    const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
    float *state, ELEMENT *gates, ELEMENT *output) {
  const int64_t hidden = step->hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    const ELEMENT *x = input + (rows ? rows[b] : b) * hidden;
    const float *r = recurrent + b * hidden;
    ELEMENT *a = gates + b * hidden;
    float *h = state + b * hidden;
    ELEMENT *h_out = output + b * hidden;
    CK_VECTORIZE
    for (int64_t k = step->first; k < step->end; k++) {
      float next = ck_tanh(LOAD(x[k]) + r[k] + (step->bias_ih[k] + step->bias_hh[k]));
      a[k] = STORE(next);
      h[k] = next;
      h_out[k] = STORE(next);
    }
  }
}
CK_VERSIONS(static, void, NAME(rnn_forward_), NAME(rnn_forward_body_),
            (const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
             float *state, ELEMENT *gates, ELEMENT *output),
            (step, input, rows, recurrent, state, gates, output))

CK_INLINE void NAME(rnn_backward_body_)(
    const ck_step *step, ELEMENT *gates, const ELEMENT *d_output, const float *d_recurrent) {
  const int64_t hidden = step->hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    ELEMENT *a = gates + b * hidden;
    const ELEMENT *dy = d_output + b * hidden;
    const float *dr = d_recurrent + b * hidden;
    CK_VECTORIZE
    for (int64_t k = step->first; k < step->end; k++) {
      float h = LOAD(a[k]);
      a[k] = STORE((LOAD(dy[k]) + dr[k]) * (1 - h * h));
    }
  }
}
CK_VERSIONS(static, void, NAME(rnn_backward_), NAME(rnn_backward_body_),
            (const ck_step *step, ELEMENT *gates, const ELEMENT *d_output, const float
             *d_recurrent),
            (step, gates, d_output, d_recurrent))

#endif
