// Times the parts of an optimizer step by themselves: `swift run -c release kernel-benchmarks`, or
// those whose names contain a word: `swift run -c release kernel-benchmarks lstm AdamW`.
// The shapes are those of one of two workers at 2 layers × 512, 64 lanes × 64 steps.

import CPU
import CKernels
import Recurrent

private let lanes = 32
private let steps = 64
private let hidden = 512
private let rows = lanes * steps
private let width = 4 * hidden
private let vocabulary = 65

/// Room for any of the buffers below, stored as float or bfloat16.
private func memory(_ count: Int) -> UnsafeMutableRawPointer {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
  memory.initializeMemory(as: Float.self, repeating: 0, count: count)
  return memory
}

private func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
  memory(count).assumingMemoryBound(to: Float.self)
}

for (name, element) in [("float32", CK_F32), ("bfloat16", CK_BF16)] {
  let bias = floats(width)
  var step = ck_step(
    element: element, lanes: Int64(lanes), hidden: Int64(hidden), first: 0, end: Int64(hidden),
    bias_ih: bias, bias_hh: bias)
  let gates = memory(lanes * width)
  let cells = memory(lanes * hidden)
  let outputs = memory(lanes * hidden)
  let products = floats(lanes * width)
  let carry = floats(lanes * hidden)
  benchmark("lstm forward, a step, \(name)") {
    ck_lstm_forward(&step, gates, nil, products, carry, gates, cells, outputs)
  }
  benchmark("lstm backward, a step, \(name)") {
    ck_lstm_backward(&step, gates, cells, cells, outputs, products, carry)
  }

  let logits = floats(rows * vocabulary)
  let targets = [Int32](repeating: 1, count: rows)
  let gradients = memory(rows * vocabulary)
  benchmark("softmax and cross-entropy, a chunk, \(name)") {
    _ = ck_cross_entropy(
      element, Int64(rows), Int64(vocabulary), logits, bias, targets, 1, gradients, nil)
  }
  let chunk = memory(rows * width)
  let table = floats(vocabulary * width)
  benchmark("scatter to the input table, a chunk, \(name)") {
    ck_scatter_add(
      element, Int64(rows), Int64(width), Int64(width), chunk, targets, Int64(lanes), nil, table)
  }
}

// A worker multiplies with its own thread alone.
let pair = WorkerTeam(count: 2)
benchmark("a meeting of two workers") { pair.run(workers: 2) { _ in } }

for precision in Set([Precision.float32, .native]).sorted(by: { $0.rawValue < $1.rawValue }) {
  let packed = PackedMatrix(
    .rowMajor(width, hidden).transposed, precision: precision, rows: lanes)
  let weights = floats(width * hidden)
  let left = memory(rows * hidden)
  let result = memory(rows * width)
  let recurrent = MatrixMultiply(
    .rowMajor(lanes, hidden), by: packed, into: .rowMajor(lanes, width), .float32)
  let input = MatrixMultiply(
    .rowMajor(rows, hidden), by: packed, into: .rowMajor(rows, width), precision)
  let gradient = MatrixMultiply(
    .rowMajor(rows, width).transposed, by: .rowMajor(rows, hidden),
    into: .rowMajor(width, hidden), precision)
  benchmark("recurrent product, a step, \(precision.rawValue)") {
    recurrent(left, packed, into: result)
  }
  benchmark("input product, a chunk, \(precision.rawValue)") { input(left, packed, into: result) }
  benchmark("weight gradient, a chunk, \(precision.rawValue)") {
    gradient(result, left, into: weights)
  }
  benchmark("packing a matrix, \(precision.rawValue)") { packed.pack(from: weights) }
}

let count = 1 << 20
let buffers = (0..<5).map { _ in floats(count) }
var adamW = ck_adamw()
adamW.learning_rate = 1e-3
adamW.beta1 = 0.9
adamW.beta2 = 0.999
adamW.epsilon = 1e-8
adamW.correction1 = 0.1
adamW.correction2 = 0.001
adamW.gradient_scale = 1
adamW.average_weight = 0.001
benchmark("AdamW, 2^20 parameters") {
  ck_adamw_update(
    &adamW, Int64(count), buffers[0], buffers[1], buffers[2], buffers[3], buffers[4])
}
