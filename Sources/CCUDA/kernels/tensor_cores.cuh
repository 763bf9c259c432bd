// What the products of a kernel of our own take of the hardware, in PTX: copies to shared memory that nobody waits
// for, and a product of small matrices by a warp. And the same in C++ for whoever emulates a GPU.
#pragma once
#include "stored.cuh"
#include "reduction.cuh"

// Shared memory whose size the launch says.
#ifndef DYNAMIC_SHARED
#define DYNAMIC_SHARED(type, name) extern __shared__ type name[]
#endif

// Begins to copy 16 bytes, both at multiples of 16, or to write zeros.
__device__ inline void begin_copy(uint4 *to, const void *from, bool is_zero) {
#if defined(__CUDACC__)
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"((unsigned)__cvta_generic_to_shared(to)), "l"(from), "r"(is_zero ? 0 : 16)
               : "memory");
#else
  *to = is_zero ? uint4{0, 0, 0, 0} : *(const uint4 *)from;
#endif
}

// Ends a group of a thread's copies, which may be empty.
__device__ inline void end_copies() {
#if defined(__CUDACC__)
  asm volatile("cp.async.commit_group;" : : : "memory");
#endif
}

// Waits until of the thread's own groups of copies at most so many are under way.
template <int GROUPS>
__device__ inline void wait_for_copies() {
#if defined(__CUDACC__)
  asm volatile("cp.async.wait_group %0;" : : "n"(GROUPS) : "memory");
#endif
}

// sums [16, 8] += a [16, 16] · b [16, 8] by a warp, a and b in bfloat16, sums in float. With row = lane / 4 and
// column = lane % 4 · 2, a lane holds, in pairs of neighbouring k in a register:
//   a[0]: row, k = column       a[1]: row + 8, k = column
//   a[2]: row, k = column + 8   a[3]: row + 8, k = column + 8
//   b[0]: column lane / 4, k = column    b[1]: the same, k = column + 8
//   sums[0], [1]: row, columns column and column + 1   sums[2], [3]: the same of row + 8
// (PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type".)
__device__ inline void multiply_tiles(float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if defined(__CUDACC__)
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  const int lane = threadIdx.x % 32, row = lane / 4, column = lane % 4 * 2;
  for (int source = 0; source < 4; source++) {
    for (int half = 0; half < 2; half++) {  // k = 8 · half + 2 · source and the one after
      const unsigned upper = __shfl_sync(ALL_LANES, a[2 * half], row * 4 + source);
      const unsigned lower = __shfl_sync(ALL_LANES, a[2 * half + 1], row * 4 + source);
      const unsigned left = __shfl_sync(ALL_LANES, b[half], column * 4 + source);
      const unsigned right = __shfl_sync(ALL_LANES, b[half], (column + 1) * 4 + source);
      for (int shift = 0; shift < 32; shift += 16) {
        const float up = load(bfloat16{(unsigned short)(upper >> shift)});
        const float low = load(bfloat16{(unsigned short)(lower >> shift)});
        const float l = load(bfloat16{(unsigned short)(left >> shift)});
        const float r = load(bfloat16{(unsigned short)(right >> shift)});
        sums[0] += up * l;
        sums[1] += up * r;
        sums[2] += low * l;
        sums[3] += low * r;
      }
    }
  }
#endif
}
