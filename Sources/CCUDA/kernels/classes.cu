// From the features of texts to the loss of their labels, as ClassHead of the CPU.
#pragma once
#include "optimizer.cu"
#include "reduction.cuh"
#include "stored.cuh"

// `out` may be `in`.
//
// Launch: blocks of 256; ceil(rows · columns / 256) blocks, or fewer.
KERNEL(normalize, normalize_arguments) {
  const normalize_arguments &a = arguments;
  for_each_element((long long)a.rows * a.columns, [&](long long i) {
    const int column = i % a.columns;
    const float mean = a.mean ? a.mean[column] : 0;
    a.out[i] = (a.in[i] - mean) * (1 / sqrtf(a.variance[column] + a.epsilon));
  });
}

// Launch: blocks of 256; ceil(columns / 256) blocks, or fewer.
KERNEL(moments, moments_arguments) {
  const moments_arguments &a = arguments;
  for_each_element(a.columns, [&](long long column) {
    float sum = 0, squares = 0;
#pragma unroll 8
    for (int row = 0; row < a.rows; row++) {
      const float value = a.values[(long long)row * a.columns + column];
      sum += value;
      squares += value * value;
    }
    a.sums[column] = sum;
    a.squares[column] = squares;
  });
}

// A block takes a text.
//
// Launch: blocks of 128, or any number of whole warps, on which the order of sums depends; `lanes` blocks, or fewer.
KERNEL(class_loss, class_loss_arguments) {
  const class_loss_arguments &a = arguments;
  for (int lane = blockIdx.x; lane < a.lanes; lane += gridDim.x) {
    float *row = a.logits + (long long)lane * a.classes;
    const int label = a.labels[lane];
    if (label < 0) {
      if (threadIdx.x == 0) a.losses[lane] = 0;
      for (int j = threadIdx.x; j < a.classes; j += blockDim.x) row[j] = 0;
      continue;
    }
    const float *expected = a.expected ? a.expected + (long long)lane * a.classes : nullptr;
    const auto target = [&](int j) {
      const float taught = expected ? a.expected_share * expected[j] : 0;
      return a.class_weights[j] * ((j == label ? a.label_share : 0) + (a.smoothed_share + taught));
    };
    float largest = negative_infinity();
    for (int j = threadIdx.x; j < a.classes; j += blockDim.x) largest = fmaxf(largest, row[j]);
    largest = block_max(largest);
    float sum = 0;
    for (int j = threadIdx.x; j < a.classes; j += blockDim.x) sum += expf(row[j] - largest);
    const float log_sum = largest + logf(block_sum(sum));
    // Σ over classes of target · -log p, whose gradient is (Σ targets) p - target.
    float mass = 0, loss = 0;
    for (int j = threadIdx.x; j < a.classes; j += blockDim.x) {
      mass += target(j);
      loss += target(j) * (log_sum - row[j]);
    }
    mass = block_sum(mass);
    loss = block_sum(loss);
    if (threadIdx.x == 0) a.losses[lane] = loss;
    for (int j = threadIdx.x; j < a.classes; j += blockDim.x) {
      row[j] = a.scale * (mass * expf(row[j] - log_sum) - target(j));
    }
  }
}
