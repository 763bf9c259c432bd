// A version of the products, for one kind of operands and set of instructions, and the edges of C, where
// a tile of sums is not written as it is.
#pragma once

#include "vector.h"

#define MOST_PANELS 4
// Words of A that are packed at a time, unless a single tile has more; they stay in L2.
#define CK_LEFT_WORDS (1 << 16)
// Words of K of a block of B that is packed ahead; words of K, and columns, of one that is not.
#define CK_DEPTH 512
#define CK_PACKING_DEPTH 256
#define CK_COLUMNS 512

// Where B's next panels are fetched from while a tile is summed, and how many bytes for each word of K:
// each tile fetches its part.
typedef struct {
  const char *at;
  int64_t pace;
} ck_ahead;

// panel: columns of a panel of B. per: values of K in a word of it. left_words: words of A that meet
// one. rows: those of the largest tile. words: what a panel's are a multiple of. block: words of K that
// have steps of their own, which stand before them; 0 where there are none.
typedef struct {
  int64_t panel;
  int left_words, per, rows, words, block;
  bool packs_ahead;  // and not block by block
  void (*pack)(const ck_matrix *matrix, const void *values, const float *factors, int64_t from,
               int64_t words, int64_t first, int64_t end, int32_t *panels);
  void (*multiply)(const ck_product *product, const void *left, const void *right,
                   const float *scales, const int32_t *offsets, void *result, int64_t first,
                   int64_t end, int32_t *scratch);
} ck_version;

// The part of C that a tile of sums belongs to, where it is not written as it is.
typedef struct {
  const ck_product *product;
  void *result;
  int64_t row;
  int height;
  int64_t column, columns, stride;
} ck_edge;

// Words of A that are packed at a time.
CK_INLINE int64_t ck_left_words(const ck_product *product, int64_t words, int left_words, int rows) {
  if (!product->right_is_packed && words > CK_DEPTH) words = CK_DEPTH;
  int64_t tile = words * left_words * rows;
  return tile > CK_LEFT_WORDS ? tile : CK_LEFT_WORDS;
}

CK_INLINE void ck_load_edge(const ck_edge *edge, void *sums) {
  const int64_t width = edge->product->result_stride;
  for (int row = 0; row < edge->height; row++) {
    int64_t at = (edge->row + row) * width + edge->column;
    float *to = (float *)sums + row * edge->stride;
    ck_load(edge->product->result, edge->columns,
            (char *)edge->result + at * (edge->product->result == CK_F32 ? 4 : 2), to);
    for (int64_t j = edge->columns; j < edge->stride; j++) to[j] = 0;
  }
}

CK_INLINE void ck_store_edge(const ck_edge *edge, const float *sums) {
  const int64_t width = edge->product->result_stride;
  for (int row = 0; row < edge->height; row++) {
    int64_t at = (edge->row + row) * width + edge->column;
    ck_store(edge->product->result, edge->columns, sums + row * edge->stride,
             (char *)edge->result + at * (edge->product->result == CK_F32 ? 4 : 2));
  }
}

// Sums of int8 products to floats: weights are in steps of `scales`, what they are multiplied by in
// steps of 1/127. `offset`: what the sums are too large by.
CK_INLINE void ck_scale_edge(const ck_edge *edge, const int32_t *sums, const float *scales,
                             const int32_t *offsets) {
  const int64_t width = edge->product->result_stride;
  scales += edge->column;
  if (offsets) offsets += edge->column;
  for (int row = 0; row < edge->height; row++) {
    float *out = (float *)edge->result + (edge->row + row) * width + edge->column;
    const int32_t *in = sums + row * edge->stride;
    for (int64_t j = 0; j < edge->columns; j++) {
      out[j] = (float)(in[j] - (offsets ? offsets[j] : 0)) * (scales[j] * (1.0f / 127.0f));
    }
  }
}
