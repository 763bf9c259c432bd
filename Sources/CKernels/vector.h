// What the kernels share: versions for the CPU at hand, bfloat16, and two functions in a form that
// vectorises.
#pragma once

#include <math.h>
#include <stdint.h>

#include "CKernels.h"

#define CK_INLINE static inline __attribute__((always_inline))

// One portable binary with full-width loops: `body`, inlined into a version for each set of
// instructions (clang halves vectors of 512 bits unless told not to), and `name`, which calls the one for this CPU or for the level that CHARLSTM_CPU names.
#if defined(__x86_64__)
#define CK_VERSIONS(linkage, result, name, body, parameters, arguments)                   \
  CK_VERSION("arch=x86-64-v4,no-prefer-256-bit") result CK_JOIN(name, _v4) parameters { return body arguments; } \
  CK_VERSION("arch=x86-64-v3") result CK_JOIN(name, _v3) parameters { return body arguments; } \
  linkage result name parameters {                                                        \
    ck_level level = ck_cpu_level();                                                      \
    if (level >= CK_AVX512) return CK_JOIN(name, _v4) arguments;                          \
    if (level >= CK_AVX2) return CK_JOIN(name, _v3) arguments;                            \
    return body arguments;                                                                \
  }
#define CK_VERSION(instructions) __attribute__((target(instructions), noinline)) static
#define CK_JOIN(a, b) CK_JOIN2(a, b)
#define CK_JOIN2(a, b) a##b
#else
#define CK_VERSIONS(linkage, result, name, body, parameters, arguments) \
  linkage result name parameters { return body arguments; }
#endif

#define CK_VECTORIZE _Pragma("clang loop vectorize(assume_safety) interleave(disable)")
// For loops of constant bounds over an array that is to be in registers, which it is only if the loops
// are gone: by itself clang keeps those that would make more code than it likes.
#define CK_UNROLL _Pragma("clang loop unroll(full)")

#define CK_BLOCK 16

// Calls the version of a kernel for a type of stored activation.
#define CK_DISPATCH(element, kernel, ...) \
  ((element) == CK_BF16 ? kernel##_bf16(__VA_ARGS__) : kernel##_f32(__VA_ARGS__))

typedef union {
  float f;
  uint32_t u;
} ck_bits;

CK_INLINE float ck_load_f32(float value) { return value; }
CK_INLINE float ck_store_f32(float value) { return value; }
CK_INLINE float ck_load_bf16(uint16_t value) { return (ck_bits){.u = (uint32_t)value << 16}.f; }
CK_INLINE uint16_t ck_store_bf16(float value) {
  uint32_t u = (ck_bits){.f = value}.u;
  return (uint16_t)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

// tanh x ≈ x P(x²)/Q(x²) on |x| <= 9, minimax by iteratively reweighted least squares; with float
// arithmetic the relative error is below 4e-7. Beyond 9 tanh is 1 to the last bit of a float. A NaN
// stays one.
CK_INLINE float ck_tanh(float x) {
  x = x > 9.0f ? 9.0f : x;
  x = x < -9.0f ? -9.0f : x;
  float s = x * x;
  float p = 1.3354694549304734e-08f;
  p = p * s + 2.0609110438173992e-05f;
  p = p * s + 3.4955900238298784e-03f;
  p = p * s + 1.3381027296174222e-01f;
  p = p * s + 9.9999997945372110e-01f;
  float q = 7.7765730809750920e-07f;
  q = q * s + 3.2856377882949250e-04f;
  q = q * s + 2.5876989602736970e-02f;
  q = q * s + 4.6714342890976135e-01f;
  q = q * s + 1.0f;
  float t = x * p / q;
  t = t > 1.0f ? 1.0f : t;
  return t < -1.0f ? -1.0f : t;
}

CK_INLINE float ck_sigmoid(float x) { return 0.5f * ck_tanh(0.5f * x) + 0.5f; }

// e^x for x <= 0, as 2^n · 2^f with f in [-1/2, 1/2]: relative error below 2e-7. Below -87 it is
// about 1e-38, never subnormal.
CK_INLINE float ck_exp_nonpositive(float x) {
  x = x < -87.0f ? -87.0f : x;
  float scaled = x * 1.44269504088896341f;
  float shifted = scaled + 12582912.0f;  // 1.5 · 2^23: rounds to an integer, in the lowest bits
  float n = shifted - 12582912.0f;
  // f = scaled - n in two parts, so that no bit of x is lost.
  float f = (x - n * 0.693145751953125f) - n * 1.42860682030941723e-06f;
  f *= 1.44269504088896341f;
  float p = 1.5345803581062570e-04f;
  p = p * f + 1.3399931151732505e-03f;
  p = p * f + 9.6184889884283060e-03f;
  p = p * f + 5.5503287771752950e-02f;
  p = p * f + 2.4022646890344673e-01f;
  p = p * f + 6.9314720573713570e-01f;
  p = p * f + 1.0f;
  // From those bits and not from n: a NaN cannot be converted, and p is one then.
  return p * (ck_bits){.u = ((ck_bits){.f = shifted}.u + 127) << 23}.f;
}
