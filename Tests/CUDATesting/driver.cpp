// The driver: contexts, streams with what they record, graphs, modules and launches.
#include "driver.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "executor.h"
#include "functions.h"
#include "memory.h"
#include "objects.h"
#include "record.h"

using Record = std::vector<emulation::Work>;

struct CUctx_st {
  int device;
};

struct CUstream_st {
  int device;
  bool is_blocking;  // towards the stream null
  bool is_capturing, is_invalidated;
  int mode;
  std::thread::id thread;  // of the capture
  Record record;           // while capturing
  Record pending;
};

struct CUgraph_st {
  std::shared_ptr<Record> record;
};

struct CUgraphExec_st {
  std::shared_ptr<Record> record;
};

struct CUfunc_st {
  const emulation::Kernel *kernel;
  unsigned most_shared_bytes;
};

struct CUmod_st {
  int device;
  std::vector<std::unique_ptr<CUfunc_st>> functions;
};

namespace emulation {

namespace {

constexpr int capture_global = 0, capture_relaxed = 2;
constexpr unsigned shared_bytes_without_opting_in = 48 << 10;

struct Device {
  CUctx_st context;
  int retained;
  CUstream_st null_stream;
};

// One for each ordinal that was ever asked for.
std::vector<std::unique_ptr<Device>> devices;
bool is_initialised;
int broken;  // the error of a kernel, after which no call to a context succeeds

std::set<cu_stream> streams;
std::set<cu_graph> graphs;
std::set<cu_graph_exec> execs;
std::set<cu_module> modules;
std::set<cu_function> functions;

thread_local cu_context current;

Device &device(int ordinal) {
  while (devices.size() <= size_t(ordinal)) {
    devices.push_back(std::make_unique<Device>());
    devices.back()->context.device = int(devices.size()) - 1;
    devices.back()->null_stream.device = int(devices.size()) - 1;
    devices.back()->null_stream.is_blocking = true;
  }
  return *devices[size_t(ordinal)];
}

bool is_device(int ordinal) { return ordinal >= 0 && ordinal < properties.count; }

cu_context find(cu_context context) {
  for (auto &device : devices) {
    if (&device->context == context && device->retained > 0) return context;
  }
  return nullptr;
}

cu_stream find(cu_stream stream) {
  if (stream == nullptr) return &device(current->device).null_stream;
  return streams.count(stream) ? stream : nullptr;
}

cu_result invalid(const char *function, const char *what) {
  return report(invalid_value, std::string(function) + ": " + what);
}

cu_result unknown(const char *function, const char *what) {
  return report(invalid_handle, std::string(function) + ": no such " + what);
}

// Work that fails leaves a context that is of no more use.
cu_result finish(cu_result error) {
  if (error != CU_SUCCESS) broken = error;
  return error;
}

cu_result run(const Record &record) {
  for (const Work &work : record) {
    cu_result error = work();
    if (error != CU_SUCCESS) return error;
  }
  return CU_SUCCESS;
}

cu_result drain(cu_stream stream) {
  Record pending;
  pending.swap(stream->pending);
  return broken != CU_SUCCESS ? broken : finish(run(pending));
}

cu_result drain_all() {
  cu_result error = CU_SUCCESS;
  for (auto &device : devices) {
    if (error == CU_SUCCESS) error = drain(&device->null_stream);
  }
  for (cu_stream stream : streams) {
    if (error == CU_SUCCESS) error = drain(stream);
  }
  return error;
}

// A call that could wait for the device is not allowed while this thread captures, or any in the global mode; and it
// spoils the capture.
cu_result capture_error(const char *function) {
  cu_result error = CU_SUCCESS;
  for (cu_stream stream : streams) {
    if (!stream->is_capturing || stream->mode == capture_relaxed) continue;
    if (stream->mode != capture_global && stream->thread != std::this_thread::get_id()) continue;
    stream->is_invalidated = true;
    error = report(capture_unsupported, std::string(function) + " during a capture");
  }
  return error;
}

unsigned most_shared_bytes() {
  switch (properties.major * 10 + properties.minor) {
    case 70: case 72: return 96 << 10;
    case 75: return 64 << 10;
    case 80: case 87: return 163 << 10;
    case 86: case 89: return 99 << 10;
    default: return properties.major < 7 ? 48 << 10 : properties.major >= 12 ? 99 << 10 : 227 << 10;
  }
}

void release_context(Device &device) {
  drain_all();
  for (auto next = streams.begin(); next != streams.end();) {
    cu_stream stream = *next++;
    if (stream->device != device.context.device) continue;
    streams.erase(stream);
    delete stream;
  }
  for (auto next = modules.begin(); next != modules.end();) {
    cu_module module = *next++;
    if (module->device != device.context.device) continue;
    for (auto &function : module->functions) functions.erase(function.get());
    modules.erase(module);
    delete module;
  }
  release_all(device.context.device);
}

}  // namespace

cu_result submit(cu_stream stream, Work work) {
  stream = find(stream);
  if (stream == nullptr) return report(invalid_handle, "no such stream");
  if (stream->is_capturing) {
    if (stream->is_invalidated) return report(capture_invalidated, "the capture is spoiled");
    stream->record.push_back(std::move(work));
    return CU_SUCCESS;
  }
  if (stream == &device(stream->device).null_stream) {
    for (cu_stream other : streams) {
      if (!other->is_capturing || !other->is_blocking || other->device != stream->device) continue;
      other->is_invalidated = true;
      return report(capture_implicit, "the stream null would wait for one that captures");
    }
  }
  if (is_deferred) {
    stream->pending.push_back(std::move(work));
    return CU_SUCCESS;
  }
  return finish(work());
}

int current_device() { return current == nullptr ? -1 : current->device; }

cu_result context_error() {
  if (!is_initialised) return report(not_initialised, "cuInit has not been called");
  if (find(current) == nullptr) return report(invalid_context, "no context is current in this thread");
  return broken;
}

void drain_streams() { drain_all(); }

void forget_driver_error() { broken = CU_SUCCESS; }

int count_driver_objects() { return int(streams.size() + graphs.size() + execs.size() + modules.size()); }

#define BEGIN(function)       \
  const Call call(#function); \
  if (call.error != 0) return call.error;

#define BEGIN_INITIALISED(function) \
  BEGIN(function)                   \
  if (!is_initialised) return report(not_initialised, #function ": cuInit has not been called");

#define BEGIN_IN_CONTEXT(function) \
  BEGIN(function)                  \
  if (cu_result error = context_error()) return error;

#define BEGIN_OUTSIDE_CAPTURE(function) \
  BEGIN_IN_CONTEXT(function)            \
  if (cu_result error = capture_error(#function)) return error;

cu_result cuInit(unsigned flags) {
  BEGIN(cuInit)
  if (flags != 0) return invalid("cuInit", "flags");
  if (properties.count == 0) return CU_ERROR_NO_DEVICE;
  is_initialised = true;
  return CU_SUCCESS;
}

cu_result cuDriverGetVersion(int *version) {
  BEGIN(cuDriverGetVersion)
  *version = properties.driver_version;
  return CU_SUCCESS;
}

cu_result cuGetErrorString(cu_result error, const char **text) {
  BEGIN(cuGetErrorString)
  switch (error) {
    case CU_SUCCESS: *text = "no error"; break;
    case invalid_value: *text = "invalid argument"; break;
    case CU_ERROR_OUT_OF_MEMORY: *text = "out of memory"; break;
    case not_initialised: *text = "initialization error"; break;
    case CU_ERROR_NO_DEVICE: *text = "no CUDA-capable device is detected"; break;
    case invalid_device: *text = "invalid device ordinal"; break;
    case invalid_image: *text = "device kernel image is invalid"; break;
    case invalid_context: *text = "invalid device context"; break;
    case CU_ERROR_NO_BINARY_FOR_GPU: *text = "no kernel image is available for execution on the device"; break;
    case invalid_ptx: *text = "a PTX JIT compilation failed"; break;
    case unsupported_ptx_version:
      *text = "the provided PTX was compiled with an unsupported toolchain.";
      break;
    case invalid_handle: *text = "invalid resource handle"; break;
    case not_found: *text = "named symbol not found"; break;
    case launch_failed: *text = "unspecified launch failure"; break;
    case not_supported: *text = "operation not supported"; break;
    case capture_unsupported: *text = "operation not permitted when stream is capturing"; break;
    case capture_invalidated: *text = "operation failed due to a previous error during capture"; break;
    default: *text = nullptr; return invalid_value;
  }
  return CU_SUCCESS;
}

cu_result cuDeviceGetCount(int *count) {
  BEGIN_INITIALISED(cuDeviceGetCount)
  *count = properties.count;
  return CU_SUCCESS;
}

cu_result cuDeviceGet(cu_device *device, int ordinal) {
  BEGIN_INITIALISED(cuDeviceGet)
  if (!is_device(ordinal)) return report(invalid_device, "cuDeviceGet");
  *device = ordinal;
  return CU_SUCCESS;
}

cu_result cuDeviceGetName(char *name, int length, cu_device device) {
  BEGIN_INITIALISED(cuDeviceGetName)
  if (!is_device(device)) return report(invalid_device, "cuDeviceGetName");
  if (length <= 0) return invalid("cuDeviceGetName", "no room");
  snprintf(name, size_t(length), "Emulated GPU %d", device);
  return CU_SUCCESS;
}

cu_result cuDeviceGetAttribute(int *value, int attribute, cu_device device) {
  BEGIN_INITIALISED(cuDeviceGetAttribute)
  if (!is_device(device)) return report(invalid_device, "cuDeviceGetAttribute");
  switch (attribute) {
    // Few, so that what takes more blocks than that is seen to be right.
    case CU_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 4; break;
    case CU_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = properties.major; break;
    case CU_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = properties.minor; break;
    case CU_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: *value = int(most_shared_bytes()); break;
    default: return invalid("cuDeviceGetAttribute", "an attribute that the test double does not have");
  }
  return CU_SUCCESS;
}

cu_result cuDeviceTotalMem_v2(size_t *bytes, cu_device device) {
  BEGIN_INITIALISED(cuDeviceTotalMem_v2)
  if (!is_device(device)) return report(invalid_device, "cuDeviceTotalMem_v2");
  *bytes = properties.memory_bytes;
  return CU_SUCCESS;
}

cu_result cuDevicePrimaryCtxRetain(cu_context *context, cu_device ordinal) {
  BEGIN_INITIALISED(cuDevicePrimaryCtxRetain)
  if (!is_device(ordinal)) return report(invalid_device, "cuDevicePrimaryCtxRetain");
  device(ordinal).retained += 1;
  *context = &device(ordinal).context;
  return CU_SUCCESS;
}

// The last one takes with it all that belongs to the context.
cu_result cuDevicePrimaryCtxRelease_v2(cu_device ordinal) {
  BEGIN_INITIALISED(cuDevicePrimaryCtxRelease_v2)
  if (!is_device(ordinal)) return report(invalid_device, "cuDevicePrimaryCtxRelease_v2");
  if (device(ordinal).retained == 0) return report(invalid_context, "cuDevicePrimaryCtxRelease_v2: not retained");
  device(ordinal).retained -= 1;
  if (device(ordinal).retained == 0) release_context(device(ordinal));
  return CU_SUCCESS;
}

cu_result cuCtxSetCurrent(cu_context context) {
  BEGIN_INITIALISED(cuCtxSetCurrent)
  if (context != nullptr && find(context) == nullptr) return report(invalid_context, "cuCtxSetCurrent");
  current = context;
  return CU_SUCCESS;
}

cu_result cuMemGetInfo_v2(size_t *free, size_t *total) {
  BEGIN_IN_CONTEXT(cuMemGetInfo_v2)
  size_t used = allocated_bytes(current->device);
  *total = properties.memory_bytes;
  *free = used < *total ? *total - used : 0;
  return CU_SUCCESS;
}

cu_result cuMemAlloc_v2(cu_pointer *pointer, size_t bytes) {
  BEGIN_OUTSIDE_CAPTURE(cuMemAlloc_v2)
  if (bytes == 0) return invalid("cuMemAlloc_v2", "no bytes");
  void *allocation = allocate(bytes, current->device);
  if (allocation == nullptr) return report(CU_ERROR_OUT_OF_MEMORY, "cuMemAlloc_v2");
  *pointer = reinterpret_cast<cu_pointer>(allocation);
  return CU_SUCCESS;
}

// Waits for all work, as on a GPU.
cu_result cuMemFree_v2(cu_pointer pointer) {
  BEGIN_OUTSIDE_CAPTURE(cuMemFree_v2)
  if (pointer == 0) return CU_SUCCESS;
  if (cu_result error = drain_all()) return error;
  if (!release(reinterpret_cast<void *>(pointer), false)) return invalid("cuMemFree_v2", "not an allocation");
  return CU_SUCCESS;
}

cu_result cuMemHostAlloc(void **pointer, size_t bytes, unsigned flags) {
  BEGIN_OUTSIDE_CAPTURE(cuMemHostAlloc)
  if (bytes == 0 || flags > 7) return invalid("cuMemHostAlloc", "no bytes, or flags");
  *pointer = allocate(bytes, -1);
  return *pointer == nullptr ? report(CU_ERROR_OUT_OF_MEMORY, "cuMemHostAlloc") : int(CU_SUCCESS);
}

cu_result cuMemFreeHost(void *pointer) {
  BEGIN_OUTSIDE_CAPTURE(cuMemFreeHost)
  if (cu_result error = drain_all()) return error;
  if (!release(pointer, true)) return invalid("cuMemFreeHost", "not an allocation of the host");
  return CU_SUCCESS;
}

// Memory of the host that is not pinned is copied from before the call returns.
cu_result cuMemcpyHtoDAsync_v2(cu_pointer to, const void *from, size_t bytes, cu_stream stream) {
  BEGIN_IN_CONTEXT(cuMemcpyHtoDAsync_v2)
  if (bytes == 0) return CU_SUCCESS;
  if (!is_allocated(to, bytes)) return invalid("cuMemcpyHtoDAsync_v2", "not in an allocation");
  auto copy = [=](const void *source) {
    if (!is_allocated(to, bytes)) return report(launch_failed, "a copy to memory that has been freed");
    memcpy(reinterpret_cast<void *>(to), source, bytes);
    return int(CU_SUCCESS);
  };
  cu_stream found = find(stream);
  if (is_deferred && found != nullptr && !found->is_capturing && !is_pinned(from)) {
    auto bytes_then = std::make_shared<std::vector<char>>(static_cast<const char *>(from),
                                                          static_cast<const char *>(from) + bytes);
    return submit(stream, [=] { return copy(bytes_then->data()); });
  }
  return submit(stream, [=] { return copy(from); });
}

// Memory of the host that is not pinned has the copy when the call returns.
cu_result cuMemcpyDtoHAsync_v2(void *to, cu_pointer from, size_t bytes, cu_stream stream) {
  BEGIN_IN_CONTEXT(cuMemcpyDtoHAsync_v2)
  if (bytes == 0) return CU_SUCCESS;
  if (!is_allocated(from, bytes)) return invalid("cuMemcpyDtoHAsync_v2", "not in an allocation");
  cu_result error = submit(stream, [=] {
    if (!is_allocated(from, bytes)) return report(launch_failed, "a copy from memory that has been freed");
    memcpy(to, reinterpret_cast<const void *>(from), bytes);
    return int(CU_SUCCESS);
  });
  if (error != CU_SUCCESS || is_pinned(to)) return error;
  return drain(find(stream));
}

cu_result cuMemcpyDtoDAsync_v2(cu_pointer to, cu_pointer from, size_t bytes, cu_stream stream) {
  BEGIN_IN_CONTEXT(cuMemcpyDtoDAsync_v2)
  if (bytes == 0) return CU_SUCCESS;
  if (!is_allocated(to, bytes) || !is_allocated(from, bytes)) {
    return invalid("cuMemcpyDtoDAsync_v2", "not in an allocation");
  }
  if (to < from + bytes && from < to + bytes) return invalid("cuMemcpyDtoDAsync_v2", "the ranges overlap");
  return submit(stream, [=] {
    if (!is_allocated(to, bytes) || !is_allocated(from, bytes)) {
      return report(launch_failed, "a copy of memory that has been freed");
    }
    memcpy(reinterpret_cast<void *>(to), reinterpret_cast<const void *>(from), bytes);
    return int(CU_SUCCESS);
  });
}

cu_result cuMemsetD8Async(cu_pointer to, unsigned char value, size_t bytes, cu_stream stream) {
  BEGIN_IN_CONTEXT(cuMemsetD8Async)
  if (bytes == 0) return CU_SUCCESS;
  if (!is_allocated(to, bytes)) return invalid("cuMemsetD8Async", "not in an allocation");
  return submit(stream, [=] {
    if (!is_allocated(to, bytes)) return report(launch_failed, "memory that has been freed is set");
    memset(reinterpret_cast<void *>(to), value, bytes);
    return int(CU_SUCCESS);
  });
}

cu_result cuStreamCreate(cu_stream *stream, unsigned flags) {
  BEGIN_IN_CONTEXT(cuStreamCreate)
  if (flags > CU_STREAM_NON_BLOCKING) return invalid("cuStreamCreate", "flags");
  *stream = new CUstream_st{};
  (*stream)->device = current->device;
  (*stream)->is_blocking = flags != CU_STREAM_NON_BLOCKING;
  streams.insert(*stream);
  return CU_SUCCESS;
}

cu_result cuStreamDestroy_v2(cu_stream stream) {
  BEGIN_IN_CONTEXT(cuStreamDestroy_v2)
  if (streams.count(stream) == 0) return unknown("cuStreamDestroy_v2", "stream");
  if (stream->is_capturing) return report(capture_unsupported, "cuStreamDestroy_v2 of a stream that captures");
  cu_result error = drain(stream);
  streams.erase(stream);
  delete stream;
  return error;
}

cu_result cuStreamSynchronize(cu_stream stream) {
  BEGIN_OUTSIDE_CAPTURE(cuStreamSynchronize)
  cu_stream found = find(stream);
  if (found == nullptr) return unknown("cuStreamSynchronize", "stream");
  if (found->is_capturing) {
    found->is_invalidated = true;
    return report(capture_unsupported, "cuStreamSynchronize of a stream that captures");
  }
  return drain(found);
}

cu_result cuStreamBeginCapture_v2(cu_stream stream, int mode) {
  BEGIN_IN_CONTEXT(cuStreamBeginCapture_v2)
  if (mode < capture_global || mode > capture_relaxed) return invalid("cuStreamBeginCapture_v2", "mode");
  if (stream == nullptr) return report(capture_unsupported, "cuStreamBeginCapture_v2: the stream null");
  if (streams.count(stream) == 0) return unknown("cuStreamBeginCapture_v2", "stream");
  if (stream->is_capturing) return report(illegal_state, "cuStreamBeginCapture_v2: the stream captures already");
  stream->is_capturing = true;
  stream->is_invalidated = false;
  stream->mode = mode;
  stream->thread = std::this_thread::get_id();
  stream->record.clear();
  return CU_SUCCESS;
}

cu_result cuStreamEndCapture(cu_stream stream, cu_graph *graph) {
  BEGIN_IN_CONTEXT(cuStreamEndCapture)
  *graph = nullptr;
  if (streams.count(stream) == 0) return unknown("cuStreamEndCapture", "stream");
  if (!stream->is_capturing) return report(illegal_state, "cuStreamEndCapture: the stream does not capture");
  if (stream->mode != capture_relaxed && stream->thread != std::this_thread::get_id()) {
    return report(capture_wrong_thread, "cuStreamEndCapture: from another thread than the begin");
  }
  stream->is_capturing = false;
  if (stream->is_invalidated) {
    stream->record.clear();
    return report(capture_invalidated, "cuStreamEndCapture: the capture is spoiled");
  }
  *graph = new CUgraph_st{std::make_shared<Record>(std::move(stream->record))};
  stream->record = Record();
  graphs.insert(*graph);
  return CU_SUCCESS;
}

cu_result cuGraphInstantiateWithFlags(cu_graph_exec *exec, cu_graph graph, unsigned long long flags) {
  BEGIN_IN_CONTEXT(cuGraphInstantiateWithFlags)
  if (graphs.count(graph) == 0) return invalid("cuGraphInstantiateWithFlags", "no such graph");
  if (flags > 15) return invalid("cuGraphInstantiateWithFlags", "flags");
  *exec = new CUgraphExec_st{graph->record};
  execs.insert(*exec);
  return CU_SUCCESS;
}

cu_result cuGraphLaunch(cu_graph_exec exec, cu_stream stream) {
  BEGIN_IN_CONTEXT(cuGraphLaunch)
  if (execs.count(exec) == 0) return invalid("cuGraphLaunch", "no such graph");
  return submit(stream, [record = exec->record] { return run(*record); });
}

cu_result cuGraphExecDestroy(cu_graph_exec exec) {
  BEGIN_INITIALISED(cuGraphExecDestroy)
  if (execs.erase(exec) == 0) return invalid("cuGraphExecDestroy", "no such graph");
  delete exec;
  return CU_SUCCESS;
}

cu_result cuGraphDestroy(cu_graph graph) {
  BEGIN_INITIALISED(cuGraphDestroy)
  if (graphs.erase(graph) == 0) return invalid("cuGraphDestroy", "no such graph");
  delete graph;
  return CU_SUCCESS;
}

// A binary is for its major version from its minor one on, or, where it is specific, for its architecture alone;
// assembly is for any architecture from its own on, and for drivers as new as what made it.
cu_result cuModuleLoadData(cu_module *module, const void *image) {
  BEGIN_OUTSIDE_CAPTURE(cuModuleLoadData)
  std::string text(static_cast<const char *>(image), strnlen(static_cast<const char *>(image), 64));
  int here = properties.major * 10 + properties.minor;
  char kind[8];
  int architecture = 0;
  if (sscanf(text.c_str(), "emulated %6s %d", kind, &architecture) != 2) {
    return report(invalid_image, "cuModuleLoadData: not an image of this test double");
  }
  bool is_binary = strcmp(kind, "cubin") == 0, is_specific = text.back() == 'a';
  if (is_specific && architecture != here) return report(CU_ERROR_NO_BINARY_FOR_GPU, "cuModuleLoadData: " + text);
  if (is_binary && (architecture / 10 != properties.major || architecture > here)) {
    return report(CU_ERROR_NO_BINARY_FOR_GPU, "cuModuleLoadData: " + text);
  }
  if (!is_binary && properties.driver_version < 12080) {
    return report(unsupported_ptx_version, "cuModuleLoadData: the driver is older than NVRTC");
  }
  if (!is_binary && architecture > here) return report(invalid_ptx, "cuModuleLoadData: " + text);
  *module = new CUmod_st{};
  (*module)->device = current->device;
  modules.insert(*module);
  return CU_SUCCESS;
}

cu_result cuModuleUnload(cu_module module) {
  BEGIN_OUTSIDE_CAPTURE(cuModuleUnload)
  if (modules.count(module) == 0) return unknown("cuModuleUnload", "module");
  if (cu_result error = drain_all()) return error;
  for (auto &function : module->functions) functions.erase(function.get());
  modules.erase(module);
  delete module;
  return CU_SUCCESS;
}

cu_result cuModuleGetFunction(cu_function *function, cu_module module, const char *name) {
  BEGIN_IN_CONTEXT(cuModuleGetFunction)
  if (modules.count(module) == 0) return unknown("cuModuleGetFunction", "module");
  const Kernel *kernel = find_kernel(name);
  if (kernel == nullptr) return report(not_found, std::string("cuModuleGetFunction: ") + name);
  for (auto &known : module->functions) {
    if (known->kernel == kernel) {
      *function = known.get();
      return CU_SUCCESS;
    }
  }
  module->functions.push_back(std::make_unique<CUfunc_st>(CUfunc_st{kernel, shared_bytes_without_opting_in}));
  *function = module->functions.back().get();
  functions.insert(*function);
  return CU_SUCCESS;
}

cu_result cuFuncSetAttribute(cu_function function, int attribute, int value) {
  BEGIN_IN_CONTEXT(cuFuncSetAttribute)
  if (functions.count(function) == 0) return unknown("cuFuncSetAttribute", "function");
  switch (attribute) {
    case CU_FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES:
      if (value < 0 || unsigned(value) > most_shared_bytes()) {
        return invalid("cuFuncSetAttribute", "more shared memory than there is");
      }
      function->most_shared_bytes = unsigned(value);
      return CU_SUCCESS;
    case CU_FUNCTION_NON_PORTABLE_CLUSTER_SIZE_ALLOWED: return CU_SUCCESS;
    default: return invalid("cuFuncSetAttribute", "an attribute that the test double does not have");
  }
}

cu_result cuLaunchKernelEx(const cu_launch_config *config, cu_function function, void **arguments, void **extra) {
  BEGIN_IN_CONTEXT(cuLaunchKernelEx)
  if (functions.count(function) == 0) return unknown("cuLaunchKernelEx", "function");
  Launch launch = {function->kernel,
                   {config->grid_x, config->grid_y, config->grid_z},
                   {config->block_x, config->block_y, config->block_z},
                   config->shared_bytes};
  const char *name = launch.kernel->name;
  uint64_t threads = uint64_t(launch.block.x) * launch.block.y * launch.block.z;
  if (launch.grid.x == 0 || launch.grid.y == 0 || launch.grid.z == 0 || launch.grid.x > INT32_MAX ||
      launch.grid.y > 65535 || launch.grid.z > 65535) {
    return invalid(name, "the number of blocks");
  }
  if (threads == 0 || threads > 1024 || launch.block.x > 1024 || launch.block.y > 1024 || launch.block.z > 64) {
    return invalid(name, "the number of threads in a block");
  }
  if (launch.shared_bytes > function->most_shared_bytes) return invalid(name, "more shared memory than is allowed");
  if (arguments == nullptr || arguments[0] == nullptr || extra != nullptr) return invalid(name, "the arguments");
  for (unsigned i = 0; i < config->attribute_count; ++i) {
    const cu_launch_attribute &attribute = config->attributes[i];
    if (attribute.id != CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION) {
      return invalid(name, "an attribute that the test double does not have");
    }
    if (properties.major < 9) return report(not_supported, std::string(name) + ": a cluster before 9.0");
    if (attribute.value.cluster.x != 1 || attribute.value.cluster.y != 1 || attribute.value.cluster.z != 1) {
      return report(not_supported, std::string(name) + ": the test double has clusters of one block only");
    }
  }
  cu_stream found = find(config->stream);
  if (found == nullptr) return unknown("cuLaunchKernelEx", "stream");
  if (found->device != current->device) return unknown("cuLaunchKernelEx", "stream of this context");
  // The copy is aligned as any struct of pointers.
  auto copy = std::make_shared<std::vector<uint64_t>>((launch.kernel->argument_bytes + 7) / 8);
  memcpy(copy->data(), arguments[0], launch.kernel->argument_bytes);
  return submit(config->stream, [launch, copy] {
    count_launch(launch.kernel->name);
    std::string error = execute(launch, copy->data(), is_descending);
    if (error.empty()) return int(CU_SUCCESS);
    fprintf(stderr, "emulated GPU: %s\n", error.c_str());
    return report(launch_failed, error);
  });
}

}  // namespace emulation
