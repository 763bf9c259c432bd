// A time step of a layer of each cell, forward and backward, as CKernels/lstm.c, gru.c and rnn.c: a thread computes
// one unit of one lane. Forward: gates i f g o (LSTM), r z n (GRU), one gate (RNN).
//
// Launch of all: blocks of 256; ceil(hidden / 32) · ceil(lanes / 8) blocks, or fewer. No dynamic shared memory.
#pragma once
#include "stored.cuh"

__device__ inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }

// Where the values of a unit stand.
struct cell_place {
  int lane;
  long long state;   // in [B, H]
  long long row;     // in [B, G·H]: the lane's row
  int gate, stride;  // in a row of G·H: the first gate, and from one gate to the next
};

// Calls body(place) for each unit of each lane. A warp takes 32 units side by side of one lane: of each gate it reads
// two runs of 16 values, of the states one of 32.
template <int GATES, typename Body>
__device__ inline void for_each_cell(int lanes, int hidden, Body body) {
  const unsigned across = (hidden + 31) / 32, warps = blockDim.x / 32;
  const unsigned tiles = across * ((lanes + warps - 1) / warps);
  for (unsigned tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const int unit = tile % across * 32 + threadIdx.x % 32;
    const int lane = tile / across * warps + threadIdx.x / 32;
    if (unit >= hidden || lane >= lanes) continue;
    const int first = unit / 16 * 16;
    const int stride = hidden - first < 16 ? hidden - first : 16;
    body(cell_place{lane, (long long)lane * hidden + unit, (long long)lane * GATES * hidden,
                    GATES * first + unit - first, stride});
  }
}

// The lane's row of input products.
template <int GATES, typename Stored>
__device__ inline const Stored *input_row(const cell_forward_arguments &a, int lane) {
  const long long row = a.rows ? a.rows[lane] : lane;
  return (const Stored *)a.input + row * GATES * a.hidden;
}

template <typename Stored>
__device__ inline void lstm_forward_body(const cell_forward_arguments &a) {
  for_each_cell<4>(a.lanes, a.hidden, [&](cell_place at) {
    const int i_at = at.gate, f_at = i_at + at.stride, g_at = f_at + at.stride, o_at = g_at + at.stride;
    const Stored *x = input_row<4, Stored>(a, at.lane);
    const float *r = a.recurrent + at.row;
    const float i = sigmoid(load(x[i_at]) + r[i_at] + (a.bias_ih[i_at] + a.bias_hh[i_at]));
    const float f = sigmoid(load(x[f_at]) + r[f_at] + (a.bias_ih[f_at] + a.bias_hh[f_at]));
    const float g = tanhf(load(x[g_at]) + r[g_at] + (a.bias_ih[g_at] + a.bias_hh[g_at]));
    const float o = sigmoid(load(x[o_at]) + r[o_at] + (a.bias_ih[o_at] + a.bias_hh[o_at]));
    const float cell = f * a.carry[at.state] + i * g;
    Stored *gates = (Stored *)a.gates + at.row;
    gates[i_at] = store<Stored>(i);
    gates[f_at] = store<Stored>(f);
    gates[g_at] = store<Stored>(g);
    gates[o_at] = store<Stored>(o);
    a.carry[at.state] = cell;
    ((Stored *)a.cells)[at.state] = store<Stored>(cell);
    ((Stored *)a.output)[at.state] = store<Stored>(o * tanhf(cell));
  });
}
STORED_KERNELS(lstm_forward, cell_forward_arguments)

template <typename Stored>
__device__ inline void lstm_backward_body(const cell_backward_arguments &a) {
  for_each_cell<4>(a.lanes, a.hidden, [&](cell_place at) {
    const int i_at = at.gate, f_at = i_at + at.stride, g_at = f_at + at.stride, o_at = g_at + at.stride;
    Stored *gates = (Stored *)a.gates + at.row;
    if (at.lane >= a.active) {
      gates[i_at] = gates[f_at] = gates[g_at] = gates[o_at] = store<Stored>(0);
      return;
    }
    const float i = load(gates[i_at]), f = load(gates[f_at]), g = load(gates[g_at]), o = load(gates[o_at]);
    const float t = tanhf(load(((const Stored *)a.cells)[at.state]));
    const float previous = load(((const Stored *)a.previous_cells)[at.state]);
    const float d_output = load(((const Stored *)a.output_gradient)[at.state]) + a.recurrent_gradient[at.state];
    const float d_cell = a.carry_gradient[at.state] + d_output * o * (1 - t * t);
    gates[i_at] = store<Stored>(d_cell * g * i * (1 - i));
    gates[f_at] = store<Stored>(d_cell * previous * f * (1 - f));
    gates[g_at] = store<Stored>(d_cell * i * (1 - g * g));
    gates[o_at] = store<Stored>(d_output * t * o * (1 - o));
    a.carry_gradient[at.state] = d_cell * f;
  });
}
STORED_KERNELS(lstm_backward, cell_backward_arguments)

template <typename Stored>
__device__ inline void gru_forward_body(const cell_forward_arguments &a) {
  for_each_cell<3>(a.lanes, a.hidden, [&](cell_place at) {
    const int r_at = at.gate, z_at = r_at + at.stride, n_at = z_at + at.stride;
    const Stored *x = input_row<3, Stored>(a, at.lane);
    const float *p = a.recurrent + at.row;
    const float r = sigmoid(load(x[r_at]) + p[r_at] + (a.bias_ih[r_at] + a.bias_hh[r_at]));
    const float z = sigmoid(load(x[z_at]) + p[z_at] + (a.bias_ih[z_at] + a.bias_hh[z_at]));
    const float kept = p[n_at] + a.bias_hh[n_at];
    const float n = tanhf(load(x[n_at]) + a.bias_ih[n_at] + r * kept);
    const float state = (1 - z) * n + z * a.carry[at.state];
    Stored *gates = (Stored *)a.gates + at.row;
    gates[r_at] = store<Stored>(r);
    gates[z_at] = store<Stored>(z);
    gates[n_at] = store<Stored>(n);
    ((Stored *)a.kept)[at.state] = store<Stored>(kept);
    a.carry[at.state] = state;
    ((Stored *)a.output)[at.state] = store<Stored>(state);
  });
}
STORED_KERNELS(gru_forward, cell_forward_arguments)

template <typename Stored>
__device__ inline void gru_backward_body(const cell_backward_arguments &a) {
  for_each_cell<3>(a.lanes, a.hidden, [&](cell_place at) {
    const int r_at = at.gate, z_at = r_at + at.stride, n_at = z_at + at.stride;
    Stored *gates = (Stored *)a.gates + at.row, *products = (Stored *)a.product_gradients + at.row;
    if (at.lane >= a.active) {
      gates[r_at] = gates[z_at] = gates[n_at] = store<Stored>(0);
      products[r_at] = products[z_at] = products[n_at] = store<Stored>(0);
      return;
    }
    const float r = load(gates[r_at]), z = load(gates[z_at]), n = load(gates[n_at]);
    const float kept = load(((const Stored *)a.kept)[at.state]);
    const float previous = load(((const Stored *)a.previous_output)[at.state]);
    const float d_output = load(((const Stored *)a.output_gradient)[at.state]) + a.recurrent_gradient[at.state] +
                           a.carry_gradient[at.state];
    const float d_n = d_output * (1 - z) * (1 - n * n);
    const float d_r = d_n * kept * r * (1 - r);
    const float d_z = d_output * (previous - n) * z * (1 - z);
    gates[r_at] = products[r_at] = store<Stored>(d_r);
    gates[z_at] = products[z_at] = store<Stored>(d_z);
    gates[n_at] = store<Stored>(d_n);
    products[n_at] = store<Stored>(d_n * r);
    a.carry_gradient[at.state] = d_output * z;
  });
}
STORED_KERNELS(gru_backward, cell_backward_arguments)

template <typename Stored>
__device__ inline void rnn_forward_body(const cell_forward_arguments &a) {
  for_each_cell<1>(a.lanes, a.hidden, [&](cell_place at) {
    const int unit = at.gate;
    const Stored *x = input_row<1, Stored>(a, at.lane);
    const float state = tanhf(load(x[unit]) + a.recurrent[at.state] + (a.bias_ih[unit] + a.bias_hh[unit]));
    ((Stored *)a.gates)[at.state] = store<Stored>(state);
    a.carry[at.state] = state;
    ((Stored *)a.output)[at.state] = store<Stored>(state);
  });
}
STORED_KERNELS(rnn_forward, cell_forward_arguments)

template <typename Stored>
__device__ inline void rnn_backward_body(const cell_backward_arguments &a) {
  for_each_cell<1>(a.lanes, a.hidden, [&](cell_place at) {
    Stored &gate = ((Stored *)a.gates)[at.state];
    if (at.lane >= a.active) {
      gate = store<Stored>(0);
      return;
    }
    const float state = load(gate);
    const float d_output = load(((const Stored *)a.output_gradient)[at.state]) + a.recurrent_gradient[at.state];
    gate = store<Stored>(d_output * (1 - state * state));
  });
}
STORED_KERNELS(rnn_backward, cell_backward_arguments)
