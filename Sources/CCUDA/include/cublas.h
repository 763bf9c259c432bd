// Types of cuBLAS's functions (libcublas.so), from NVIDIA's "cuBLAS" reference.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "driver.h"

typedef int cublas_status;
typedef struct cublasContext *cublas_handle;

enum { CUBLAS_NO_TRANSPOSE = 0, CUBLAS_TRANSPOSE = 1 };
// cudaDataType
enum { CUBLAS_FLOAT32 = 0, CUBLAS_BFLOAT16 = 14 };
// cublasComputeType_t, whose sums are in single precision.
enum { CUBLAS_COMPUTE_FLOAT32 = 68 };
enum { CUBLAS_DEFAULT_ALGORITHM = -1 };

typedef const char *(*cublasGetStatusString_t)(cublas_status status);
typedef cublas_status (*cublasCreate_v2_t)(cublas_handle *handle);
typedef cublas_status (*cublasDestroy_v2_t)(cublas_handle handle);
typedef cublas_status (*cublasSetStream_v2_t)(cublas_handle handle, cu_stream stream);
typedef cublas_status (*cublasSetWorkspace_v2_t)(cublas_handle handle, cu_pointer workspace, size_t bytes);
// Column-major: C [m, n] = alpha · op(A) [m, k] · op(B) [k, n] + beta · C. `alpha` and `beta` are floats of the host.
typedef cublas_status (*cublasGemmEx_t)(cublas_handle handle, int transpose_a, int transpose_b, int m, int n, int k,
                                        const float *alpha, cu_pointer a, int a_type, int a_stride, cu_pointer b,
                                        int b_type, int b_stride, const float *beta, cu_pointer c, int c_type,
                                        int c_stride, int compute_type, int algorithm);
