import CCUDA
import CPU
import Recurrent

/// All lanes' passes through a language model on a GPU. A pass is recorded the first time, and then
/// done at a single call.
///
/// Shapes: `T` steps, `B` lanes, `V` vocabulary.
final class CUDAStreamPart: StreamPart {
  let lanes: Range<Int>
  /// Those of the last chunk that was trained on, in the order of the parameters; nil where nothing
  /// is trained.
  let gradients: GPUBuffer?
  private let steps: Int
  private let vocabulary: Int
  private let gpu: GPU
  private let weights: GPUWeights
  private let stack: GPUStack
  private let head: GPUSymbolHead
  /// `[T, B]`
  private let symbols: GPUBuffer
  /// `[T, B]`
  private let targets: GPUBuffer
  /// `[T·B]`
  private let losses: GPUBuffer
  private let lossesOfChunk: PinnedBuffer<Float>
  private let sum: GPUSum
  private let sumFloats: Kernel
  private var soft: SoftRows?
  /// `[T·B, V]`: what is expected of each target, where it has been asked for.
  private var expected: (values: GPUBuffer, ofChunk: PinnedBuffer<Float>)?
  private var logitsOfChunk: PinnedBuffer<Float>?
  /// What has been done once.
  private var begun: Set<Pass> = []
  private var graphs: [Pass: GPUGraph] = [:]

  /// What is recorded apart.
  private enum Pass: Hashable {
    case train(softShare: Float?, scale: Float)
    case evaluate(steps: Int)
    case logits
    case read
  }

  init(
    _ weights: GPUWeights, steps: Int, lanes: Int, dropout: Dropout, isTrained: Bool
  ) throws(CUDAError) {
    let gpu = weights.gpu
    self.gpu = gpu
    self.weights = weights
    self.steps = steps
    self.lanes = 0..<lanes
    vocabulary = weights.network.configuration.vocabularySize
    guard let head = weights.network.layout.head else {
      preconditionFailure("a language model is needed")
    }
    let rows = steps * lanes
    stack = try GPUStack(
      weights, steps: steps, lanes: lanes, dropout: dropout, isTrained: isTrained)
    self.head = try GPUSymbolHead(head, of: weights, rows: rows, isTrained: isTrained)
    gradients =
      isTrained ? try GPUBuffer(gpu, zeroed: weights.network.layout.count * 4) : nil
    symbols = try GPUBuffer(gpu, bytes: rows * 4)
    targets = try GPUBuffer(gpu, bytes: rows * 4)
    losses = try GPUBuffer(gpu, bytes: rows * 4)
    lossesOfChunk = try PinnedBuffer(gpu, count: rows)
    sum = try GPUSum(on: gpu)
    sumFloats = try gpu.kernel("sum_floats")
  }

  /// Does a pass as it comes the first time, for libraries may begin things then that cannot be
  /// recorded; records it the second time, and from then on takes the record.
  private func run(_ pass: Pass, _ body: () throws(CUDAError) -> Void) throws(CUDAError) {
    if let graph = graphs[pass] { return try gpu.run(graph) }
    if begun.insert(pass).inserted { return try body() }
    let graph = try gpu.record(body)
    graphs[pass] = graph
    try gpu.run(graph)
  }

  private func upload(
    _ values: UnsafePointer<Int32>?, _ count: Int, to buffer: GPUBuffer
  ) throws(CUDAError) {
    guard let values else { preconditionFailure("a chunk of nothing") }
    try gpu.copy(from: values, to: buffer.pointer, bytes: count * 4)
  }

  private func upload(_ targets: SoftTargets.Rows?) throws(CUDAError) -> GPUSymbolHead.Soft? {
    guard let targets else { return nil }
    if soft == nil {
      soft = try SoftRows(gpu, rows: steps * lanes.count, vocabulary: vocabulary)
    }
    return try soft?.upload(targets)
  }

  func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) {
    gpu.perform { () throws(CUDAError) in try stack.drawMasks(random) }
  }

  func train(_ chunk: StreamChunk, softTargets: SoftTargets.Rows?, scale: Float) -> Double {
    precondition(chunk.steps == steps && chunk.lanes == lanes.count, "a chunk of another shape")
    guard let gradients else { preconditionFailure("weights for training are needed") }
    let rows = steps * lanes.count
    return gpu.perform { () throws(CUDAError) in
      try upload(chunk.symbols.baseAddress, rows, to: symbols)
      try upload(chunk.targets.baseAddress, rows, to: targets)
      let soft = try upload(softTargets)
      try run(.train(softShare: soft?.share, scale: scale)) { () throws(CUDAError) in
        try stack.forward(symbols.pointer, steps: .all(steps: steps))
        try head.lossAndGradients(
          stack.headInput(rows: rows), targets: targets.pointer, soft: soft, scale: scale,
          losses: losses.pointer, inputGradients: stack.outputGradients.pointer,
          gradients: gradients)
        try stack.backward(symbols.pointer, steps: .all(steps: steps), into: gradients)
        try stack.carryOver(steps: steps)
        try sum.add(sumFloats, losses.pointer, count: rows)
      }
      try weights.dropGradients(in: gradients)
      return try sum.value()
    } ?? .nan
  }

  func evaluate(
    _ chunk: StreamChunk, steps count: Int, distributions: SoftTargets.Rows?
  ) -> Double {
    precondition(chunk.steps == steps && chunk.lanes == lanes.count, "a chunk of another shape")
    let rows = count * lanes.count
    guard rows > 0 else { return 0 }
    return gpu.perform { () throws(CUDAError) in
      try upload(chunk.symbols.baseAddress, rows, to: symbols)
      try upload(chunk.targets.baseAddress, rows, to: targets)
      if let distributions {
        try evaluate(count, adding: distributions)
      } else {
        try run(.evaluate(steps: count)) { () throws(CUDAError) in
          try stack.forward(symbols.pointer, steps: .all(steps: count))
          try head.loss(
            stack.headInput(rows: rows), targets: targets.pointer, losses: losses.pointer)
          try stack.carryOver(steps: count)
        }
      }
      try lossesOfChunk.download(rows, from: losses.pointer)
      try gpu.synchronize()
      if let distributions { add(to: distributions, rows: rows) }
      _ = chunk.losses.update(fromContentsOf: lossesOfChunk.elements[..<rows])
      return lossesOfChunk.elements[..<rows].reduce(0.0) { $0 + Double($1) }
    } ?? .nan
  }

  /// Asks for what is expected of each target, too.
  private func evaluate(
    _ count: Int, adding distributions: SoftTargets.Rows
  ) throws(CUDAError) {
    if expected == nil {
      let size = steps * lanes.count * vocabulary
      expected = (try GPUBuffer(gpu, bytes: size * 4), try PinnedBuffer(gpu, count: size))
    }
    guard let expected else { return }
    let rows = count * lanes.count
    try stack.forward(symbols.pointer, steps: .all(steps: count))
    try head.loss(
      stack.headInput(rows: rows), targets: targets.pointer, losses: losses.pointer,
      expected: (expected.values.pointer, distributions.share))
    try stack.carryOver(steps: count)
    try expected.ofChunk.download(rows * vocabulary, from: expected.values.pointer)
  }

  /// Adds what the GPU has made of the rows that have a place.
  private func add(to distributions: SoftTargets.Rows, rows: Int) {
    guard let values = expected?.ofChunk.elements else { return }
    for row in 0..<rows where distributions.index[row] != 0 {
      let place = Int(distributions.index[row]) * vocabulary
      for symbol in 0..<vocabulary {
        let sum = distributions.targets.table + place + symbol
        sum.pointee = (Float(bfloat16: sum.pointee) + values[row * vocabulary + symbol]).bfloat16
      }
    }
  }

  func logits(after symbols: UnsafeBufferPointer<Int32>) -> UnsafeBufferPointer<Float> {
    precondition(symbols.count == steps * lanes.count, "a chunk of another shape")
    let rows = symbols.count
    let read = gpu.perform { () throws(CUDAError) in
      if logitsOfChunk == nil { logitsOfChunk = try PinnedBuffer(gpu, count: rows * vocabulary) }
      guard let logits = logitsOfChunk else { return UnsafeBufferPointer<Float>(lost.elements) }
      try upload(symbols.baseAddress, rows, to: self.symbols)
      try run(.logits) { () throws(CUDAError) in
        try stack.forward(self.symbols.pointer, steps: .all(steps: steps))
        try head.computeLogits(stack.headInput(rows: rows), into: logits)
        try stack.carryOver(steps: steps)
      }
      try gpu.synchronize()
      return UnsafeBufferPointer(logits.elements)
    }
    return read ?? UnsafeBufferPointer(lost.elements)
  }

  /// What is said where there are no logits any more: `[T·B, V]`, 0.
  private lazy var lost = FloatBuffer(count: steps * lanes.count * vocabulary)

  func read(_ symbols: UnsafeBufferPointer<Int32>) {
    precondition(symbols.count == steps * lanes.count, "a chunk of another shape")
    gpu.perform { () throws(CUDAError) in
      try upload(symbols.baseAddress, symbols.count, to: self.symbols)
      try run(.read) { () throws(CUDAError) in
        try stack.forward(self.symbols.pointer, steps: .all(steps: steps))
        try stack.carryOver(steps: steps)
      }
    }
  }

  func load(_ state: RecurrentState, lane: Int) {
    gpu.perform { () throws(CUDAError) in try stack.load(state, lane: lane) }
  }

  func save(lane: Int, into state: inout RecurrentState) {
    let saved = gpu.perform { () throws(CUDAError) in
      var saved = state
      try stack.save(lane: lane, into: &saved)
      return saved
    }
    if let saved { state = saved }
  }
}

/// What teachers expect of a chunk's targets, on a GPU.
private final class SoftRows {
  private let vocabulary: Int
  /// `[rows]`
  private let isSoft: GPUBuffer
  /// bfloat16 `[rows, V]`
  private let distributions: GPUBuffer
  private let isSoftOfChunk: PinnedBuffer<Int32>
  private let distributionsOfChunk: PinnedBuffer<UInt16>

  init(_ gpu: GPU, rows: Int, vocabulary: Int) throws(CUDAError) {
    self.vocabulary = vocabulary
    isSoft = try GPUBuffer(gpu, bytes: rows * 4)
    distributions = try GPUBuffer(gpu, bytes: rows * vocabulary * 2)
    isSoftOfChunk = try PinnedBuffer(gpu, count: rows)
    distributionsOfChunk = try PinnedBuffer(gpu, count: rows * vocabulary)
  }

  /// Not before the GPU has been waited for since the last time.
  func upload(_ rows: SoftTargets.Rows) throws(CUDAError) -> GPUSymbolHead.Soft {
    guard let values = distributionsOfChunk.elements.baseAddress else {
      preconditionFailure("a chunk of nothing")
    }
    for row in isSoftOfChunk.elements.indices {
      let index = Int(rows.index[row])
      isSoftOfChunk.elements[row] = index == 0 ? 0 : 1
      if index != 0 {
        (values + row * vocabulary).update(
          from: rows.targets.table + index * vocabulary, count: vocabulary)
      }
    }
    try isSoftOfChunk.upload(to: isSoft.pointer)
    try distributionsOfChunk.upload(to: distributions.pointer)
    return GPUSymbolHead.Soft(
      isSoft: isSoft.pointer, distributions: distributions.pointer, share: rows.share)
  }
}
