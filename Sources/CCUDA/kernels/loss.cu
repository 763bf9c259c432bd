// The softmax over the vocabulary and its loss, as ck_cross_entropy, ck_soften_targets and ck_add_softmax of
// CKernels: a block of threads takes a row.
//
// Launch of both: blocks of 128 for vocabularies up to 1024, 256 up to 16384, 1024 beyond (any number of whole warps
// is right, but the order of sums depends on it); `rows` blocks, or fewer.
#pragma once
#include "reduction.cuh"
#include "stored.cuh"

// The largest of a row of logits + bias, and the sum of e^(value - largest); the same in all threads.
struct row_sum {
  float largest, sum;
};

__device__ inline row_sum sum_row(const float *logits, const float *bias, int vocabulary) {
  float largest = negative_infinity();
#pragma unroll 4
  for (int j = threadIdx.x; j < vocabulary; j += blockDim.x) largest = fmaxf(largest, logits[j] + bias[j]);
  largest = block_max(largest);
  float sum = 0;
#pragma unroll 4
  for (int j = threadIdx.x; j < vocabulary; j += blockDim.x) sum += expf(logits[j] + bias[j] - largest);
  return row_sum{largest, block_sum(sum)};
}

// `gradients` may be `logits` where stored is float: a thread overwrites what it alone reads from then on.
template <typename Stored>
__device__ inline void cross_entropy_body(const cross_entropy_arguments &a) {
  for (int row = blockIdx.x; row < a.rows; row += gridDim.x) {
    const long long start = (long long)row * a.vocabulary;
    const float *logits = a.logits + start;
    Stored *gradients = a.gradients ? (Stored *)a.gradients + start : nullptr;
    const int target = a.targets[row];
    if (target < 0) {
      if (threadIdx.x == 0) a.losses[row] = 0;
      if (gradients) {
        for (int j = threadIdx.x; j < a.vocabulary; j += blockDim.x) gradients[j] = store<Stored>(0);
      }
      continue;
    }
    const float target_logit = logits[target] + a.bias[target];
    // Its barriers are between this read and the writes below.
    const row_sum row_sum = sum_row(logits, a.bias, a.vocabulary);
    if (threadIdx.x == 0) a.losses[row] = logf(row_sum.sum) - (target_logit - row_sum.largest);
    if (!gradients) continue;
    const float factor = a.scale / row_sum.sum;
    const unsigned short *soft = a.is_soft && a.is_soft[row] ? a.soft + start : nullptr;
    for (int j = threadIdx.x; j < a.vocabulary; j += blockDim.x) {
      float gradient = expf(logits[j] + a.bias[j] - row_sum.largest) * factor;
      if (j == target) gradient -= a.scale;
      if (soft) {
        gradient -= a.soft_amount * load(bfloat16{soft[j]});
        if (j == target) gradient += a.soft_amount;
      }
      gradients[j] = store<Stored>(gradient);
    }
  }
}
STORED_KERNELS(cross_entropy, cross_entropy_arguments)

// `out` may be `logits`.
KERNEL(softmax, softmax_arguments) {
  const softmax_arguments &a = arguments;
  for (int row = blockIdx.x; row < a.rows; row += gridDim.x) {
    const long long start = (long long)row * a.vocabulary;
    const float *logits = a.logits + start;
    const row_sum row_sum = sum_row(logits, a.bias, a.vocabulary);
    const float factor = a.share / row_sum.sum;
    for (int j = threadIdx.x; j < a.vocabulary; j += blockDim.x) {
      a.out[start + j] = expf(logits[j] + a.bias[j] - row_sum.largest) * factor;
    }
  }
}
