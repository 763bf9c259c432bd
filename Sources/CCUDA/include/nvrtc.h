// Types of NVRTC's functions (libnvrtc.so), from NVIDIA's "NVRTC" reference.
#pragma once
#include <stddef.h>

typedef int nvrtc_result;
typedef struct _nvrtcProgram *nvrtc_program;

typedef const char *(*nvrtcGetErrorString_t)(nvrtc_result result);
typedef nvrtc_result (*nvrtcVersion_t)(int *major, int *minor);
typedef nvrtc_result (*nvrtcGetNumSupportedArchs_t)(int *count);
typedef nvrtc_result (*nvrtcGetSupportedArchs_t)(int *architectures);
typedef nvrtc_result (*nvrtcCreateProgram_t)(nvrtc_program *program, const char *source, const char *name,
                                             int header_count, const char *const *headers,
                                             const char *const *header_names);
typedef nvrtc_result (*nvrtcDestroyProgram_t)(nvrtc_program *program);
typedef nvrtc_result (*nvrtcCompileProgram_t)(nvrtc_program program, int option_count, const char *const *options);
typedef nvrtc_result (*nvrtcGetCUBINSize_t)(nvrtc_program program, size_t *bytes);
typedef nvrtc_result (*nvrtcGetCUBIN_t)(nvrtc_program program, char *cubin);
typedef nvrtc_result (*nvrtcGetPTXSize_t)(nvrtc_program program, size_t *bytes);
typedef nvrtc_result (*nvrtcGetPTX_t)(nvrtc_program program, char *ptx);
typedef nvrtc_result (*nvrtcGetProgramLogSize_t)(nvrtc_program program, size_t *bytes);
typedef nvrtc_result (*nvrtcGetProgramLog_t)(nvrtc_program program, char *log);
