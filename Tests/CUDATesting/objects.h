// What the three libraries share and tests count.
#pragma once
#include <functional>
#include <string>

#include "driver.h"

namespace emulation {

// Work of a stream, which returns an error of the driver.
using Work = std::function<cu_result()>;

// Does it, or has it wait, or records it, by what the stream does.
cu_result submit(cu_stream stream, Work work);

// The device whose context is current in the calling thread, or -1.
int current_device();

// 0 if a call to a context is possible, else what that call has to return.
cu_result context_error();

// Does all that waits.
void drain_streams();

// An error of a kernel stays, as on a GPU, until tests have it forgotten.
void forget_driver_error();

int count_driver_objects();
int count_programs();
int count_blas_handles();

// What NVRTC makes of kernels: a text, for the driver to load.
std::string make_image(bool is_binary, int architecture, bool is_specific);

}  // namespace emulation
