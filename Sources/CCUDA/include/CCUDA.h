// What the device for NVIDIA's GPUs takes from C: the few functions it calls of NVIDIA's libraries, which are
// looked up at run time, and its own kernels with what they are launched with.
#pragma once
#include "cublas.h"
#include "driver.h"
#include "kernel_arguments.h"
#include "nvrtc.h"

// The sources of the kernels, which NVRTC compiles at first use: what `kernels.cu` includes, by name.
typedef struct {
  const char *name;
  const char *text;
} ccuda_source;

extern const ccuda_source *const ccuda_sources;
extern const int ccuda_source_count;
