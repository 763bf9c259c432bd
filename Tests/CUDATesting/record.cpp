#include "record.h"

#include <map>

#include "CUDATesting.h"
#include "memory.h"
#include "objects.h"

namespace emulation {

namespace {

constexpr Properties first_properties = {9, 0, size_t(16) << 30, 12080, 1};

struct Failure {
  int error, after;
};

std::map<std::string, Failure> failures;
std::map<std::string, int> calls, launches;
std::string message;

int begin_call(const char *function) {
  calls[function] += 1;
  auto failure = failures.find(function);
  if (failure == failures.end()) return 0;
  if (failure->second.after == 0) return failure->second.error;
  failure->second.after -= 1;
  return 0;
}

}  // namespace

Properties properties = first_properties;
bool is_deferred, is_descending;
std::recursive_mutex mutex;

Call::Call(const char *function) : lock(mutex), error(begin_call(function)) {}

int report(int error, const std::string &text) {
  message = text;
  return error;
}

void count_launch(const char *kernel) { launches[kernel] += 1; }

}  // namespace emulation

using namespace emulation;

void cuda_testing_reset() {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  drain_streams();
  failures.clear();
  calls.clear();
  launches.clear();
  message.clear();
  properties = first_properties;
  is_deferred = is_descending = false;
  forget_driver_error();
  forget_damage();
}

void cuda_testing_set_device(int major, int minor, size_t memory_bytes, int driver_version, int device_count) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  properties = {major, minor, memory_bytes, driver_version, device_count};
}

void cuda_testing_fail(const char *function, int error, int after) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  failures[function] = {error, after};
}

int cuda_testing_calls(const char *function) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  auto found = calls.find(function);
  return found == calls.end() ? 0 : found->second;
}

int cuda_testing_launches(const char *kernel) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  auto found = launches.find(kernel);
  return found == launches.end() ? 0 : found->second;
}

const char *cuda_testing_message() {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  return message.c_str();
}

void cuda_testing_defer(int deferred) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  drain_streams();
  is_deferred = deferred != 0;
}

void cuda_testing_descend(int descending) {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  is_descending = descending != 0;
}

int cuda_testing_check() {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  return count_damaged();
}

size_t cuda_testing_allocated_bytes() {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  return allocated_bytes();
}

int cuda_testing_live_objects() {
  std::lock_guard<std::recursive_mutex> guard(emulation::mutex);
  return count_allocations() + count_driver_objects() + count_programs() + count_blas_handles();
}
