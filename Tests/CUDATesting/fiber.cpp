#include "fiber.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <deque>

#include "sanitizers.h"

// swapcontext asks the kernel for the mask of signals, which takes longer than all else of a switch; so only a fiber's
// begin goes through a context, and longjmp does the rest. The sanitizers have a longjmp of their own, which knows one
// stack.
#if defined(EMULATION_ADDRESS_SANITIZER) || defined(EMULATION_THREAD_SANITIZER)
#define SWITCHES_BY_CONTEXT 1
#endif

namespace emulation {

namespace {

#if defined(SWITCHES_BY_CONTEXT)
constexpr size_t stack_bytes = 256 << 10;
#else
constexpr size_t stack_bytes = 64 << 10;
#endif
constexpr size_t guard_bytes = 4096;

}  // namespace

struct Fiber {
  char *stack;
  void (*body)();
  ucontext_t context;
  jmp_buf point;
  bool is_begun;
  void *for_sanitizer;
};

namespace {

std::deque<Fiber> fibers;  // whose addresses stay
size_t used;
Fiber *current;

// Of what enters fibers.
[[maybe_unused]] ucontext_t launcher_context;
[[maybe_unused]] jmp_buf launcher_point;
[[maybe_unused]] const void *launcher_stack;
[[maybe_unused]] size_t launcher_stack_bytes;
[[maybe_unused]] void *launcher_for_sanitizer;

char *map_stack() {
  void *pages = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) abort();
  // What overflows a stack hits a page that nothing can touch.
  if (mprotect(pages, guard_bytes, PROT_NONE) != 0) abort();
  return static_cast<char *>(pages) + guard_bytes;
}

// What a fiber that was forgotten left with the sanitizer goes.
void begin_for_sanitizer([[maybe_unused]] Fiber &fiber) {
#if defined(EMULATION_ADDRESS_SANITIZER)
  fiber.for_sanitizer = nullptr;
  __asan_unpoison_memory_region(fiber.stack, stack_bytes);
#elif defined(EMULATION_THREAD_SANITIZER)
  if (fiber.for_sanitizer != nullptr) __tsan_destroy_fiber(fiber.for_sanitizer);
  fiber.for_sanitizer = __tsan_create_fiber(0);
#endif
}

void begin() {
#if defined(EMULATION_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(nullptr, &launcher_stack, &launcher_stack_bytes);
#endif
  current->body();
  abort();
}

}  // namespace

Fiber *create_fiber(void (*body)()) {
  if (used == fibers.size()) {
    fibers.emplace_back();
    fibers.back().stack = map_stack();
  }
  Fiber &fiber = fibers[used++];
  fiber.body = body;
  fiber.is_begun = false;
  begin_for_sanitizer(fiber);
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack;
  fiber.context.uc_stack.ss_size = stack_bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, begin, 0);
  return &fiber;
}

#if defined(SWITCHES_BY_CONTEXT)

void enter_fiber(Fiber *fiber) {
  current = fiber;
#if defined(EMULATION_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(&launcher_for_sanitizer, fiber->stack, stack_bytes);
#else
  launcher_for_sanitizer = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber->for_sanitizer, 0);
#endif
  swapcontext(&launcher_context, &fiber->context);
#if defined(EMULATION_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(launcher_for_sanitizer, nullptr, nullptr);
#endif
}

void leave_fiber() {
  Fiber *self = current;
#if defined(EMULATION_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(&self->for_sanitizer, launcher_stack, launcher_stack_bytes);
#else
  __tsan_switch_to_fiber(launcher_for_sanitizer, 0);
#endif
  swapcontext(&self->context, &launcher_context);
#if defined(EMULATION_ADDRESS_SANITIZER)
  __sanitizer_finish_switch_fiber(self->for_sanitizer, &launcher_stack, &launcher_stack_bytes);
#endif
}

#else

void enter_fiber(Fiber *fiber) {
  current = fiber;
  if (_setjmp(launcher_point) != 0) return;
  if (fiber->is_begun) _longjmp(fiber->point, 1);
  fiber->is_begun = true;
  setcontext(&fiber->context);
}

void leave_fiber() {
  if (_setjmp(current->point) == 0) _longjmp(launcher_point, 1);
}

#endif

void forget_fibers() { used = 0; }

}  // namespace emulation

#if defined(EMULATION_ADDRESS_SANITIZER)
// Checks of what is used after its function has returned take a second stack of megabytes for each fiber.
extern "C" __attribute__((weak)) const char *__asan_default_options() { return "detect_stack_use_after_return=0"; }
#endif
