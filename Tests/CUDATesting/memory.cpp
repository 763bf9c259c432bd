#include "memory.h"

#include <cstdlib>
#include <cstring>
#include <map>

#include "record.h"
#include "sanitizers.h"

namespace emulation {

namespace {

constexpr size_t guard_bytes = 256;  // as much as the driver aligns to
constexpr unsigned char guard = 0xa5;

struct Allocation {
  char *block;  // guard_bytes before what it is asked for
  size_t bytes;
  int device;
};

std::map<uint64_t, Allocation> allocations;
int damaged_at_release;

// AddressSanitizer stops at a guard when that is touched.
void forbid_guards([[maybe_unused]] const Allocation &allocation, [[maybe_unused]] bool forbid) {
#if defined(EMULATION_ADDRESS_SANITIZER)
  if (forbid) {
    __asan_poison_memory_region(allocation.block, guard_bytes);
    __asan_poison_memory_region(allocation.block + guard_bytes + allocation.bytes, guard_bytes);
  } else {
    __asan_unpoison_memory_region(allocation.block, allocation.bytes + 2 * guard_bytes);
  }
#endif
}

bool is_damaged(const Allocation &allocation) {
  forbid_guards(allocation, false);
  const char *after = allocation.block + guard_bytes + allocation.bytes;
  bool is_damaged = false;
  for (size_t i = 0; i < guard_bytes; ++i) {
    is_damaged |= (unsigned char)allocation.block[i] != guard || (unsigned char)after[i] != guard;
  }
  forbid_guards(allocation, true);
  return is_damaged;
}

// The one that starts at or before a pointer.
const Allocation *find(uint64_t pointer) {
  auto next = allocations.upper_bound(pointer);
  return next == allocations.begin() ? nullptr : &std::prev(next)->second;
}

void release(std::map<uint64_t, Allocation>::iterator found) {
  const Allocation &allocation = found->second;
  if (is_damaged(allocation)) {
    damaged_at_release += 1;
    report(0, "something is written just outside of " + std::to_string(allocation.bytes) + " bytes");
  }
  forbid_guards(allocation, false);
  free(allocation.block);
  allocations.erase(found);
}

}  // namespace

void *allocate(size_t bytes, int device) {
  if (device >= 0 && bytes > properties.memory_bytes - allocated_bytes(device)) return nullptr;
  void *block;
  if (posix_memalign(&block, guard_bytes, bytes + 2 * guard_bytes) != 0) return nullptr;
  Allocation allocation = {static_cast<char *>(block), bytes, device};
  memset(allocation.block, guard, guard_bytes);
  memset(allocation.block + guard_bytes, 0xff, bytes);
  memset(allocation.block + guard_bytes + bytes, guard, guard_bytes);
  forbid_guards(allocation, true);
  char *pointer = allocation.block + guard_bytes;
  allocations[reinterpret_cast<uint64_t>(pointer)] = allocation;
  return pointer;
}

bool release(void *pointer, bool is_host) {
  auto found = allocations.find(reinterpret_cast<uint64_t>(pointer));
  if (found == allocations.end() || (found->second.device < 0) != is_host) return false;
  release(found);
  return true;
}

bool is_allocated(uint64_t pointer, size_t bytes) {
  const Allocation *allocation = find(pointer);
  if (allocation == nullptr || allocation->device < 0) return false;
  uint64_t offset = pointer - reinterpret_cast<uint64_t>(allocation->block + guard_bytes);
  return offset <= allocation->bytes && bytes <= allocation->bytes - offset;
}

bool is_pinned(const void *pointer) {
  const Allocation *allocation = find(reinterpret_cast<uint64_t>(pointer));
  if (allocation == nullptr || allocation->device >= 0) return false;
  return static_cast<const char *>(pointer) < allocation->block + guard_bytes + allocation->bytes;
}

size_t allocated_bytes() {
  size_t bytes = 0;
  for (auto &[pointer, allocation] : allocations) bytes += allocation.device < 0 ? 0 : allocation.bytes;
  return bytes;
}

size_t allocated_bytes(int device) {
  size_t bytes = 0;
  for (auto &[pointer, allocation] : allocations) bytes += allocation.device == device ? allocation.bytes : 0;
  return bytes;
}

int count_allocations() { return int(allocations.size()); }

void release_all(int device) {
  for (auto next = allocations.begin(); next != allocations.end();) {
    auto allocation = next++;
    if (allocation->second.device == device) release(allocation);
  }
}

int count_damaged() {
  int count = damaged_at_release;
  for (auto &[pointer, allocation] : allocations) count += is_damaged(allocation);
  return count;
}

void forget_damage() { damaged_at_release = 0; }

}  // namespace emulation
