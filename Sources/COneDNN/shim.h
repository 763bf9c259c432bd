// The part of oneDNN that charlstm uses: one two-dimensional product, C = A · B (+ C), and the
// reorder that packs B for it. All that differs between oneDNN 2.x and 3.x stands in this file:
// memory descriptors are values there and handles here, and operation descriptors are gone.
#pragma once

#include <dnnl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// libgomp: the number of threads of parallel regions that the calling thread starts.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);
// Inside a parallel region.
int omp_get_num_threads(void);
int omp_get_thread_num(void);
// Calls `body` once on each of `threads` threads; what a compiler makes of `#pragma omp parallel`.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t charlstm_desc;
typedef const_dnnl_memory_desc_t charlstm_const_desc;
#else
typedef dnnl_memory_desc_t *charlstm_desc;
typedef const dnnl_memory_desc_t *charlstm_const_desc;
#endif

static inline void charlstm_desc_destroy(charlstm_desc desc) {
#if DNNL_VERSION_MAJOR >= 3
  if (desc) dnnl_memory_desc_destroy(desc);
#else
  free(desc);
#endif
}

// A matrix of rows × columns; element (r, c) lies at r · row_stride + c · column_stride.
static inline dnnl_status_t charlstm_desc_strided(
    charlstm_desc *out, dnnl_dim_t rows, dnnl_dim_t columns, dnnl_data_type_t type,
    dnnl_dim_t row_stride, dnnl_dim_t column_stride) {
  dnnl_dims_t dims = {rows, columns}, strides = {row_stride, column_stride};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(out, 2, dims, type, strides);
#else
  *out = (charlstm_desc)calloc(1, sizeof(dnnl_memory_desc_t));
  if (!*out) return dnnl_out_of_memory;
  return dnnl_memory_desc_init_by_strides(*out, 2, dims, type, strides);
#endif
}

// A matrix whose layout the product may choose.
static inline dnnl_status_t charlstm_desc_any(
    charlstm_desc *out, dnnl_dim_t rows, dnnl_dim_t columns, dnnl_data_type_t type) {
  dnnl_dims_t dims = {rows, columns};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(out, 2, dims, type, dnnl_format_tag_any);
#else
  *out = (charlstm_desc)calloc(1, sizeof(dnnl_memory_desc_t));
  if (!*out) return dnnl_out_of_memory;
  return dnnl_memory_desc_init_by_tag(*out, 2, dims, type, dnnl_format_tag_any);
#endif
}

static inline dnnl_status_t charlstm_desc_copy(charlstm_desc *out, charlstm_const_desc from) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_clone(out, from);
#else
  *out = (charlstm_desc)malloc(sizeof(dnnl_memory_desc_t));
  if (!*out) return dnnl_out_of_memory;
  memcpy(*out, from, sizeof(dnnl_memory_desc_t));
  return dnnl_success;
#endif
}

static inline size_t charlstm_desc_size(charlstm_const_desc desc) {
  return dnnl_memory_desc_get_size(desc);
}

// The primitive descriptor of C = A · B, or C += A · B; scratch memory is the caller's.
static inline dnnl_status_t charlstm_matmul_desc(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, charlstm_const_desc a,
    charlstm_const_desc b, charlstm_const_desc c, bool accumulate) {
  dnnl_primitive_attr_t attributes;
  dnnl_post_ops_t post_ops;
  dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
  if (status != dnnl_success) return status;
  status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (status == dnnl_success && accumulate) {
    status = dnnl_post_ops_create(&post_ops);
    if (status == dnnl_success) {
#if DNNL_VERSION_MAJOR >= 3
      dnnl_post_ops_append_sum(post_ops, 1.0f, 0, dnnl_data_type_undef);
#else
      dnnl_post_ops_append_sum(post_ops, 1.0f);
#endif
      status = dnnl_primitive_attr_set_post_ops(attributes, post_ops);
      dnnl_post_ops_destroy(post_ops);
    }
  }
  if (status == dnnl_success) {
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_matmul_primitive_desc_create(out, engine, a, b, NULL, c, attributes);
#else
    dnnl_matmul_desc_t desc;
    status = dnnl_matmul_desc_init(&desc, a, b, NULL, c);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(out, &desc, attributes, engine, NULL);
#endif
  }
  dnnl_primitive_attr_destroy(attributes);
  return status;
}

static inline charlstm_const_desc charlstm_matmul_query(
    const_dnnl_primitive_desc_t desc, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(desc, what, 0);
}
