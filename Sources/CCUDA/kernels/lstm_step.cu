// A time step of an LSTM's layer forward with its recurrent products, in one launch: what lstm_forward computes from
// the products that a matrix multiplication before it writes, without these in memory.
//
// A block of threads takes a block of 16 cells, whose 64 rows of weights follow each other, and 32 lanes. A warp takes
// 16 lanes and 8 cells with all four gates, so that each thread ends with the four sums of the same cells.
//
// Launch: ceil(hidden / 16) · ceil(lanes / 32) blocks of 128, with LSTM_STEP_SHARED bytes of dynamic shared memory,
// which is more than a kernel may take before CU_FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES says so.
#pragma once
#include "cells.cu"
#include "tensor_cores.cuh"

constexpr int LSTM_STEP_LANES = 32, LSTM_STEP_THREADS = 4 * LSTM_STEP_LANES;
// Units of the previous output that are multiplied between two barriers, and how many such parts are in shared memory:
// all but one of them on their way, 84 KiB, what it takes to keep an SM's connection to the L2 cache busy.
constexpr int LSTM_STEP_DEPTH = 64, LSTM_STEP_PARTS = 8;
// A part: rows of lanes, then rows of weights, of 8 pieces of 16 bytes. Row r has piece p at p ^ r mod 8, so that
// eight rows' same pieces lie in different banks.
constexpr int LSTM_STEP_ROWS = LSTM_STEP_LANES + 64, LSTM_STEP_PIECES = LSTM_STEP_DEPTH / 8;
constexpr int LSTM_STEP_SHARED = LSTM_STEP_PARTS * LSTM_STEP_ROWS * LSTM_STEP_PIECES * 16;
static_assert(LSTM_STEP_SHARED == 98304, "what the host launches with");

KERNEL(lstm_step_bf16, lstm_step_arguments) {
  const lstm_step_arguments &a = arguments;
  DYNAMIC_SHARED(uint4, shared);
  const int hidden = a.hidden, across = (hidden + 15) / 16;
  const int first_cell = blockIdx.x % across * 16, first_lane = blockIdx.x / across * LSTM_STEP_LANES;
  const int cells = hidden - first_cell < 16 ? hidden - first_cell : 16;

  // The pieces that this thread copies: one column of pieces, every 16th row.
  constexpr int ROW_STEP = LSTM_STEP_THREADS / LSTM_STEP_PIECES, COPIES = LSTM_STEP_ROWS / ROW_STEP;
  const int piece = threadIdx.x % LSTM_STEP_PIECES, first_row = threadIdx.x / LSTM_STEP_PIECES;
  const bfloat16 *from[COPIES];
#pragma unroll
  for (int i = 0; i < COPIES; i++) {
    const int row = first_row + i * ROW_STEP;
    if (row < LSTM_STEP_LANES) {
      const int lane = first_lane + row;
      from[i] = lane < a.lanes ? (const bfloat16 *)a.previous + (long long)lane * hidden : nullptr;
    } else {
      const int gate = (row - LSTM_STEP_LANES) / 16, cell = (row - LSTM_STEP_LANES) % 16;
      const long long weight_row = 4 * first_cell + gate * cells + cell;
      from[i] = cell < cells ? (const bfloat16 *)a.weights + weight_row * hidden : nullptr;
    }
  }
  const int parts = (hidden + LSTM_STEP_DEPTH - 1) / LSTM_STEP_DEPTH;
  const auto begin_part = [&](int part) {
    if (part < parts) {
      uint4 *to = shared + part % LSTM_STEP_PARTS * LSTM_STEP_ROWS * LSTM_STEP_PIECES;
      const int unit = part * LSTM_STEP_DEPTH + piece * 8;
#pragma unroll
      for (int i = 0; i < COPIES; i++) {
        const int row = first_row + i * ROW_STEP;
        const bool is_zero = !from[i] || unit >= hidden;
        // What is not read is an address all the same.
        begin_copy(&to[row * LSTM_STEP_PIECES + (piece ^ row % 8)], is_zero ? a.weights : from[i] + unit, is_zero);
      }
    }
    end_copies();
  };
  for (int part = 0; part < LSTM_STEP_PARTS - 1; part++) begin_part(part);

  // Where this thread's sums belong: two cells side by side, of two lanes.
  const int warp = threadIdx.x / 32, row = threadIdx.x % 32 / 4, quarter = threadIdx.x % 4;
  const int lane_row = warp / 2 * 16 + row, cell_row = warp % 2 * 8 + row;
  const int cell = warp % 2 * 8 + quarter * 2;
  const bool has_lanes = first_lane + warp / 2 * 16 < a.lanes;

  float sums[4][4];  // [gate]: (lane, cell), (lane, cell + 1), (lane + 8, cell), (lane + 8, cell + 1)
#pragma unroll
  for (int k = 0; k < 4; k++) {
    const int lane = first_lane + lane_row + k / 2 * 8, at = cell + k % 2;
    const bool is_in = lane < a.lanes && at < cells;
    const long long input_row = !is_in ? 0 : a.rows ? a.rows[lane] : lane;
#pragma unroll
    for (int gate = 0; gate < 4; gate++) {
      const int column = 4 * first_cell + gate * cells + at;
      sums[gate][k] = is_in ? load(((const bfloat16 *)a.input)[input_row * 4 * hidden + column]) +
                                  (a.bias_ih[column] + a.bias_hh[column])
                            : 0;
    }
  }

  for (int part = 0; part < parts; part++) {
    wait_for_copies<LSTM_STEP_PARTS - 2>();
    // All threads' copies of this part are there, and nobody reads the part before it any more.
    __syncthreads();
    begin_part(part + LSTM_STEP_PARTS - 1);
    if (!has_lanes) continue;
    const uint4 *rows = shared + part % LSTM_STEP_PARTS * LSTM_STEP_ROWS * LSTM_STEP_PIECES;
    const auto word = [&](int at_row, int at_piece) {
      return ((const unsigned *)&rows[at_row * LSTM_STEP_PIECES + (at_piece ^ at_row % 8)])[quarter];
    };
#pragma unroll
    for (int p = 0; p < LSTM_STEP_PIECES; p += 2) {
      const unsigned of_lanes[4] = {word(lane_row, p), word(lane_row + 8, p), word(lane_row, p + 1),
                                    word(lane_row + 8, p + 1)};
#pragma unroll
      for (int gate = 0; gate < 4; gate++) {
        const int weight_row = LSTM_STEP_LANES + gate * 16 + cell_row;
        const unsigned of_weights[2] = {word(weight_row, p), word(weight_row, p + 1)};
        multiply_tiles(sums[gate], of_lanes, of_weights);
      }
    }
  }

#pragma unroll
  for (int k = 0; k < 4; k++) {
    const int lane = first_lane + lane_row + k / 2 * 8, at = cell + k % 2;
    if (lane >= a.lanes || at >= cells) continue;
    const long long state = (long long)lane * hidden + first_cell + at;
    const float i = sigmoid(sums[0][k]), f = sigmoid(sums[1][k]), g = tanhf(sums[2][k]), o = sigmoid(sums[3][k]);
    const float next = f * a.carry[state] + i * g;
    bfloat16 *gates = (bfloat16 *)a.gates + (long long)lane * 4 * hidden + 4 * first_cell + at;
    gates[0] = store<bfloat16>(i);
    gates[cells] = store<bfloat16>(f);
    gates[2 * cells] = store<bfloat16>(g);
    gates[3 * cells] = store<bfloat16>(o);
    a.carry[state] = next;
    ((bfloat16 *)a.cells)[state] = store<bfloat16>(next);
    ((bfloat16 *)a.output)[state] = store<bfloat16>(o * tanhf(next));
  }
}
