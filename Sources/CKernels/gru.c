// GRU (Cho et al. 2014) in PyTorch's form: n = tanh(W_n x + b_in + r (R_n h + b_hn)),
// h' = (1 - z) n + z h, with r, z = σ of the sums.
#ifndef ELEMENT

#define KERNELS "gru.c"
#include "cell.h"

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

#else  // for each type of stored activation

CK_INLINE void NAME(gru_forward_body_)(
    const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
    float *state, ELEMENT *gates, ELEMENT *candidates, ELEMENT *output) {
  const int64_t hidden = step->hidden, width = 3 * hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    const ELEMENT *x_row = input + (rows ? rows[b] : b) * width;
    FOR_BLOCKS(step, {
      const ELEMENT *x = x_row + 3 * j;
      const float *p = recurrent + b * width + 3 * j;
      const float *b1 = step->bias_ih + 3 * j;
      const float *b2 = step->bias_hh + 3 * j;
      ELEMENT *a = gates + b * width + 3 * j;
      float *h = state + b * hidden + j;
      ELEMENT *m_out = candidates + b * hidden + j;
      ELEMENT *h_out = output + b * hidden + j;
      CK_VECTORIZE
      for (int k = 0; k < n; k++) {
        float r = ck_sigmoid(LOAD(x[k]) + p[k] + (b1[k] + b2[k]));
        float z = ck_sigmoid(LOAD(x[n + k]) + p[n + k] + (b1[n + k] + b2[n + k]));
        float m = p[2 * n + k] + b2[2 * n + k];
        float c = ck_tanh(LOAD(x[2 * n + k]) + b1[2 * n + k] + r * m);
        float next = (1 - z) * c + z * h[k];
        a[k] = STORE(r);
        a[n + k] = STORE(z);
        a[2 * n + k] = STORE(c);
        m_out[k] = STORE(m);
        h[k] = next;
        h_out[k] = STORE(next);
      }
    });
  }
}
CK_VERSIONS(static, void, NAME(gru_forward_), NAME(gru_forward_body_),
            (const ck_step *step, const ELEMENT *input, const int32_t *rows, const float *recurrent,
             float *state, ELEMENT *gates, ELEMENT *candidates, ELEMENT *output),
            (step, input, rows, recurrent, state, gates, candidates, output))

CK_INLINE void NAME(gru_backward_body_)(
    const ck_step *step, ELEMENT *gates, const ELEMENT *candidates, const ELEMENT *previous,
    const ELEMENT *d_output, const float *d_recurrent, float *d_hidden, ELEMENT *d_products) {
  const int64_t hidden = step->hidden, width = 3 * hidden;
  for (int64_t b = 0; b < step->lanes; b++) {
    FOR_BLOCKS(step, {
      ELEMENT *a = gates + b * width + 3 * j;
      ELEMENT *dp = d_products + b * width + 3 * j;
      const ELEMENT *m = candidates + b * hidden + j;
      const ELEMENT *h = previous + b * hidden + j;
      const ELEMENT *dy = d_output + b * hidden + j;
      const float *dr = d_recurrent + b * hidden + j;
      float *dh_direct = d_hidden + b * hidden + j;
      CK_VECTORIZE
      for (int k = 0; k < n; k++) {
        float r = LOAD(a[k]);
        float z = LOAD(a[n + k]);
        float c = LOAD(a[2 * n + k]);
        float dh = LOAD(dy[k]) + dr[k] + dh_direct[k];
        float d_c = dh * (1 - z) * (1 - c * c);
        float d_r = d_c * LOAD(m[k]) * r * (1 - r);
        float d_z = dh * (LOAD(h[k]) - c) * z * (1 - z);
        a[k] = STORE(d_r);
        a[n + k] = STORE(d_z);
        a[2 * n + k] = STORE(d_c);
        dp[k] = STORE(d_r);
        dp[n + k] = STORE(d_z);
        dp[2 * n + k] = STORE(d_c * r);
        dh_direct[k] = dh * z;
      }
    });
  }
}
CK_VERSIONS(static, void, NAME(gru_backward_), NAME(gru_backward_body_),
            (const ck_step *step, ELEMENT *gates, const ELEMENT *candidates, const ELEMENT
             *previous, const ELEMENT *d_output, const float *d_recurrent, float *d_hidden, ELEMENT
             *d_products),
            (step, gates, candidates, previous, d_output, d_recurrent, d_hidden, d_products))

#endif
