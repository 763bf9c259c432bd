// Pooling over the steps of packed texts, as CKernels/pool.inc. A text's steps are read in order by the thread that
// has the column, so that sums are the same each time.
#pragma once
#include "reduction.cuh"
#include "stored.cuh"

// Calls body(at, feature, lane, column) for each feature of each lane: `at` is its place in a step's outputs,
// [B, D·H], which is that of its value at step t in all outputs less t · B · D·H; `feature` that in [B, stride].
//
// Launch of last, mean and max: blocks of 256; ceil(lanes · width / 256) blocks, or fewer.
template <typename Body>
__device__ inline void for_each_feature(const pool_arguments &a, Body body) {
  const long long count = (long long)a.lanes * a.width, step = (long long)gridDim.x * blockDim.x;
  for (long long at = (long long)blockIdx.x * blockDim.x + threadIdx.x; at < count; at += step) {
    const int lane = at / a.width, column = at % a.width;
    body(at, (long long)lane * a.stride + column, lane, column);
  }
}

// The step whose output counts: the last one, of the backward direction the first.
__device__ inline int last_step(const pool_arguments &a, int length, int column) {
  return column < a.forward ? length - 1 : 0;
}

template <typename Stored>
__device__ inline void pool_last_body(const pool_arguments &a) {
  const Stored *outputs = (const Stored *)a.outputs;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int column) {
    const int length = a.lengths[lane];
    a.features[feature] = length ? load(outputs[at + last_step(a, length, column) * step]) : 0;
  });
}
STORED_KERNELS(pool_last, pool_arguments)

template <typename Stored>
__device__ inline void pool_last_backward_body(const pool_arguments &a) {
  Stored *gradients = (Stored *)a.output_gradients;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int column) {
    const int length = a.lengths[lane];
    if (length == 0) return;
    Stored &gradient = gradients[at + last_step(a, length, column) * step];
    gradient = store<Stored>(load(gradient) + a.feature_gradients[feature]);
  });
}
STORED_KERNELS(pool_last_backward, pool_arguments)

template <typename Stored>
__device__ inline void pool_mean_body(const pool_arguments &a) {
  const Stored *outputs = (const Stored *)a.outputs;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int) {
    const int length = a.lengths[lane];
    float sum = 0;
#pragma unroll 8
    for (int t = 0; t < length; t++) sum += load(outputs[at + t * step]);
    a.features[feature] = length ? sum * (1.0f / (float)length) : 0;
  });
}
STORED_KERNELS(pool_mean, pool_arguments)

template <typename Stored>
__device__ inline void pool_mean_backward_body(const pool_arguments &a) {
  Stored *gradients = (Stored *)a.output_gradients;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int) {
    const int length = a.lengths[lane];
    const float share = a.feature_gradients[feature] * (1.0f / (float)length);
#pragma unroll 8
    for (int t = 0; t < length; t++) {
      gradients[at + t * step] = store<Stored>(load(gradients[at + t * step]) + share);
    }
  });
}
STORED_KERNELS(pool_mean_backward, pool_arguments)

template <typename Stored>
__device__ inline void pool_max_body(const pool_arguments &a) {
  const Stored *outputs = (const Stored *)a.outputs;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int) {
    const int length = a.lengths[lane];
    float largest = length ? load(outputs[at]) : 0;
    int place = 0;
#pragma unroll 8
    for (int t = 1; t < length; t++) {
      const float value = load(outputs[at + t * step]);
      if (value > largest) {
        largest = value;
        place = t;
      }
    }
    a.features[feature] = largest;
    a.largest[at] = place;
  });
}
STORED_KERNELS(pool_max, pool_arguments)

template <typename Stored>
__device__ inline void pool_max_backward_body(const pool_arguments &a) {
  Stored *gradients = (Stored *)a.output_gradients;
  const long long step = (long long)a.lanes * a.width;
  for_each_feature(a, [&](long long at, long long feature, int lane, int) {
    if (a.lengths[lane] == 0) return;
    Stored &gradient = gradients[at + a.largest[at] * step];
    gradient = store<Stored>(load(gradient) + a.feature_gradients[feature]);
  });
}
STORED_KERNELS(pool_max_backward, pool_arguments)

// vector · row by a warp; the same in all its threads.
template <typename Stored>
__device__ inline float warp_product(const float *vector, const Stored *row, int width) {
  float sum = 0;
  for (int j = threadIdx.x % 32; j < width; j += 32) sum += vector[j] * load(row[j]);
  return warp_reduce(sum, [](float a, float b) { return a + b; });
}

// A block takes a text: a warp for each step's product with a vector, then a thread for each column.
//
// Launch of both: blocks of 256, or any number of whole warps, on which the order of sums depends; `lanes` blocks, or
// fewer.
template <typename Stored>
__device__ inline void pool_attention_body(const attention_arguments &a) {
  const long long step = (long long)a.lanes * a.width;
  const int warps = blockDim.x / 32;
  for (int lane = blockIdx.x; lane < a.lanes; lane += gridDim.x) {
    const int length = a.lengths[lane];
    const Stored *outputs = (const Stored *)a.outputs + (long long)lane * a.width;
    float *weights = a.weights + (long long)lane * a.steps;
    for (int t = threadIdx.x / 32; t < length; t += warps) {
      const float score = warp_product(a.query, outputs + t * step, a.width);
      if (threadIdx.x % 32 == 0) weights[t] = score;
    }
    __syncthreads();
    float largest = negative_infinity();
    for (int t = threadIdx.x; t < length; t += blockDim.x) largest = fmaxf(largest, weights[t]);
    largest = block_max(largest);
    float sum = 0;
    for (int t = threadIdx.x; t < length; t += blockDim.x) sum += expf(weights[t] - largest);
    sum = block_sum(sum);
    for (int t = threadIdx.x; t < length; t += blockDim.x) weights[t] = expf(weights[t] - largest) / sum;
    __syncthreads();
    for (int column = threadIdx.x; column < a.width; column += blockDim.x) {
      float feature = 0;
#pragma unroll 8
      for (int t = 0; t < length; t++) feature += weights[t] * load(outputs[t * step + column]);
      a.features[(long long)lane * a.stride + column] = feature;
    }
  }
}
STORED_KERNELS(pool_attention, attention_arguments)

template <typename Stored>
__device__ inline void pool_attention_backward_body(const attention_arguments &a) {
  const long long step = (long long)a.lanes * a.width;
  const int warps = blockDim.x / 32;
  for (int lane = blockIdx.x; lane < a.lanes; lane += gridDim.x) {
    const int length = a.lengths[lane];
    const long long start = (long long)lane * a.width;
    const Stored *outputs = (const Stored *)a.outputs + start;
    const float *weights = a.weights + (long long)lane * a.steps;
    float *scores = a.score_gradients + (long long)lane * a.steps;
    const float *features = a.features + (long long)lane * a.stride;
    const float *gradients = a.feature_gradients + (long long)lane * a.stride;
    // Σ over steps of weight · d_weight is the product of the features and their gradient.
    float mean = 0;
    for (int j = threadIdx.x; j < a.width; j += blockDim.x) mean += gradients[j] * features[j];
    mean = block_sum(mean);
    for (int t = threadIdx.x / 32; t < length; t += warps) {
      const float product = warp_product(gradients, outputs + t * step, a.width);
      if (threadIdx.x % 32 == 0) scores[t] = weights[t] * (product - mean);
    }
    __syncthreads();
    Stored *output_gradients = a.output_gradients ? (Stored *)a.output_gradients + start : nullptr;
    for (int column = threadIdx.x; column < a.width; column += blockDim.x) {
      float query_gradient = 0;
      for (int t = 0; t < length; t++) {
        query_gradient += scores[t] * load(outputs[t * step + column]);
        if (!output_gradients) continue;
        Stored &gradient = output_gradients[t * step + column];
        gradient =
            store<Stored>(load(gradient) + weights[t] * gradients[column] + scores[t] * a.query[column]);
      }
      a.query_gradients[start + column] = query_gradient;
    }
  }
}
STORED_KERNELS(pool_attention_backward, attention_arguments)
