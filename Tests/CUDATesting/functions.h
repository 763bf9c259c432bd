// The functions of the three libraries, by their own names, and their types checked against CCUDA's.
#pragma once
#include "cublas.h"
#include "driver.h"
#include "nvrtc.h"

namespace emulation {

template <typename Pointer>
struct pointed;
template <typename Function>
struct pointed<Function *> {
  using type = Function;
};

#define EMULATED(name) pointed<name##_t>::type name;

#define DRIVER_FUNCTIONS(each)                                                                                  \
  each(cuInit) each(cuDriverGetVersion) each(cuGetErrorString) each(cuDeviceGetCount) each(cuDeviceGet)         \
  each(cuDeviceGetName) each(cuDeviceGetAttribute) each(cuDeviceTotalMem_v2) each(cuDevicePrimaryCtxRetain)     \
  each(cuDevicePrimaryCtxRelease_v2) each(cuCtxSetCurrent) each(cuMemGetInfo_v2) each(cuMemAlloc_v2)            \
  each(cuMemFree_v2) each(cuMemHostAlloc) each(cuMemFreeHost) each(cuMemcpyHtoDAsync_v2)                        \
  each(cuMemcpyDtoHAsync_v2) each(cuMemcpyDtoDAsync_v2) each(cuMemsetD8Async) each(cuStreamCreate)              \
  each(cuStreamDestroy_v2) each(cuStreamSynchronize) each(cuStreamBeginCapture_v2) each(cuStreamEndCapture)     \
  each(cuGraphInstantiateWithFlags) each(cuGraphLaunch) each(cuGraphExecDestroy) each(cuGraphDestroy)           \
  each(cuModuleLoadData) each(cuModuleUnload) each(cuModuleGetFunction) each(cuFuncSetAttribute)                \
  each(cuLaunchKernelEx)

#define COMPILER_FUNCTIONS(each)                                                                                \
  each(nvrtcGetErrorString) each(nvrtcVersion) each(nvrtcGetNumSupportedArchs) each(nvrtcGetSupportedArchs)     \
  each(nvrtcCreateProgram) each(nvrtcDestroyProgram) each(nvrtcCompileProgram) each(nvrtcGetCUBINSize)          \
  each(nvrtcGetCUBIN) each(nvrtcGetPTXSize) each(nvrtcGetPTX) each(nvrtcGetProgramLogSize)                      \
  each(nvrtcGetProgramLog)

#define BLAS_FUNCTIONS(each)                                                                                    \
  each(cublasGetStatusString) each(cublasCreate_v2) each(cublasDestroy_v2) each(cublasSetStream_v2)             \
  each(cublasSetWorkspace_v2) each(cublasGemmEx)

DRIVER_FUNCTIONS(EMULATED)
COMPILER_FUNCTIONS(EMULATED)
BLAS_FUNCTIONS(EMULATED)

#undef EMULATED

}  // namespace emulation
