// A fiber: a function that runs on a stack of its own, which it can leave in the middle and be entered again.
#pragma once

namespace emulation {

struct Fiber;

// `body` never returns: at its end it leaves, and is not entered again.
Fiber *create_fiber(void (*body)());

// Runs a fiber until it leaves.
void enter_fiber(Fiber *fiber);

// From within a fiber: goes on after `enter_fiber`.
void leave_fiber();

// The stacks of all fibers are free to be used again; what ran on them is forgotten.
void forget_fibers();

}  // namespace emulation
