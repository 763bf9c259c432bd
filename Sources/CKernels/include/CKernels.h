// The loops of the network: elementwise ones, fused and vectorised by the compiler, and matrix
// products.
//
// Shapes: T time steps, B lanes, H hidden size, G gates, V vocabulary. Layout of a row of G·H gate
// values: blocks of 16 cells, in each block 16 values of the first gate, then of the second, and so
// on; the last block holds the H mod 16 cells left.
//
// `void *` is to stored activations, whose type `ck_element` names; arithmetic is in float.
// Pointers are to at least the elements that their shapes name; none may be null unless said.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Sets of instructions, each with all of the one before but for AVX-VNNI, which AVX-512's need not
// have.
typedef enum {
  CK_BASELINE,  // x86-64's own, or arm64's
  CK_AVX2,      // x86-64-v3
  CK_AVX2_VNNI,
  CK_AVX512,  // x86-64-v4
  CK_AVX512_VNNI,
  CK_AVX512_BF16,
  CK_AMX,  // tiles of bfloat16
} ck_level;

// The best of this CPU, or a lower one that CHARLSTM_CPU names.
ck_level ck_cpu_level(void);
const char *ck_level_name(ck_level level);
// Whether the CPU can work with a level.
bool ck_cpu_has(ck_level level);
// Whether Intel made this CPU.
bool ck_cpu_is_intel(void);

// For a thread that spins: leaves the core's units to its other thread for a moment.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

typedef enum {
  CK_F32,
  CK_BF16,  // bfloat16, rounded to nearest, ties to even
} ck_element;

// One time step of a layer of a cell, whose kernels are in a file of its own.
typedef struct {
  ck_element element;
  int64_t lanes;         // B
  int64_t hidden;        // H
  int64_t first, end;    // the units that take it, from one block of 16 to before another, or H
  const float *bias_ih;  // [G·H]
  const float *bias_hh;  // [G·H]
} ck_step;

// Forward. input: input products [*, G·H], lane b's row at rows[b], or at b where rows is null; may
// be `gates`. recurrent: the recurrent products [B, G·H]. gates [B, G·H], cells and candidates
// [B, H]: what the backward pass needs. output: [B, H].
//
// Backward. gates: activations in, gradient of the input products out. d_recurrent [B, H]: the
// gradient that reaches the output through the next step's products.

// Gates i f g o. cell [B, H]: the cell state, updated.
void ck_lstm_forward(const ck_step *step, const void *input, const int32_t *rows,
                     const float *recurrent, float *cell, void *gates, void *cells, void *output);
// d_cell [B, H]: updated.
void ck_lstm_backward(const ck_step *step, void *gates, const void *previous_cells,
                      const void *cells, const void *d_output, const float *d_recurrent,
                      float *d_cell);
// Gates r z n. state [B, H]: the hidden state in full precision, updated. candidates [B, H]:
// R_n h + b_hn.
void ck_gru_forward(const ck_step *step, const void *input, const int32_t *rows,
                    const float *recurrent, float *state, void *gates, void *candidates,
                    void *output);
// d_state [B, H]: the direct path from a state to the one before, updated. d_products [B, G·H]: the
// gradient of the recurrent products.
void ck_gru_backward(const ck_step *step, void *gates, const void *candidates,
                     const void *previous, const void *d_output, const float *d_recurrent,
                     float *d_state, void *d_products);
// One gate. state [B, H]: the hidden state in full precision, updated.
void ck_rnn_forward(const ck_step *step, const void *input, const int32_t *rows,
                    const float *recurrent, float *state, void *gates, void *output);
void ck_rnn_backward(const ck_step *step, void *gates, const void *d_output,
                     const float *d_recurrent);

// logits [rows, V] without bias, overwritten. Returns the sum over rows of
// -log softmax(logits + bias)[target] in nats; a row whose target is below 0 counts for nothing and
// has no gradient. d_logits [rows, V], may be null: its gradient times
// `scale`. losses [rows], may be null: each row's loss.
double ck_cross_entropy(ck_element element, int64_t rows, int64_t vocabulary, float *logits,
                        const float *bias, const int32_t *targets, float scale, void *d_logits,
                        float *losses);

// Distillation. table [*, V]: distributions in bfloat16, a row's at index[row]; rows whose index is
// 0 have none and are passed over.
//
// After ck_cross_entropy without d_logits: adds `share` times the softmax, which that left in
// `logits` not yet divided by its sum, to the table.
void ck_add_softmax(int64_t rows, int64_t vocabulary, const float *logits, const int64_t *index,
                    float share, uint16_t *table);
// After ck_cross_entropy with d_logits: moves `amount` of a row's target from its symbol to its
// distribution.
void ck_soften_targets(ck_element element, int64_t rows, int64_t vocabulary,
                       const int32_t *targets, const int64_t *index, const uint16_t *table,
                       float amount, void *d_logits);

// sums[c] += Σ over rows of values[row, c], rows of `values` `stride` elements apart
void ck_add_column_sums(ck_element element, int64_t rows, int64_t columns, int64_t stride,
                        const void *values, float *sums);
// out[row, c] = table[index[row], c] · mask[row mod B, c]; mask [B, columns] may be null.
void ck_gather(ck_element element, int64_t rows, int64_t columns, const float *table,
               const int32_t *index, int64_t lanes, const float *mask, void *out);
// out[row, c] += table[index[row], c] · mask[row mod B, c]; mask may be null.
void ck_gather_add(ck_element element, int64_t rows, int64_t columns, const float *table,
                   const int32_t *index, int64_t lanes, const float *mask, void *out);
// index[n - 2, row], for `lengths` n from 2 on: where among `buckets` the n-gram of symbols that ends
// at a row of [T, B] stands. Before a lane's first symbol stand beginnings.
void ck_ngram_rows(int64_t rows, int64_t lanes, int64_t lengths, int64_t buckets,
                   const int32_t *symbols, int32_t *index);
// table[index[row], c] += values[row, c] · mask[row mod B, c], rows of all three `stride` elements
// apart; mask may be null.
void ck_scatter_add(ck_element element, int64_t rows, int64_t columns, int64_t stride,
                    const void *values, const int32_t *index, int64_t lanes, const float *mask,
                    float *table);
// out[row, c] = in[row, c] · mask[row mod B, c]; out may be in.
void ck_mask(ck_element element, int64_t rows, int64_t columns, int64_t lanes, const float *mask,
             const void *in, void *out);

// out[row, c] = in[row, c] for a part of the columns; strides are elements from row to row.
void ck_copy_columns(ck_element element, int64_t rows, int64_t columns, const void *in,
                     int64_t in_stride, void *out, int64_t out_stride);

// To and from stored activations.
void ck_store(ck_element element, int64_t count, const float *in, void *out);
void ck_load(ck_element element, int64_t count, const void *in, float *out);

// out[i] += in[i]
void ck_add_to_stored(ck_element element, int64_t count, const float *in, void *out);

// Pooling over the steps of B texts side by side.
typedef struct {
  ck_element element;
  int64_t lanes;           // B
  int64_t width;           // D·H
  int64_t stride;          // elements from lane to lane in `features` and `d_features`
  const int32_t *lengths;  // [B]
} ck_pool;

// outputs [T, B, D·H], of which each lane's first steps count. features [B, stride], D·H of each
// row; zero where a lane has no step. Backward: d_outputs [T, B, D·H] is added to.
void ck_pool_mean(const ck_pool *pool, const void *outputs, float *features);
void ck_pool_mean_backward(const ck_pool *pool, const float *d_features, void *d_outputs);
// steps [B, D·H]: where each value comes from, the first of equals.
void ck_pool_max(const ck_pool *pool, const void *outputs, float *features, int32_t *steps);
void ck_pool_max_backward(const ck_pool *pool, const int32_t *steps, const float *d_features,
                          void *d_outputs);
// query [D·H]; weights [T, B]: the softmax over a lane's steps of query · output. d_query is added
// to; d_outputs may be null.
void ck_pool_attention(const ck_pool *pool, const void *outputs, const float *query,
                       float *weights, float *features);
void ck_pool_attention_backward(const ck_pool *pool, const void *outputs, const float *query,
                                const float *weights, const float *features,
                                const float *d_features, float *d_query, void *d_outputs);

// Matrix products, C [M, N] = A [M, K] · B [K, N], or C += A · B.
typedef enum {
  CK_OPERAND_F32,
  CK_OPERAND_BF16,
  // B's columns in steps of their largest magnitude over 127, A's values within ±1 in steps of 1/127;
  // A and C are floats, and nothing is added to C.
  CK_OPERAND_INT8,
  // Blocks of 256 values of A's rows and of B's columns, each in steps of its largest magnitude over
  // 2047 and 4095; A and C are floats.
  CK_OPERAND_INT16,
} ck_operand;

// Element (r, c) stands at r · row_stride + c · column_stride.
typedef struct {
  ck_element element;
  int64_t rows, columns;
  int64_t row_stride, column_stride;
} ck_matrix;

typedef struct {
  ck_operand operand;
  ck_matrix left, right;
  bool right_is_packed;
  ck_element result;      // float where B is not packed
  int64_t result_stride;  // elements from row to row
  bool accumulate;
} ck_product;

// B is packed in panels of so many columns, the last one filled up with zeros, whose columns have so
// many words of 32 bits: [N / columns, words, columns].
int64_t ck_panel_columns(ck_operand operand);
int64_t ck_panel_words(ck_operand operand, int64_t rows);
// scales and offsets [N]: for int8 alone.
void ck_pack_panels(ck_operand operand, const ck_matrix *matrix, const void *values, void *panels,
                    float *scales, int32_t *offsets);
// The columns of C in panels from `first` to before `end`.
void ck_multiply(const ck_product *product, const void *left, const void *right,
                 const float *scales, const int32_t *offsets, void *result, int64_t first,
                 int64_t end);

// Operands of int8 products that another library computes. Rows of `in` are `stride` elements apart, those of `out` `columns`.
// With `scales` null, values within ±1 become multiples of 1/127; otherwise each row is divided by
// its largest magnitude over 127, which is written to scales[row].
void ck_quantize(int64_t rows, int64_t columns, int64_t stride, const float *in, int8_t *out,
                 float *scales);
// Sums of int8 products in place to floats: out[row, c] = sum[row, c] · scales[c] / 127.
void ck_dequantize(int64_t rows, int64_t columns, const float *scales, void *sums);

// out[i] = in[i] · scale, or 0 with probability threshold / 2^32, by a hash of key and first + i: the
// same for the same numbers; out may be in.
void ck_drop(int64_t count, uint64_t first, uint64_t key, uint32_t threshold, float scale,
             const float *in, float *out);

// AdamW (Loshchilov and Hutter 2019) with an exponential moving average of the weights.
typedef struct {
  float learning_rate;
  float beta1, beta2, epsilon;
  float correction1, correction2;  // 1 - beta1^step, 1 - beta2^step
  float weight_decay;              // 0 for what is no matrix
  float gradient_scale;            // from clipping by the global norm
  float average_weight;            // average += average_weight · (weight - average)
} ck_adamw;

void ck_adamw_update(const ck_adamw *options, int64_t count, const float *gradient, float *weight,
                     float *first, float *second, float *average);

// Rows of a table that a pass has touched: rows[0 ..< count], each once, in the order in which they
// came first. last[row]: the pass that touched a row last; those before `pass` do not count.
typedef struct {
  int32_t pass;
  int64_t count;
  int32_t *rows;
  int32_t *last;
} ck_touched;

// Counts the rows that index[0 ..< count] names among those touched. Each that was not touched yet
// becomes zero in table [*, columns].
void ck_touch_rows(ck_touched *touched, int64_t count, const int32_t *index, int64_t columns,
                   float *table);
// Zeroes the touched rows but those that `kept` has touched too.
void ck_clear_rows(const ck_touched *touched, const ck_touched *kept, int64_t columns,
                   float *table);
// Of the rows from `first` to before `end` that `part` has touched: into = from in those that are new
// to `total`, which counts them, into += from in the others. With `into` = `from` they are counted.
void ck_add_rows(ck_touched *total, const ck_touched *part, int64_t first, int64_t end,
                 int64_t columns, const float *from, float *into);
double ck_sum_of_squares_of_rows(const ck_touched *touched, int64_t columns, const float *table);

// How much an average keeps of itself in a step s from 1 on: s / (s + 10) in the first `rise` steps,
// `decay` from then on.
typedef struct {
  double decay;
  int64_t rise;
} ck_average;
#define CK_AVERAGE_AGE 10

// How many steps come before s / (s + 10) reaches `decay`, which is below 1.
int64_t ck_average_rise(double decay);
// What an average keeps of itself over the steps after `from` up to `to`: while weights stay as they
// are, it is weight + kept · (average - weight) in the end.
double ck_average_kept(const ck_average *average, int64_t from, int64_t to);

// ck_adamw_update of a step in the touched rows alone, as PyTorch's SparseAdam. averaged[row]: the
// step up to which a row's average goes; those between are made up for first, as its weights were
// constant in them.
void ck_adamw_update_rows(const ck_adamw *options, const ck_average *schedule, int64_t step,
                          const ck_touched *touched, int64_t columns, const float *gradient,
                          float *weight, float *first, float *second, float *average,
                          int32_t *averaged);
// The averages after `step` of the rows from `first` to before `end`.
void ck_average_rows(const ck_average *schedule, int64_t step, int64_t first, int64_t end,
                     int64_t columns, const float *weight, const float *average,
                     const int32_t *averaged, float *out);

// mean_squares[i] += share · (gradient[i]² - mean_squares[i]); returns Σ √mean_squares[i].
double ck_mean_squares_update(int64_t count, float share, const float *gradient,
                              float *mean_squares);

typedef struct {
  float rate;
  float decay_by_root;  // decay / mean of the roots
  float epsilon;
} ck_adaptation;

// With root = √mean_squares[i]:
// weight[i] += min(1, decay_by_root · root) · (original[i] - weight[i])
//              - rate · gradient[i] / (root + epsilon)
void ck_adapt(const ck_adaptation *options, int64_t count, const float *gradient,
              const float *mean_squares, const float *original, float *weight);

// into[i] += from[i]
void ck_add(int64_t count, const float *from, float *into);
double ck_sum_of_squares(int64_t count, const float *values);
