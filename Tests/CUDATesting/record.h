// What tests ask for and learn: failures, counts, the device.
#pragma once
#include <stddef.h>

#include <mutex>
#include <string>

namespace emulation {

// Of the driver's codes, those that only the test double returns.
enum {
  invalid_value = 1,
  not_initialised = 3,
  invalid_device = 101,
  invalid_image = 200,
  invalid_context = 201,
  invalid_ptx = 218,
  unsupported_ptx_version = 222,
  invalid_handle = 400,
  illegal_state = 401,
  not_found = 500,
  launch_failed = 719,
  not_supported = 801,
  capture_unsupported = 900,
  capture_invalidated = 901,
  capture_implicit = 906,
  capture_wrong_thread = 908,
};

struct Properties {
  int major, minor;
  size_t memory_bytes;
  int driver_version;
  int count;
};

extern Properties properties;
extern bool is_deferred, is_descending;

// One for all that is called from outside.
extern std::recursive_mutex mutex;

// A call from outside: locks, counts, and has the error that a test asked for, or 0.
class Call {
  std::lock_guard<std::recursive_mutex> lock;

 public:
  explicit Call(const char *function);
  const int error;
};

// Notes what is wrong, for `cuda_testing_message`; returns the error.
int report(int error, const std::string &message);

void count_launch(const char *kernel);

}  // namespace emulation
