// Stored activations: float, or bfloat16 rounded to nearest, ties to even. And how kernels are declared.
#pragma once
#include "kernel_arguments.h"

struct bfloat16 {
  unsigned short bits;
};

__device__ inline float load(float value) { return value; }
__device__ inline float load(bfloat16 value) { return __uint_as_float((unsigned)value.bits << 16); }

template <typename Stored>
__device__ inline Stored store(float value);
template <>
__device__ inline float store<float>(float value) {
  return value;
}
template <>
__device__ inline bfloat16 store<bfloat16>(float value) {
  unsigned bits = __float_as_uint(value);
  // NaN stays one.
  if ((bits & 0x7fffffff) > 0x7f800000) return bfloat16{(unsigned short)(bits >> 16 | 0x40)};
  return bfloat16{(unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

// KERNEL(name, arguments): a kernel launched with one struct. Whoever emulates a GPU defines it for itself.
#ifndef KERNEL
#define KERNEL(name, type) extern "C" __global__ void name(type arguments)
#endif

// Both versions of a kernel whose body is a template over the type of stored activations.
#define STORED_KERNELS(name, type)                            \
  KERNEL(name##_f32, type) { name##_body<float>(arguments); } \
  KERNEL(name##_bf16, type) { name##_body<bfloat16>(arguments); }
