// What CUDA adds to C++, as far as kernels may use it here, for a compiler of C++. Included before the kernels.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "executor.h"
#include "sanitizers.h"

#define __device__
#define __host__
#define __global__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))

// Static shared memory is in a section of its own, so that it can be filled before each block; under AddressSanitizer
// not, which then puts red zones around the variables.
#if defined(EMULATION_ADDRESS_SANITIZER)
#define __shared__ static
#else
#define __shared__ static __attribute__((section("cuda_shared")))
#endif

// Shared memory whose size the launch says: `extern __shared__ type name[]`.
#define DYNAMIC_SHARED(type, name) type *name = static_cast<type *>(emulation::dynamic_shared_memory())

#define KERNEL(kernel, type)                                                                      \
  static void kernel(type arguments);                                                             \
  static const emulation::Registration kernel##_registration{                                     \
      {#kernel, sizeof(type), [](const void *arguments) {                                         \
         kernel(*static_cast<const type *>(arguments));                                           \
       }}};                                                                                       \
  static void kernel([[maybe_unused]] type arguments)

using uint3 = emulation::Shape;
using emulation::blockDim;
using emulation::blockIdx;
using emulation::gridDim;
using emulation::threadIdx;

constexpr int warpSize = 32;

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(4) ushort2 {
  unsigned short x, y;
};
struct alignas(8) ushort4 {
  unsigned short x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline ushort2 make_ushort2(unsigned short x, unsigned short y) { return {x, y}; }
inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
  return {x, y, z, w};
}

template <typename To, typename From>
inline To bits_as(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float __uint_as_float(unsigned bits) { return bits_as<float>(bits); }
inline unsigned __float_as_uint(float value) { return bits_as<unsigned>(value); }
inline float __int_as_float(int bits) { return bits_as<float>(bits); }
inline int __float_as_int(float value) { return bits_as<int>(value); }
inline double __longlong_as_double(long long bits) { return bits_as<double>(bits); }
inline long long __double_as_longlong(double value) { return bits_as<long long>(value); }

// A barrier's place in the source, for messages and for barriers that are not the same one.
#define SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(SITE) { emulation::synchronise_block({file, line}); }
inline void __syncwarp(unsigned mask = 0xffffffff, SITE) { emulation::vote(mask, true, {file, line}); }
inline unsigned __ballot_sync(unsigned mask, int value, SITE) {
  return emulation::vote(mask, value != 0, {file, line});
}
inline int __any_sync(unsigned mask, int value, SITE) { return emulation::vote(mask, value != 0, {file, line}) != 0; }
inline int __all_sync(unsigned mask, int value, SITE) {
  return emulation::vote(mask, value != 0, {file, line}) == mask;
}

template <typename T>
inline T exchange_lanes(unsigned mask, T value, unsigned source, emulation::Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = emulation::exchange(mask, bits, source, site);
  memcpy(&value, &bits, sizeof value);
  return value;
}

// A width splits a warp into parts that exchange among themselves. A source beyond the part is the lane itself.
template <typename T>
inline T __shfl_sync(unsigned mask, T value, int source, int width = warpSize, SITE) {
  unsigned lane = emulation::lane(), size = unsigned(width);
  return exchange_lanes(mask, value, (lane & ~(size - 1)) | (unsigned(source) & (size - 1)), {file, line});
}
template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize, SITE) {
  unsigned lane = emulation::lane(), size = unsigned(width);
  return exchange_lanes(mask, value, (lane & (size - 1)) < delta ? lane : lane - delta, {file, line});
}
template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize, SITE) {
  unsigned lane = emulation::lane(), size = unsigned(width);
  return exchange_lanes(mask, value, (lane & (size - 1)) + delta >= size ? lane : lane + delta, {file, line});
}
template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize, SITE) {
  unsigned lane = emulation::lane(), size = unsigned(width), source = lane ^ unsigned(lanes);
  return exchange_lanes(mask, value, source > (lane | (size - 1)) ? lane : source, {file, line});
}

#undef SITE

// Threads change over at barriers only, so that any access is atomic.
inline void __threadfence() {}
inline void __threadfence_block() {}
template <typename T>
inline T __ldg(const T *value) {
  return *value;
}
template <typename T>
inline T atomicAdd(T *value, T more) {
  T old = *value;
  *value = old + more;
  return old;
}
template <typename T>
inline T atomicMax(T *value, T other) {
  T old = *value;
  if (other > old) *value = other;
  return old;
}
template <typename T>
inline T atomicMin(T *value, T other) {
  T old = *value;
  if (other < old) *value = other;
  return old;
}
template <typename T>
inline T atomicExch(T *value, T other) {
  T old = *value;
  *value = other;
  return old;
}
template <typename T>
inline T atomicCAS(T *value, T expected, T other) {
  T old = *value;
  if (old == expected) *value = other;
  return old;
}

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline long long min(long long a, long long b) { return a < b ? a : b; }
inline long long max(long long a, long long b) { return a > b ? a : b; }
inline unsigned long long min(unsigned long long a, unsigned long long b) { return a < b ? a : b; }
inline unsigned long long max(unsigned long long a, unsigned long long b) { return a > b ? a : b; }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

// The fast functions are as exact as the others here.
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float rsqrtf(float x) { return 1 / sqrtf(x); }
inline float __frcp_rn(float x) { return 1 / x; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline float __saturatef(float x) { return x >= 0 ? fminf(x, 1) : 0; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline float __int2float_rn(int x) { return float(x); }
inline float __uint2float_rn(unsigned x) { return float(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(unsigned(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __umulhi(unsigned x, unsigned y) { return unsigned(uint64_t(x) * y >> 32); }
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
  return (unsigned long long)((unsigned __int128)x * y >> 64);
}
