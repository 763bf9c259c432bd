// Types of the CUDA driver's functions (libcuda.so.1), from NVIDIA's "CUDA Driver API" reference. A name's suffix
// is that of the symbol.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int cu_result;
typedef int cu_device;
typedef uint64_t cu_pointer;
typedef struct CUctx_st *cu_context;
typedef struct CUmod_st *cu_module;
typedef struct CUfunc_st *cu_function;
typedef struct CUstream_st *cu_stream;
typedef struct CUgraph_st *cu_graph;
typedef struct CUgraphExec_st *cu_graph_exec;

enum {
  CU_SUCCESS = 0,
  CU_ERROR_OUT_OF_MEMORY = 2,
  CU_ERROR_NO_DEVICE = 100,
  CU_ERROR_NO_BINARY_FOR_GPU = 209,
};

// CUdevice_attribute
enum {
  CU_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
};

// CUfunction_attribute
enum {
  CU_FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
  CU_FUNCTION_NON_PORTABLE_CLUSTER_SIZE_ALLOWED = 14,
};

enum { CU_STREAM_NON_BLOCKING = 1, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1 };

// CUlaunchAttribute and CUlaunchConfig, of which the size of a cluster alone is used.
enum { CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION = 4 };
typedef struct {
  int id;
  char padding[4];
  union {
    uint64_t words[8];  // as large, and aligned, as the largest value
    struct {
      unsigned x, y, z;
    } cluster;
  } value;
} cu_launch_attribute;

typedef struct {
  unsigned grid_x, grid_y, grid_z;
  unsigned block_x, block_y, block_z;
  unsigned shared_bytes;
  cu_stream stream;
  cu_launch_attribute *attributes;
  unsigned attribute_count;
} cu_launch_config;

typedef cu_result (*cuInit_t)(unsigned flags);
typedef cu_result (*cuDriverGetVersion_t)(int *version);
typedef cu_result (*cuGetErrorString_t)(cu_result error, const char **text);
typedef cu_result (*cuDeviceGetCount_t)(int *count);
typedef cu_result (*cuDeviceGet_t)(cu_device *device, int ordinal);
typedef cu_result (*cuDeviceGetName_t)(char *name, int length, cu_device device);
typedef cu_result (*cuDeviceGetAttribute_t)(int *value, int attribute, cu_device device);
typedef cu_result (*cuDeviceTotalMem_v2_t)(size_t *bytes, cu_device device);
typedef cu_result (*cuDevicePrimaryCtxRetain_t)(cu_context *context, cu_device device);
typedef cu_result (*cuDevicePrimaryCtxRelease_v2_t)(cu_device device);
typedef cu_result (*cuCtxSetCurrent_t)(cu_context context);
typedef cu_result (*cuMemGetInfo_v2_t)(size_t *free, size_t *total);
typedef cu_result (*cuMemAlloc_v2_t)(cu_pointer *pointer, size_t bytes);
typedef cu_result (*cuMemFree_v2_t)(cu_pointer pointer);
typedef cu_result (*cuMemHostAlloc_t)(void **pointer, size_t bytes, unsigned flags);
typedef cu_result (*cuMemFreeHost_t)(void *pointer);
typedef cu_result (*cuMemcpyHtoDAsync_v2_t)(cu_pointer to, const void *from, size_t bytes, cu_stream stream);
typedef cu_result (*cuMemcpyDtoHAsync_v2_t)(void *to, cu_pointer from, size_t bytes, cu_stream stream);
typedef cu_result (*cuMemcpyDtoDAsync_v2_t)(cu_pointer to, cu_pointer from, size_t bytes, cu_stream stream);
typedef cu_result (*cuMemsetD8Async_t)(cu_pointer to, unsigned char value, size_t bytes, cu_stream stream);
typedef cu_result (*cuStreamCreate_t)(cu_stream *stream, unsigned flags);
typedef cu_result (*cuStreamDestroy_v2_t)(cu_stream stream);
typedef cu_result (*cuStreamSynchronize_t)(cu_stream stream);
typedef cu_result (*cuStreamBeginCapture_v2_t)(cu_stream stream, int mode);
typedef cu_result (*cuStreamEndCapture_t)(cu_stream stream, cu_graph *graph);
typedef cu_result (*cuGraphInstantiateWithFlags_t)(cu_graph_exec *exec, cu_graph graph, unsigned long long flags);
typedef cu_result (*cuGraphLaunch_t)(cu_graph_exec exec, cu_stream stream);
typedef cu_result (*cuGraphExecDestroy_t)(cu_graph_exec exec);
typedef cu_result (*cuGraphDestroy_t)(cu_graph graph);
typedef cu_result (*cuModuleLoadData_t)(cu_module *module, const void *image);
typedef cu_result (*cuModuleUnload_t)(cu_module module);
typedef cu_result (*cuModuleGetFunction_t)(cu_function *function, cu_module module, const char *name);
typedef cu_result (*cuFuncSetAttribute_t)(cu_function function, int attribute, int value);
// From CUDA 11.6 on; a cluster needs 11.8 and compute capability 9.0.
typedef cu_result (*cuLaunchKernelEx_t)(const cu_launch_config *config, cu_function function, void **arguments,
                                        void **extra);
