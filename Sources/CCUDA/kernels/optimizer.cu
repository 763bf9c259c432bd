// Sums over all elements and the steps of the optimisers, as CKernels/adamw.c and adaptation.c.
//
// Launch of all but `sum`: blocks of 256; ceil(count / 256) blocks, or fewer. sum_of_squares, sum_floats and
// mean_squares write one double a block: there a few blocks for each multiprocessor are enough, and the order of the
// sum depends on their number.
#pragma once
#include "reduction.cuh"
#include "stored.cuh"

// Calls body(i) for each element, those of a block's threads side by side.
template <typename Body>
__device__ inline void for_each_element(long long count, Body body) {
  const long long step = (long long)gridDim.x * blockDim.x;
#pragma unroll 4
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) body(i);
}

KERNEL(sum_of_squares, partial_sums_arguments) {
  double sum = 0;
  for_each_element(arguments.count, [&](long long i) {
    const float value = arguments.values[i];
    // Squared in single precision, as on the CPU: what overflows there overflows here.
    sum += (double)(value * value);
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) arguments.partial[blockIdx.x] = sum;
}

KERNEL(sum_floats, partial_sums_arguments) {
  double sum = 0;
  for_each_element(arguments.count, [&](long long i) { sum += (double)arguments.values[i]; });
  sum = block_sum(sum);
  if (threadIdx.x == 0) arguments.partial[blockIdx.x] = sum;
}

// Overwrites out.
//
// Launch: one block of 256.
KERNEL(sum, sum_arguments) {
  double sum = 0;
  for (int i = threadIdx.x; i < arguments.count; i += blockDim.x) sum += arguments.partial[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *arguments.out = sum;
}

// A step of AdamW for single elements.
struct adamw_step {
  const adamw_arguments &a;
  const float rate, root, keep;

  __device__ explicit adamw_step(const adamw_arguments &a)
      : a(a),
        rate(a.learning_rate / a.correction1),
        root(1 / sqrtf(a.correction2)),
        keep(1 - a.learning_rate * a.weight_decay) {}

  __device__ void operator()(long long i) const {
    const float g = a.gradient[i] * a.gradient_scale, average = a.average[i];
    const float m = a.beta1 * a.first[i] + (1 - a.beta1) * g;
    const float v = a.beta2 * a.second[i] + (1 - a.beta2) * g * g;
    const float w = a.weight[i] * keep - rate * m / (sqrtf(v) * root + a.epsilon);
    a.first[i] = m;
    a.second[i] = v;
    a.weight[i] = w;
    a.average[i] = average + a.average_weight * (w - average);
  }
};

KERNEL(adamw, adamw_arguments) { for_each_element(arguments.count, adamw_step(arguments)); }

KERNEL(mean_squares, mean_squares_arguments) {
  const mean_squares_arguments &a = arguments;
  double sum = 0;
  for_each_element(a.count, [&](long long i) {
    const float g = a.gradient[i];
    float mean = a.mean_squares[i];
    mean += a.share * (g * g - mean);
    a.mean_squares[i] = mean;
    sum += (double)sqrtf(mean);
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) a.partial[blockIdx.x] = sum;
}

KERNEL(adapt, adapt_arguments) {
  const adapt_arguments &a = arguments;
  for_each_element(a.count, [&](long long i) {
    const float root = sqrtf(a.mean_squares[i]), weight = a.weight[i];
    float back = a.decay_by_root * root;
    back = back > 1 ? 1 : back;
    a.weight[i] = weight + (back * (a.original[i] - weight) - a.rate * a.gradient[i] / (root + a.epsilon));
  });
}
