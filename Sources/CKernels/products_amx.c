// Products of bfloat16 by the tiles of AMX, each 16 rows of 64 bytes.
//
// Each element of C is one chain of sums over K, 32 of it at a time: an instruction adds up the even
// of a pair's products and the odd ones, and their sum to the element. A row does not depend on the
// rows beside it.

#if defined(__x86_64__)

#include <immintrin.h>

#include "CKernels.h"
#include "product_version.h"
#include "product_words.h"

// Columns of a panel of B, two tiles.
#define PANEL 32
// Words of K in a tile.
#define DEPTH 16
// Rows of A that meet a tile of B.
#define ROWS 32

// What LDTILECFG reads.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
} ck_tiles;

#pragma clang attribute push(__attribute__((target("amx-tile,amx-bf16"))), apply_to = function)

// Tiles of 0 to 3: C. 4 and 5: A. 6 and 7: B.
static void configure_tall(int height) {
  ck_tiles tiles = {.palette = 1};
  for (int i = 0; i < 8; i++) tiles.bytes[i] = 64;
  const int rows[8] = {16, 16, height - 16, height - 16, 16, height - 16, 16, 16};
  for (int i = 0; i < 8; i++) tiles.rows[i] = (uint8_t)rows[i];
  _tile_loadconfig(&tiles);
}

// Tiles of 0 to 3: C. 4: A. 5 to 7: B.
static void configure_flat(int height) {
  ck_tiles tiles = {.palette = 1};
  for (int i = 0; i < 8; i++) tiles.bytes[i] = 64;
  const int rows[8] = {height, height, height, height, height, 16, 16, 16};
  for (int i = 0; i < 8; i++) tiles.rows[i] = (uint8_t)rows[i];
  _tile_loadconfig(&tiles);
}

#define LOAD_OR_ZERO(tile, at) \
  if (accumulate) _tile_loadd(tile, at, stride); \
  else _tile_zero(tile)

// C [height, 32] (+)= A [steps, height, 32] · a panel of B, for 17 to 32 rows; `stride` in bytes.
static void tall_tile(int height, int64_t steps, const char *left, const char *right, char *sums,
                      int64_t stride, bool accumulate) {
  char *const below = sums + 16 * stride;
  LOAD_OR_ZERO(0, sums);
  LOAD_OR_ZERO(1, sums + 64);
  LOAD_OR_ZERO(2, below);
  LOAD_OR_ZERO(3, below + 64);
  for (int64_t k = 0; k < steps; k++) {
    _tile_loadd(6, right, 4 * PANEL);
    _tile_loadd(4, left, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, right + 64, 4 * PANEL);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, left + 16 * 64, 64);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    left += height * 64;
    right += 4 * PANEL * DEPTH;
  }
  _tile_stored(0, sums, stride);
  _tile_stored(1, sums + 64, stride);
  _tile_stored(2, below, stride);
  _tile_stored(3, below + 64, stride);
}

// C [height, 64] (+)= A [steps, height, 32] · two panels of B, `next` bytes apart, for up to 16 rows.
static void flat_tiles(int height, int64_t steps, const char *left, const char *right,
                       int64_t next, char *sums, int64_t stride, bool accumulate) {
  LOAD_OR_ZERO(0, sums);
  LOAD_OR_ZERO(1, sums + 64);
  LOAD_OR_ZERO(2, sums + 128);
  LOAD_OR_ZERO(3, sums + 192);
  for (int64_t k = 0; k < steps; k++) {
    _tile_loadd(4, left, 64);
    _tile_loadd(5, right, 4 * PANEL);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(6, right + 64, 4 * PANEL);
    _tile_dpbf16ps(1, 4, 6);
    _tile_loadd(7, right + next, 4 * PANEL);
    _tile_dpbf16ps(2, 4, 7);
    _tile_loadd(5, right + next + 64, 4 * PANEL);
    _tile_dpbf16ps(3, 4, 5);
    left += height * 64;
    right += 4 * PANEL * DEPTH;
  }
  _tile_stored(0, sums, stride);
  _tile_stored(1, sums + 64, stride);
  _tile_stored(2, sums + 128, stride);
  _tile_stored(3, sums + 192, stride);
}

// The same for a single panel, C [height, 32].
static void flat_tile(int height, int64_t steps, const char *left, const char *right, char *sums,
                      int64_t stride, bool accumulate) {
  LOAD_OR_ZERO(0, sums);
  LOAD_OR_ZERO(1, sums + 64);
  for (int64_t k = 0; k < steps; k++) {
    _tile_loadd(4, left, 64);
    _tile_loadd(5, right, 4 * PANEL);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(6, right + 64, 4 * PANEL);
    _tile_dpbf16ps(1, 4, 6);
    left += height * 64;
    right += 4 * PANEL * DEPTH;
  }
  _tile_stored(0, sums, stride);
  _tile_stored(1, sums + 64, stride);
}

// Rows of A as tiles: [steps, height, 32], filled up with zeros.
static void pack_left(const ck_matrix *m, const void *values, int64_t row, int height,
                      int64_t steps, uint16_t *out) {
  const uint16_t *in = (const uint16_t *)values + row * m->row_stride;
  for (int64_t k = 0; k < steps; k++) {
    const int64_t left = m->columns - 2 * DEPTH * k;
    const int64_t count = left < 2 * DEPTH ? left : 2 * DEPTH;
    for (int r = 0; r < height; r++, out += 2 * DEPTH) {
      const uint16_t *from = in + r * m->row_stride + 2 * DEPTH * k * m->column_stride;
      if (m->column_stride == 1 && count == 2 * DEPTH) {
        memcpy(out, from, 4 * DEPTH);
        continue;
      }
      for (int64_t j = 0; j < 2 * DEPTH; j++) out[j] = j < count ? from[j * m->column_stride] : 0;
    }
  }
}

static void pack(const ck_matrix *matrix, const void *values, const float *factors, int64_t from,
                 int64_t words, int64_t first, int64_t end, int32_t *panels) {
  const int64_t filled = (matrix->rows + 1) / 2;
  for (int64_t panel = first; panel < end; panel++, panels += words * PANEL) {
    const int64_t left = matrix->columns - panel * PANEL;
    const int columns = left < PANEL ? (int)left : PANEL;
    if (columns < PANEL || filled < words) memset(panels, 0, (size_t)(4 * words * PANEL));
    ck_right_pairs(matrix, values, factors, from, filled, panel * PANEL, columns, PANEL, panels);
  }
}

static void multiply(const ck_product *product, const void *left, const void *right,
                     const float *scales, const int32_t *offsets, void *result, int64_t first,
                     int64_t end, int32_t *scratch) {
  (void)scales, (void)offsets;
  const int64_t steps = (product->left.columns + 2 * DEPTH - 1) / (2 * DEPTH);
  const int64_t rows = product->left.rows, columns = product->right.columns;
  const int64_t panel_bytes = 4 * PANEL * DEPTH * steps;
  // A panel of B stays in L1 while the blocks of rows that fit L2 pass by.
  int64_t fit = CK_LEFT_WORDS / (DEPTH * steps) / ROWS * ROWS;
  fit = fit < ROWS ? ROWS : fit;
  int configured = 0;
  for (int64_t r0 = 0; r0 < rows; r0 += fit) {
    const int64_t r1 = r0 + fit < rows ? r0 + fit : rows;
    for (int64_t row = r0; row < r1; row += ROWS) {
      const int height = (int)(r1 - row < ROWS ? r1 - row : ROWS);
      pack_left(&product->left, left, row, height, steps,
                (uint16_t *)(scratch + (row - r0) * DEPTH * steps));
    }
    const int64_t pair = r1 - r0 <= 16 ? 2 : 1;
    for (int64_t panel = first; panel < end; panel += pair) {
      const int64_t width = panel + pair <= end ? pair : 1;
      const int64_t c0 = panel * PANEL;
      const int64_t valid = columns - c0 < width * PANEL ? columns - c0 : width * PANEL;
      const char *b = (const char *)right + panel * panel_bytes;
      for (int64_t row = r0; row < r1; row += ROWS) {
        const int height = (int)(r1 - row < ROWS ? r1 - row : ROWS);
        if (height != configured) {
          height > 16 ? configure_tall(height) : configure_flat(height);
          configured = height;
        }
        const char *a = (const char *)(scratch + (row - r0) * DEPTH * steps);
        float edges[ROWS * 2 * PANEL] __attribute__((aligned(64)));
        ck_edge edge = {product, result, row, height, c0, valid, width * PANEL};
        const bool direct = product->result == CK_F32 && valid == width * PANEL;
        const bool accumulate = product->accumulate;
        char *sums =
            direct ? (char *)((float *)result + row * product->result_stride + c0) : (char *)edges;
        const int64_t stride = 4 * (direct ? product->result_stride : width * PANEL);
        if (accumulate && !direct) ck_load_edge(&edge, edges);
        if (height > 16) {
          tall_tile(height, steps, a, b, sums, stride, accumulate);
        } else if (width == 2) {
          flat_tiles(height, steps, a, b, panel_bytes, sums, stride, accumulate);
        } else {
          flat_tile(height, steps, a, b, sums, stride, accumulate);
        }
        if (!direct) ck_store_edge(&edge, edges);
      }
    }
  }
  _tile_release();
}

#pragma clang attribute pop

const ck_version ck_version_bf16_amx = {PANEL, 1, 2, ROWS, DEPTH, 0, true, pack, multiply};

#endif
