// A test double of NVIDIA's libraries (CUDA driver, NVRTC, cuBLAS) that needs no GPU: it runs the sources of the
// kernels on the CPU, compiled as C++, one fiber a thread of a block, one block after another.
//
// Stricter than a GPU where that is lenient: a barrier that not all threads of a block reach fails the launch, memory
// and shared memory begin as NaN, and any call to a context needs it to be current in its thread. More lenient in one
// thing: kernels may touch memory of the host, and the host that of the device.
#pragma once
#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

// The function of this symbol, as `dlsym` finds it in one of the three libraries; null for any that CCUDA's headers do
// not name.
void *cuda_testing_symbol(const char *name);

// Forgets failures, counts, messages and damage that was found at a free, and puts back the first device. Leaves alone
// what is allocated or created.
void cuda_testing_reset(void);

// Of one device at first: 9.0, 16 GiB, driver 12.8.
void cuda_testing_set_device(int major, int minor, size_t memory_bytes, int driver_version, int device_count);

// Calls of `function`, a symbol's name, return `error` after the next `after` ones.
void cuda_testing_fail(const char *function, int error, int after);

// How often a function was called since the reset, with calls that failed.
int cuda_testing_calls(const char *function);

// How often a kernel ran since the reset, as part of a graph too.
int cuda_testing_launches(const char *kernel);

// How many allocations have bytes written just outside of them: those live now, and those found at a free.
int cuda_testing_check(void);

// Bytes of device memory that are allocated.
size_t cuda_testing_allocated_bytes(void);

// How many allocations (of the host too), streams, graphs, modules, programs and cuBLAS handles there are.
int cuda_testing_live_objects(void);

// What the last call that failed of itself found wrong; "" if none has. Valid until the next call.
const char *cuda_testing_message(void);

// Whether work on streams waits until something synchronises with it, as on a GPU, so that a host that reads or
// overwrites too early finds out; else, and after a reset, it is done at once.
void cuda_testing_defer(int deferred);

// Whether blocks and threads run from last to first: results that change lack a barrier.
void cuda_testing_descend(int descending);

#if defined(__cplusplus)
}
#endif
