// What each kernel of the GPU is launched with: one struct by value, the same for the host that fills it and the
// kernel that reads it. Included by the kernels' sources too, so without any other header.
//
// Shapes: T time steps, B lanes, H hidden, G gates, V vocabulary, row-major. Rows of gate values are in the order of
// ParameterLayout: blocks of 16 cells, in each block 16 values of the first gate, then of the second, and so on; the
// last block holds the H mod 16 cells left. "Stored" is float or bfloat16, by the suffix of the kernel's name.
#pragma once

#if defined(__cplusplus)
#define POINTER(type) type *
#else
#define POINTER(type) unsigned long long
#endif

// out [rows, columns], stored: row r is row index[r] of the table, times row r mod lanes of the mask. gather
// overwrites; gather_add adds.
typedef struct {
  POINTER(const float) table;
  POINTER(const int) index;
  POINTER(const float) mask;  // [lanes, columns], may be null
  POINTER(void) out;
  int rows, columns, lanes;
} gather_arguments;

// A time step of a layer: *_forward. Of the first `lanes` lanes.
typedef struct {
  POINTER(const void) input;       // stored [*, G·H], input products: lane b's row at rows[b], or b where rows is null
  POINTER(const int) rows;         // [B], may be null
  POINTER(const float) recurrent;  // [B, G·H], recurrent products
  POINTER(const float) bias_ih;    // [G·H]
  POINTER(const float) bias_hh;    // [G·H]
  POINTER(float) carry;            // [B, H]: the cell state; the hidden state where a cell has no other; updated
  POINTER(void) gates;             // stored [B, G·H]: activations out; may be input
  POINTER(void) cells;             // stored [B, H]: LSTM: the cell state out
  POINTER(void) kept;              // stored [B, H]: GRU: R_n h + b_hn out
  POINTER(void) output;            // stored [B, H]
  int lanes, hidden;
} cell_forward_arguments;

// A time step of a layer: *_backward. Of `lanes` lanes, of which from the `active`th on only zeros are written, to
// `gates` and `product_gradients`.
typedef struct {
  POINTER(void) gates;                      // stored [B, G·H]: activations in, gradients of the input products out
  POINTER(const void) previous_cells;       // stored [B, H]
  POINTER(const void) cells;                // stored [B, H]
  POINTER(const void) kept;                 // stored [B, H]
  POINTER(const void) previous_output;      // stored [B, H]
  POINTER(const void) output_gradient;      // stored [B, H]
  POINTER(const float) recurrent_gradient;  // [B, H], through the next step's products
  POINTER(float) carry_gradient;            // [B, H], updated
  POINTER(void) product_gradients;          // stored [B, G·H], GRU: those of the recurrent products
  int lanes, active, hidden;
} cell_backward_arguments;

// out [rows, columns] = in · row r mod lanes of the mask, stored; may be in place.
typedef struct {
  POINTER(const float) mask;  // [lanes, columns]
  POINTER(const void) in;
  POINTER(void) out;
  int rows, columns, lanes;
} mask_arguments;

// Copies columns of a matrix into columns of another, both stored.
typedef struct {
  POINTER(const void) in;
  POINTER(void) out;
  int rows, columns, in_stride, out_stride;
} copy_columns_arguments;

// store: out [count], stored, of floats.
typedef struct {
  POINTER(const float) in;
  POINTER(void) out;
  long long count;
} store_arguments;

// drop: out [count], stored: in without what is dropped, the rest scaled. What is dropped follows from the key and an
// element's number, as in CKernels/drop.c. May be in place where stored is float.
typedef struct {
  POINTER(const float) in;
  POINTER(void) out;
  long long count;
  unsigned long long first, key;
  unsigned threshold;
  float scale;
} drop_arguments;

// values [rows, columns] += bias [columns].
typedef struct {
  POINTER(float) values;
  POINTER(const float) bias;
  int rows, columns;
} add_bias_arguments;

// cross_entropy: of each row of `logits` + bias, -log softmax [target] in nats. A row whose target is below 0 has no
// loss and no gradient.
typedef struct {
  POINTER(const float) logits;          // [rows, V]
  POINTER(const float) bias;            // [V]
  POINTER(const int) targets;           // [rows]
  POINTER(const int) is_soft;           // [rows]: 0 for rows without a distribution; null where none has one
  POINTER(const unsigned short) soft;   // bfloat16 [rows, V]: distributions
  POINTER(void) gradients;              // stored [rows, V], `scale` times the loss's; may be null
  POINTER(float) losses;                // [rows]
  int rows, vocabulary;
  float scale;
  float soft_amount;  // what of the target moves from its symbol to its distribution, times scale
} cross_entropy_arguments;

// softmax: out [rows, V] = share · softmax(logits + bias).
typedef struct {
  POINTER(const float) logits;
  POINTER(const float) bias;
  POINTER(float) out;
  int rows, vocabulary;
  float share;
} softmax_arguments;

// column_sums: out [columns] = Σ over rows of values, stored; in the order of rows within a thread and of threads
// in a fixed tree, so that it is the same each time.
typedef struct {
  POINTER(const void) values;
  POINTER(float) out;
  int rows, columns, stride;
} column_sums_arguments;

// sums_by_symbol: out [V, columns]: row v is the sum of the rows of `values`, stored, whose symbol is v, each times
// row r mod lanes of the mask; in the order of rows.
typedef struct {
  POINTER(const void) values;  // stored [rows, columns]
  POINTER(const int) symbols;  // [rows]
  POINTER(const float) mask;   // [lanes, columns], may be null
  POINTER(float) out;
  int rows, columns, lanes, vocabulary;
} sums_by_symbol_arguments;

// Reductions in two launches: a sum for each block of threads, then `sum` of those, in a fixed order. sum_of_squares
// and sum_floats write one double a block to `partial`; sum adds up `count` of them into `out`.
typedef struct {
  POINTER(const float) values;
  POINTER(double) partial;
  long long count;
} partial_sums_arguments;

typedef struct {
  POINTER(const double) partial;
  POINTER(double) out;
  int count;
} sum_arguments;

// adamw: as ck_adamw_update in CKernels/adamw.c.
typedef struct {
  POINTER(const float) gradient;
  POINTER(float) weight;
  POINTER(float) first;
  POINTER(float) second;
  POINTER(float) average;
  long long count;
  float learning_rate, beta1, beta2, epsilon, weight_decay, gradient_scale, correction1, correction2, average_weight;
} adamw_arguments;

// Dynamic evaluation, as CKernels/adaptation.c: mean_squares updates and writes one double a block to `partial`, the
// sum of roots; adapt takes the step.
typedef struct {
  POINTER(const float) gradient;
  POINTER(float) mean_squares;
  POINTER(double) partial;
  long long count;
  float share;
} mean_squares_arguments;

typedef struct {
  POINTER(const float) gradient;
  POINTER(const float) mean_squares;
  POINTER(const float) original;
  POINTER(float) weight;
  long long count;
  float rate, epsilon, decay_by_root;
} adapt_arguments;

// adamw_rows: as ck_adamw_update_rows: a step in the touched rows of a table alone, whose averages first make up for the
// steps that were passed over. averaged [*]: the step up to which a row's average goes.
typedef struct {
  adamw_arguments update;   // of the whole table, but for the count
  POINTER(const int) rows;  // [count]
  POINTER(int) averaged;
  double average_decay;  // as ck_average
  long long rise;
  int average_age, step, count, columns;
} adamw_rows_arguments;

// touched_sums: row rows[i] of `out`, [*, columns], is the sum of the rows of `values` that places[starts[i]] to before
// places[starts[i + 1]] name, each times row r mod lanes of the mask; in an order that is always the same.
typedef struct {
  POINTER(const void) values;  // stored [*, columns]
  POINTER(const float) mask;   // [lanes, columns], may be null
  POINTER(const int) rows;     // [count]
  POINTER(const int) starts;   // [count + 1]
  POINTER(const int) places;
  POINTER(float) out;
  int count, columns, lanes;
} touched_sums_arguments;

// pool_last, pool_mean, pool_max: of the outputs [T, B, D·H] of packed texts, of which each lane's first steps count,
// D·H features of each lane's row; zero where a lane has no step. *_backward add to the gradients of the outputs.
typedef struct {
  POINTER(const void) outputs;             // stored [T, B, D·H]
  POINTER(const int) lengths;              // [B]
  POINTER(float) features;                 // [B, stride]
  POINTER(int) largest;                    // max: [B, D·H]: the step of each value, the first of equals
  POINTER(const float) feature_gradients;  // [B, stride]
  POINTER(void) output_gradients;          // stored [T, B, D·H]
  int lanes, width, stride;
  int forward;  // last: the first so many columns are those of the forward direction
} pool_arguments;

// pool_attention: the same, weighted by the softmax over a lane's steps of query · output.
typedef struct {
  POINTER(const void) outputs;             // stored [T, B, D·H]
  POINTER(const int) lengths;              // [B]
  POINTER(const float) query;              // [D·H]
  POINTER(float) weights;                  // [B, steps]
  POINTER(float) features;                 // [B, stride]
  POINTER(const float) feature_gradients;  // [B, stride]
  POINTER(float) score_gradients;          // [B, steps]
  POINTER(float) query_gradients;          // [B, D·H], of each lane
  POINTER(void) output_gradients;          // stored [T, B, D·H], may be null
  int lanes, width, stride, steps;
} attention_arguments;

// normalize: out [rows, columns] = (in - mean) / sqrt(variance + epsilon).
typedef struct {
  POINTER(const float) in;
  POINTER(const float) mean;      // [columns]; null for 0
  POINTER(const float) variance;  // [columns]
  POINTER(float) out;
  int rows, columns;
  float epsilon;
} normalize_arguments;

// moments: the sums of columns, and of their squares.
typedef struct {
  POINTER(const float) values;  // [rows, columns]
  POINTER(float) sums;          // [columns]
  POINTER(float) squares;       // [columns]
  int rows, columns;
} moments_arguments;

// class_loss: of each lane Σ over classes of target · -log softmax(logits), and `scale` times its gradient in place of
// the logits. A class's target is its weight times the sum of `label_share` for the label, `smoothed_share`, and
// `expected_share` of what is expected. Lanes whose label is below 0 have no loss and no gradient.
typedef struct {
  POINTER(float) logits;               // [B, C]
  POINTER(const int) labels;           // [B]
  POINTER(const float) class_weights;  // [C]
  POINTER(const float) expected;       // [B, C], may be null
  POINTER(float) losses;               // [B]
  int lanes, classes;
  float scale, label_share, smoothed_share, expected_share;
} class_loss_arguments;

// lstm_step_bf16: a time step of an LSTM's layer forward with its recurrent products, stored bfloat16, as
// cell_forward_arguments but for these. H is a multiple of 8. `output` is not what `previous` is.
typedef struct {
  POINTER(const void) previous;  // bfloat16 [B, H]: the output of the step before; at a multiple of 16 bytes
  POINTER(const void) weights;   // bfloat16 [4·H, H], rows in the order of gate values; at a multiple of 16 bytes
  POINTER(const void) input;     // bfloat16 [*, 4·H], input products: lane b's row at rows[b], or b
  POINTER(const int) rows;       // [B], may be null
  POINTER(const float) bias_ih;  // [4·H]
  POINTER(const float) bias_hh;  // [4·H]
  POINTER(float) carry;          // [B, H]: the cell state, updated
  POINTER(void) gates;           // bfloat16 [B, 4·H]: activations out; may be input
  POINTER(void) cells;           // bfloat16 [B, H]
  POINTER(void) output;          // bfloat16 [B, H]
  int lanes, hidden;
} lstm_step_arguments;

#undef POINTER
