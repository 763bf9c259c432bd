#include "executor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <thread>
#include <vector>

#include "fiber.h"

// Static shared memory: language.h puts it into this section.
extern "C" {
extern char __start_cuda_shared[] __attribute__((weak, visibility("hidden")));
extern char __stop_cuda_shared[] __attribute__((weak, visibility("hidden")));
}

namespace emulation {

Shape threadIdx, blockIdx, blockDim, gridDim;

namespace {

constexpr unsigned warp_size = 32;
constexpr size_t shared_guard_bytes = 64;
constexpr unsigned char shared_guard = 0xa5;

// In a function, as registrations come before any order of files is known.
std::map<std::string, Kernel> &kernels() {
  static std::map<std::string, Kernel> kernels;
  return kernels;
}

enum class Wait { none, block, exchange, vote };

struct Thread {
  Shape index;
  unsigned number;
  Fiber *fiber;
  Wait wait;
  Site site;
  unsigned mask, source;  // of an exchange
  uint64_t value, result;
  bool is_finished;
};

struct Block {
  Shape index;
  std::vector<Thread> threads;
  unsigned begun, finished;
  unsigned at_barrier;
  std::vector<unsigned> warps;  // lanes that wait for others of their warp
  std::deque<Thread *> ready;
  unsigned char *shared;
};

struct Run {
  const Launch *launch;
  const void *arguments;
  bool is_descending;
  Block block;
  Thread *thread;  // that runs
  std::string error;
};

Run run;
Fiber *entered;
std::vector<Fiber *> idle;
std::thread::id owner;

std::string text(Site site) { return std::string(site.file) + ":" + std::to_string(site.line); }

std::string text(Shape shape) {
  return "(" + std::to_string(shape.x) + ", " + std::to_string(shape.y) + ", " + std::to_string(shape.z) + ")";
}

bool is_same(Site one, Site other) {
  return one.line == other.line && (one.file == other.file || strcmp(one.file, other.file) == 0);
}

void make_current(Thread &thread) {
  run.thread = &thread;
  threadIdx = thread.index;
}

// Of a fiber: threads from begin to end, as long as some have not begun. A thread that waits takes the fiber with it,
// and others begin on another; so threads that never wait cost no switch.
void run_threads() {
  for (;;) {
    Fiber *self = entered;
    Block &block = run.block;
    unsigned count = unsigned(block.threads.size());
    while (block.begun < count) {
      unsigned number = run.is_descending ? count - 1 - block.begun : block.begun;
      block.begun += 1;
      Thread &thread = block.threads[number];
      thread.fiber = self;
      make_current(thread);
      run.launch->kernel->call(run.arguments);
      run.thread->is_finished = true;
      block.finished += 1;
    }
    idle.push_back(self);
    leave_fiber();
  }
}

void enter(Fiber *fiber) {
  entered = fiber;
  enter_fiber(fiber);
}

void wait() { leave_fiber(); }

// The thread that runs does not go on, nor does any other: run.error is set.
[[noreturn]] void stop() {
  leave_fiber();
  abort();
}

void release(Thread &thread) {
  thread.wait = Wait::none;
  if (&thread == run.thread) return;
  if (run.is_descending) {
    run.block.ready.push_front(&thread);
  } else {
    run.block.ready.push_back(&thread);
  }
}

std::string deadlock(const Block &block) {
  std::map<std::string, unsigned> waiting;
  for (const Thread &thread : block.threads) {
    if (thread.wait != Wait::none) {
      const char *kind = thread.wait == Wait::block ? "the barrier at " : "others of their warp at ";
      waiting[kind + text(thread.site)] += 1;
    }
  }
  std::string message;
  for (auto &[place, count] : waiting) message += std::to_string(count) + " threads wait for " + place + ", ";
  return message + std::to_string(block.finished) + " have ended";
}

void run_block(Block &block) {
  while (block.finished < block.threads.size()) {
    if (!block.ready.empty()) {
      Thread *thread = block.ready.front();
      block.ready.pop_front();
      make_current(*thread);
      enter(thread->fiber);
    } else if (block.begun < block.threads.size()) {
      Fiber *fiber;
      if (idle.empty()) {
        fiber = create_fiber(run_threads);
      } else {
        fiber = idle.back();
        idle.pop_back();
      }
      enter(fiber);
    } else {
      run.error = deadlock(block);
    }
    if (!run.error.empty()) return;
  }
  for (size_t i = 0; i < shared_guard_bytes; ++i) {
    if (block.shared[run.launch->shared_bytes + i] != shared_guard) {
      run.error = "something is written behind shared memory";
      return;
    }
  }
}

void begin_block(Block &block, Shape index) {
  block.index = index;
  block.begun = block.finished = block.at_barrier = 0;
  blockIdx = index;
  unsigned number = 0;
  for (unsigned z = 0; z < blockDim.z; ++z) {
    for (unsigned y = 0; y < blockDim.y; ++y) {
      for (unsigned x = 0; x < blockDim.x; ++x, ++number) {
        block.threads[number] = Thread{};
        block.threads[number].index = Shape{x, y, z};
        block.threads[number].number = number;
      }
    }
  }
  std::fill(block.warps.begin(), block.warps.end(), 0);
  // As NaN, so that nothing relies on zeros.
  memset(block.shared, 0xff, run.launch->shared_bytes);
  memset(block.shared + run.launch->shared_bytes, shared_guard, shared_guard_bytes);
  if (__start_cuda_shared != nullptr) memset(__start_cuda_shared, 0xff, __stop_cuda_shared - __start_cuda_shared);
}

// The lanes of the thread that runs meet: true in the last one that comes; in others this returns once that has
// released them.
bool meet(Wait kind, unsigned mask, Site site) {
  Thread &self = *run.thread;
  Block &block = run.block;
  unsigned lane = self.number % warp_size, warp = self.number / warp_size;
  if (!(mask >> lane & 1)) {
    run.error = "a thread of lane " + std::to_string(lane) + " is not in its mask at " + text(site);
    stop();
  }
  self.wait = kind;
  self.site = site;
  self.mask = mask;
  unsigned &waiting = block.warps[warp];
  waiting |= 1u << lane;
  if ((waiting & mask) != mask) {
    unsigned size = std::min(warp_size, unsigned(block.threads.size()) - warp * warp_size);
    if (size < warp_size && mask >> size != 0) {
      run.error = "lanes that the block does not have are in the mask at " + text(site);
      stop();
    }
    wait();
    return false;
  }
  for (unsigned other = 0; other < warp_size; ++other) {
    if (!(mask >> other & 1)) continue;
    const Thread &thread = block.threads[warp * warp_size + other];
    if (thread.mask != mask || thread.wait != kind || !is_same(thread.site, site)) {
      run.error = "lanes of a warp wait for each other at " + text(thread.site) + " and " + text(site);
      stop();
    }
  }
  waiting &= ~mask;
  return true;
}

}  // namespace

Registration::Registration(const Kernel &kernel) { kernels()[kernel.name] = kernel; }

const Kernel *find_kernel(const std::string &name) {
  auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : &found->second;
}

std::string execute(const Launch &launch, const void *arguments, bool is_descending) {
  // A fiber stays with the thread of the process on which it began.
  if (owner != std::this_thread::get_id()) {
    owner = std::this_thread::get_id();
    idle.clear();
    forget_fibers();
  }
  run.launch = &launch;
  run.arguments = arguments;
  run.is_descending = is_descending;
  run.error.clear();
  run.block.ready.clear();
  gridDim = launch.grid;
  blockDim = launch.block;
  size_t count = size_t(launch.block.x) * launch.block.y * launch.block.z;
  run.block.threads.resize(count);
  run.block.warps.resize((count + warp_size - 1) / warp_size);
  void *shared;
  if (posix_memalign(&shared, 128, launch.shared_bytes + shared_guard_bytes) != 0) return "no memory";
  run.block.shared = static_cast<unsigned char *>(shared);

  uint64_t blocks = uint64_t(launch.grid.x) * launch.grid.y * launch.grid.z;
  for (uint64_t i = 0; i < blocks; ++i) {
    uint64_t number = is_descending ? blocks - 1 - i : i;
    Shape index = {unsigned(number % launch.grid.x), unsigned(number / launch.grid.x % launch.grid.y),
                   unsigned(number / launch.grid.x / launch.grid.y)};
    begin_block(run.block, index);
    run_block(run.block);
    if (!run.error.empty()) {
      run.error = std::string(launch.kernel->name) + ", block " + text(index) + ": " + run.error;
      // Fibers of threads that wait are never entered again.
      idle.clear();
      forget_fibers();
      break;
    }
  }
  free(shared);
  return run.error;
}

void *dynamic_shared_memory() { return run.block.shared; }

void synchronise_block(Site site) {
  Thread &self = *run.thread;
  Block &block = run.block;
  self.wait = Wait::block;
  self.site = site;
  block.at_barrier += 1;
  if (block.at_barrier < block.threads.size()) {
    wait();
    return;
  }
  block.at_barrier = 0;
  for (const Thread &thread : block.threads) {
    if (!is_same(thread.site, site)) {
      run.error = "threads wait at different barriers: " + text(thread.site) + " and " + text(site);
      stop();
    }
  }
  for (Thread &thread : block.threads) release(thread);
}

unsigned lane() { return run.thread->number % warp_size; }

uint64_t exchange(unsigned mask, uint64_t value, unsigned source, Site site) {
  Thread &self = *run.thread;
  self.value = value;
  self.source = source;
  if (meet(Wait::exchange, mask, site)) {
    Thread *warp = &self - lane();
    for (unsigned i = 0; i < warp_size; ++i) {
      if (!(mask >> i & 1)) continue;
      bool is_among = warp[i].source < warp_size && (mask >> warp[i].source & 1);
      warp[i].result = is_among ? warp[warp[i].source].value : ~uint64_t(0);
      release(warp[i]);
    }
  }
  return self.result;
}

unsigned vote(unsigned mask, bool value, Site site) {
  Thread &self = *run.thread;
  self.value = value;
  if (meet(Wait::vote, mask, site)) {
    Thread *warp = &self - lane();
    unsigned votes = 0;
    for (unsigned i = 0; i < warp_size; ++i) {
      if (mask >> i & 1) votes |= unsigned(warp[i].value) << i;
    }
    for (unsigned i = 0; i < warp_size; ++i) {
      if (!(mask >> i & 1)) continue;
      warp[i].result = votes;
      release(warp[i]);
    }
  }
  return unsigned(self.result);
}

}  // namespace emulation
