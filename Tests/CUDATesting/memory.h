// Memory of devices, and of the host as the driver gives it, each between guards.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace emulation {

// Filled with 0xff, which is NaN as float and as bfloat16. `device` is -1 for memory of the host. Null if there is none
// left.
void *allocate(size_t bytes, int device);

// False if nothing of the sort is there.
bool release(void *pointer, bool is_host);

// Whether all of the range is in one allocation of device memory.
bool is_allocated(uint64_t pointer, size_t bytes);

// Whether a pointer is into memory of the host that the driver gave.
bool is_pinned(const void *pointer);

size_t allocated_bytes();
size_t allocated_bytes(int device);
int count_allocations();
void release_all(int device);

// Allocations with a guard overwritten: live ones, and those found so at their release.
int count_damaged();
void forget_damage();

}  // namespace emulation
