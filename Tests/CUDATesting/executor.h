// Runs kernels that were compiled as C++: threads of a block as fibers, which change over at barriers only; blocks one
// after another. A cluster would be blocks that run as one: all state is a block's, but for static shared memory, which
// is one for all blocks, so that kernels for clusters would have to take theirs at launch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace emulation {

struct Kernel {
  const char *name;
  size_t argument_bytes;
  void (*call)(const void *arguments);
};

// A kernel is known by name from the begin of the process on.
struct Registration {
  explicit Registration(const Kernel &kernel);
};

// Null if there is none.
const Kernel *find_kernel(const std::string &name);

struct Shape {
  unsigned x, y, z;
};

struct Launch {
  const Kernel *kernel;
  Shape grid, block;
  unsigned shared_bytes;
};

// What went wrong; "" if nothing did. From one thread of the process at a time.
std::string execute(const Launch &launch, const void *arguments, bool is_descending);

// What follows is for kernels: of the thread that runs.
extern Shape threadIdx, blockIdx, blockDim, gridDim;

void *dynamic_shared_memory();

struct Site {
  const char *file;
  int line;
};

// Returns once all threads of the block are there.
void synchronise_block(Site site);

unsigned lane();

// An exchange among the lanes of a warp in `mask`, which returns once all of them are there: 8 bytes of the lane
// `source`, all bits set if that is not among them.
uint64_t exchange(unsigned mask, uint64_t value, unsigned source, Site site);

// As bits by lane: who among them has `value`.
unsigned vote(unsigned mask, bool value, Site site);

}  // namespace emulation
