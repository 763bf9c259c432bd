// The rows of a table that texts have touched, as CKernels/touched.c and ck_adamw_update_rows.
#pragma once
#include "optimizer.cu"
#include "rows.cu"

// A block takes a touched row and 32 columns, and warp w of W its places w, w + W, …; then the warps' sums are added
// up in order.
//
// Launch: blocks of 256, or any number of whole warps, on which the order of the sum depends; count ·
// ceil(columns / 32) blocks, or fewer.
template <typename Stored>
__device__ inline void touched_sums_body(const touched_sums_arguments &a) {
  __shared__ float of_warps[32][32];
  const Stored *values = (const Stored *)a.values;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  const unsigned across = (a.columns + 31) / 32, tiles = a.count * across;
  for (unsigned tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const int touched = tile / across, column = tile % across * 32 + lane;
    float sum = 0;
    if (column < a.columns) {
#pragma unroll 4
      for (int k = a.starts[touched] + warp; k < a.starts[touched + 1]; k += warps) {
        const int at = a.places[k];
        sum += load(values[(long long)at * a.columns + column]) * masked(a.mask, at, a.lanes, a.columns, column);
      }
    }
    of_warps[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && column < a.columns) {
      for (int other = 1; other < warps; other++) sum += of_warps[other][lane];
      a.out[(long long)a.rows[touched] * a.columns + column] = sum;
    }
    __syncthreads();
  }
}
STORED_KERNELS(touched_sums, touched_sums_arguments)

// As ck_average_kept: what an average keeps of itself over the steps after `from` up to `to`.
__device__ inline double average_kept(const adamw_rows_arguments &a, long long from, long long to) {
  double kept = 1;
  const long long rise = to < a.rise ? to : a.rise;
  if (from < rise) {
    for (int i = 1; i <= a.average_age; i++) kept *= (double)(from + i) / (double)(rise + i);
    from = rise;
  }
  return from < to ? kept * pow(a.average_decay, (double)(to - from)) : kept;
}

// A warp takes a row at a time.
//
// Launch: blocks of 256; ceil(count / 8) blocks, or fewer.
KERNEL(adamw_rows, adamw_rows_arguments) {
  const adamw_rows_arguments &a = arguments;
  const adamw_step step(a.update);
  const int warps = blockDim.x / 32;
  for (int touched = blockIdx.x * warps + threadIdx.x / 32; touched < a.count; touched += gridDim.x * warps) {
    const int row = a.rows[touched];
    const int averaged = a.averaged[row];
    // Before the step is written that all of the warp have to read.
    __syncwarp();
    if (threadIdx.x % 32 == 0) a.averaged[row] = a.step;
    const bool is_behind = averaged < a.step - 1;
    const float kept = is_behind ? (float)average_kept(a, averaged, a.step - 1) : 1;
    for (int column = threadIdx.x % 32; column < a.columns; column += 32) {
      const long long i = (long long)row * a.columns + column;
      if (is_behind) {
        const float weight = a.update.weight[i];
        a.update.average[i] = weight + kept * (a.update.average[i] - weight);
      }
      step(i);
    }
  }
}
