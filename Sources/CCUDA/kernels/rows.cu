// Gathers, masks, copies and sums over rows, as CKernels/rows.c and drop.c.
#pragma once
#include "stored.cuh"
#include "reduction.cuh"

// out [rows, columns] = value(row, column), rows of `out` `stride` elements apart. value may read what it replaces.
// Tiles of 32 rows by 32 columns; each warp takes a row at a time, and each thread reads all its values of a tile
// before it writes one, so that the reads wait for memory together.
//
// Launch of what fills rows (gather, gather_add, mask, copy_columns, add_bias): blocks of 256;
// ceil(rows / 32) · ceil(columns / 32) blocks, or fewer.
constexpr int FILL_THREADS = 256;

template <typename Out, typename Value>
__device__ inline void fill_rows(Out *out, long long stride, int rows, int columns, Value value) {
  constexpr int WARPS = FILL_THREADS / 32, COUNT = 32 / WARPS;
  const unsigned across = (columns + 31) / 32, tiles = across * ((rows + 31) / 32);
  for (unsigned tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const int column = tile % across * 32 + threadIdx.x % 32;
    const int first = tile / across * 32 + threadIdx.x / 32;
    if (column >= columns) continue;
    Out values[COUNT];
#pragma unroll
    for (int k = 0; k < COUNT; k++) {
      const int row = first + k * WARPS;
      if (row < rows) values[k] = value(row, column);
    }
#pragma unroll
    for (int k = 0; k < COUNT; k++) {
      const int row = first + k * WARPS;
      if (row < rows) out[row * stride + column] = values[k];
    }
  }
}

// The same for out [count].
//
// Launch of what fills an array (store, drop): blocks of 256; ceil(count / 1024) blocks, or fewer.
template <typename Out, typename Value>
__device__ inline void fill(Out *out, long long count, Value value) {
  constexpr int COUNT = 4;
  const long long step = (long long)gridDim.x * FILL_THREADS * COUNT;
  for (long long first = (long long)blockIdx.x * FILL_THREADS * COUNT + threadIdx.x; first < count; first += step) {
    Out values[COUNT];
#pragma unroll
    for (int k = 0; k < COUNT; k++) {
      const long long i = first + k * FILL_THREADS;
      if (i < count) values[k] = value(i);
    }
#pragma unroll
    for (int k = 0; k < COUNT; k++) {
      const long long i = first + k * FILL_THREADS;
      if (i < count) out[i] = values[k];
    }
  }
}

// An element of row r mod lanes of a mask [lanes, columns], or 1 where there is none.
__device__ inline float masked(const float *mask, int row, int lanes, int columns, int column) {
  return mask ? mask[(long long)((unsigned)row % (unsigned)lanes) * columns + column] : 1;
}

template <typename Stored>
__device__ inline void gather_body(const gather_arguments &a) {
  fill_rows((Stored *)a.out, a.columns, a.rows, a.columns, [&](int row, int column) {
    return store<Stored>(a.table[(long long)a.index[row] * a.columns + column] *
                         masked(a.mask, row, a.lanes, a.columns, column));
  });
}
STORED_KERNELS(gather, gather_arguments)

template <typename Stored>
__device__ inline void gather_add_body(const gather_arguments &a) {
  Stored *out = (Stored *)a.out;
  fill_rows(out, a.columns, a.rows, a.columns, [&](int row, int column) {
    return store<Stored>(load(out[(long long)row * a.columns + column]) +
                         a.table[(long long)a.index[row] * a.columns + column] *
                             masked(a.mask, row, a.lanes, a.columns, column));
  });
}
STORED_KERNELS(gather_add, gather_arguments)

template <typename Stored>
__device__ inline void mask_body(const mask_arguments &a) {
  const Stored *in = (const Stored *)a.in;
  fill_rows((Stored *)a.out, a.columns, a.rows, a.columns, [&](int row, int column) {
    return store<Stored>(load(in[(long long)row * a.columns + column]) *
                         masked(a.mask, row, a.lanes, a.columns, column));
  });
}
STORED_KERNELS(mask, mask_arguments)

template <typename Stored>
__device__ inline void copy_columns_body(const copy_columns_arguments &a) {
  const Stored *in = (const Stored *)a.in;
  fill_rows((Stored *)a.out, a.out_stride, a.rows, a.columns,
            [&](int row, int column) { return in[(long long)row * a.in_stride + column]; });
}
STORED_KERNELS(copy_columns, copy_columns_arguments)

KERNEL(add_bias, add_bias_arguments) {
  const add_bias_arguments &a = arguments;
  fill_rows(a.values, a.columns, a.rows, a.columns, [&](int row, int column) {
    return a.values[(long long)row * a.columns + column] + a.bias[column];
  });
}

template <typename Stored>
__device__ inline void store_body(const store_arguments &a) {
  fill((Stored *)a.out, a.count, [&](long long i) { return store<Stored>(a.in[i]); });
}
STORED_KERNELS(store, store_arguments)

template <typename Stored>
__device__ inline void drop_body(const drop_arguments &a) {
  const unsigned low = (unsigned)a.key, high = (unsigned)(a.key >> 32), start = (unsigned)a.first;
  fill((Stored *)a.out, a.count, [&](long long i) {
    // MurmurHash3's finalizer, with the other half of the key between its rounds.
    unsigned x = (start + (unsigned)i) ^ low;
    x = (x ^ (x >> 16)) * 0x85ebca6b;
    x = (x ^ (x >> 13) ^ high) * 0xc2b2ae35;
    x ^= x >> 16;
    return store<Stored>(x < a.threshold ? 0 : a.in[i] * a.scale);
  });
}
STORED_KERNELS(drop, drop_arguments)

// A block takes 32 columns, and warp w of W the rows w, w + W, …; then the warps' sums are added up in order.
//
// Launch: blocks of 1024, or any number of whole warps, on which the order of the sum depends; ceil(columns / 32)
// blocks, or fewer.
template <typename Stored>
__device__ inline void column_sums_body(const column_sums_arguments &a) {
  __shared__ float of_warps[32][32];
  const Stored *values = (const Stored *)a.values;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  for (int start = blockIdx.x * 32; start < a.columns; start += gridDim.x * 32) {
    const int column = start + lane;
    float sum = 0;
    if (column < a.columns) {
#pragma unroll 8
      for (int row = warp; row < a.rows; row += warps) sum += load(values[(long long)row * a.stride + column]);
    }
    of_warps[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && column < a.columns) {
      for (int other = 1; other < warps; other++) sum += of_warps[other][lane];
      a.out[column] = sum;
    }
    __syncthreads();
  }
}
STORED_KERNELS(column_sums, column_sums_arguments)

// A block takes a symbol and 256 columns, a thread each. Of 256 rows at a time the threads look for the symbol, a row
// each, and list in order those that have it; then every thread adds up the listed rows.
//
// Launch: blocks of 256; vocabulary · ceil(columns / 256) blocks, or fewer.
constexpr int SYMBOL_THREADS = 256;

template <typename Stored>
__device__ inline void sums_by_symbol_body(const sums_by_symbol_arguments &a) {
  constexpr int WARPS = SYMBOL_THREADS / 32;
  __shared__ int found[SYMBOL_THREADS];
  __shared__ int counts[WARPS];
  const Stored *values = (const Stored *)a.values;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const unsigned across = (a.columns + SYMBOL_THREADS - 1) / SYMBOL_THREADS, tiles = a.vocabulary * across;
  for (unsigned tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const int symbol = tile / across;
    const int column = tile % across * SYMBOL_THREADS + threadIdx.x;
    float sum = 0;
    for (int start = 0; start < a.rows; start += SYMBOL_THREADS) {
      const int row = start + threadIdx.x;
      const bool has = row < a.rows && a.symbols[row] == symbol;
      const unsigned others = __ballot_sync(ALL_LANES, has);
      if (lane == 0) counts[warp] = __popc(others);
      __syncthreads();
      int before = 0, count = 0;
      for (int w = 0; w < WARPS; w++) {
        if (w < warp) before += counts[w];
        count += counts[w];
      }
      if (has) found[before + __popc(others & ((1u << lane) - 1))] = row;
      // `found` is written again after the next barrier, `counts` after this one.
      __syncthreads();
      if (column < a.columns) {
#pragma unroll 8
        for (int k = 0; k < count; k++) {
          const int at = found[k];
          sum += load(values[(long long)at * a.columns + column]) * masked(a.mask, at, a.lanes, a.columns, column);
        }
      }
    }
    if (column < a.columns) a.out[(long long)symbol * a.columns + column] = sum;
  }
}
STORED_KERNELS(sums_by_symbol, sums_by_symbol_arguments)
