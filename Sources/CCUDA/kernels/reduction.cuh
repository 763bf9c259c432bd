// Reductions over a block of threads, the same each time: a fixed tree of shuffles within each warp, then over the
// warps. Every thread of the block has to call, blocks are whole warps, 32 at most, and every thread gets the result.
#pragma once

constexpr unsigned ALL_LANES = 0xffffffff;

template <typename Value, typename Combine>
__device__ inline Value warp_reduce(Value value, Combine combine) {
  for (int distance = 16; distance > 0; distance /= 2) {
    value = combine(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

template <typename Value, typename Combine>
__device__ inline Value block_reduce(Value value, Value identity, Combine combine) {
  __shared__ Value of_warps[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  value = warp_reduce(value, combine);
  if (lane == 0) of_warps[warp] = value;
  __syncthreads();
  value = lane < warps ? of_warps[lane] : identity;
  // The next reduction writes to of_warps.
  __syncthreads();
  return warp_reduce(value, combine);
}

__device__ inline float negative_infinity() { return __uint_as_float(0xff800000); }

__device__ inline float block_max(float value) {
  return block_reduce(value, negative_infinity(), [](float a, float b) { return fmaxf(a, b); });
}
__device__ inline float block_sum(float value) {
  return block_reduce(value, 0.0f, [](float a, float b) { return a + b; });
}
__device__ inline double block_sum(double value) {
  return block_reduce(value, 0.0, [](double a, double b) { return a + b; });
}
