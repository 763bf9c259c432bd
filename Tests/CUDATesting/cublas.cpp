// cublasGemmEx for the types that it has with sums in single precision.
#include "cublas.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "functions.h"
#include "memory.h"
#include "objects.h"
#include "record.h"

struct cublasContext {
  cu_stream stream;
};

namespace emulation {

namespace {

// cublasStatus_t
enum {
  success = 0,
  not_initialized = 1,
  invalid_argument = 7,
  execution_failed = 13,
  unsupported = 15,
};

std::set<cublas_handle> handles;

// Column-major, [rows, columns], with `stride` elements from a column to the next.
struct Matrix {
  cu_pointer values;
  int type;
  int rows, columns, stride;

  size_t element() const { return type == CUBLAS_BFLOAT16 ? 2 : 4; }

  bool is_live() const {
    if (rows == 0 || columns == 0) return true;
    size_t count = size_t(columns - 1) * size_t(stride) + size_t(rows);
    return values % element() == 0 && is_allocated(values, count * element());
  }

  float load(int row, int column) const {
    size_t index = size_t(column) * size_t(stride) + size_t(row);
    if (type == CUBLAS_FLOAT32) return reinterpret_cast<const float *>(values)[index];
    uint32_t bits = uint32_t(reinterpret_cast<const uint16_t *>(values)[index]) << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }

  // bfloat16 is rounded to nearest, ties to even.
  void store(int row, int column, float value) const {
    size_t index = size_t(column) * size_t(stride) + size_t(row);
    if (type == CUBLAS_FLOAT32) {
      reinterpret_cast<float *>(values)[index] = value;
      return;
    }
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = value != value ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1);
    reinterpret_cast<uint16_t *>(values)[index] = uint16_t(bits >> 16);
  }
};

struct Product {
  Matrix a, b, c;
  bool transpose_a, transpose_b;
  int depth;
  float alpha, beta;

  bool is_live() const { return c.is_live() && (alpha == 0 || (a.is_live() && b.is_live())); }

  // Where alpha is 0 the factors are not read, and where beta is 0 nor is C.
  void run() const {
    std::vector<float> left(size_t(c.rows) * size_t(depth)), sums(size_t(c.rows));
    if (alpha != 0) {
      for (int k = 0; k < depth; ++k) {
        for (int i = 0; i < c.rows; ++i) {
          left[size_t(k) * size_t(c.rows) + size_t(i)] = transpose_a ? a.load(k, i) : a.load(i, k);
        }
      }
    }
    for (int j = 0; j < c.columns; ++j) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      for (int k = 0; k < depth && alpha != 0; ++k) {
        float right = transpose_b ? b.load(j, k) : b.load(k, j);
        const float *column = &left[size_t(k) * size_t(c.rows)];
        for (size_t i = 0; i < sums.size(); ++i) sums[i] += column[i] * right;
      }
      for (int i = 0; i < c.rows; ++i) {
        float value = alpha == 0 ? 0 : alpha * sums[size_t(i)];
        c.store(i, j, beta == 0 ? value : value + beta * c.load(i, j));
      }
    }
  }
};

bool is_combination(int a, int b, int c) {
  if (a == CUBLAS_FLOAT32) return b == CUBLAS_FLOAT32 && c == CUBLAS_FLOAT32;
  return a == CUBLAS_BFLOAT16 && b == CUBLAS_BFLOAT16 && (c == CUBLAS_BFLOAT16 || c == CUBLAS_FLOAT32);
}

bool is_transpose(int operation) { return operation == CUBLAS_NO_TRANSPOSE || operation == CUBLAS_TRANSPOSE; }

}  // namespace

int count_blas_handles() { return int(handles.size()); }

#define BEGIN(function)       \
  const Call call(#function); \
  if (call.error != 0) return call.error;

#define BEGIN_HANDLE(function)                                                                         \
  BEGIN(function)                                                                                      \
  if (handles.count(handle) == 0) return report(not_initialized, #function ": no handle");             \
  if (context_error() != 0) return report(not_initialized, #function ": no current context, or a broken one");

const char *cublasGetStatusString(cublas_status status) {
  const Call call("cublasGetStatusString");
  switch (status) {
    case success: return "CUBLAS_STATUS_SUCCESS";
    case not_initialized: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case invalid_argument: return "CUBLAS_STATUS_INVALID_VALUE";
    case execution_failed: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case unsupported: return "CUBLAS_STATUS_NOT_SUPPORTED";
    default: return "CUBLAS_STATUS unknown";
  }
}

cublas_status cublasCreate_v2(cublas_handle *handle) {
  BEGIN(cublasCreate_v2)
  if (context_error() != 0) return report(not_initialized, "cublasCreate_v2: no current context, or a broken one");
  *handle = new cublasContext{nullptr};
  handles.insert(*handle);
  return success;
}

cublas_status cublasDestroy_v2(cublas_handle handle) {
  BEGIN(cublasDestroy_v2)
  if (handles.erase(handle) == 0) return report(not_initialized, "cublasDestroy_v2: no handle");
  delete handle;
  return success;
}

cublas_status cublasSetStream_v2(cublas_handle handle, cu_stream stream) {
  BEGIN_HANDLE(cublasSetStream_v2)
  handle->stream = stream;
  return success;
}

cublas_status cublasSetWorkspace_v2(cublas_handle handle, cu_pointer workspace, size_t bytes) {
  BEGIN_HANDLE(cublasSetWorkspace_v2)
  if (workspace % 256 != 0) return report(invalid_argument, "cublasSetWorkspace_v2: not aligned to 256 bytes");
  if (bytes != 0 && !is_allocated(workspace, bytes)) {
    return report(invalid_argument, "cublasSetWorkspace_v2: not in an allocation");
  }
  return success;
}

cublas_status cublasGemmEx(cublas_handle handle, int transpose_a, int transpose_b, int m, int n, int k,
                           const float *alpha, cu_pointer a, int a_type, int a_stride, cu_pointer b, int b_type,
                           int b_stride, const float *beta, cu_pointer c, int c_type, int c_stride, int compute_type,
                           int) {
  BEGIN_HANDLE(cublasGemmEx)
  if (!is_transpose(transpose_a) || !is_transpose(transpose_b) || m < 0 || n < 0 || k < 0) {
    return report(invalid_argument, "cublasGemmEx: a shape or a transpose");
  }
  if (compute_type != CUBLAS_COMPUTE_FLOAT32 || !is_combination(a_type, b_type, c_type)) {
    return report(unsupported, "cublasGemmEx: these types");
  }
  Product product = {
      {a, a_type, transpose_a ? k : m, transpose_a ? m : k, a_stride},
      {b, b_type, transpose_b ? n : k, transpose_b ? k : n, b_stride},
      {c, c_type, m, n, c_stride},
      transpose_a != 0,
      transpose_b != 0,
      k,
      *alpha,
      *beta,
  };
  for (const Matrix *matrix : {&product.a, &product.b, &product.c}) {
    if (matrix->stride < (matrix->rows > 1 ? matrix->rows : 1)) {
      return report(invalid_argument, "cublasGemmEx: a stride is below the rows of its matrix");
    }
  }
  if (!product.is_live()) return report(execution_failed, "cublasGemmEx: a matrix is not in an allocation");
  cu_result error = submit(handle->stream, [product] {
    if (!product.is_live()) return report(launch_failed, "cublasGemmEx: a matrix is no longer in an allocation");
    product.run();
    return int(CU_SUCCESS);
  });
  return error == CU_SUCCESS ? success : execution_failed;
}

}  // namespace emulation
