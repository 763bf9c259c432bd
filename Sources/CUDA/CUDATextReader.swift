import CCUDA
import CPU
import Foundation
import Recurrent

/// Texts read on a GPU in groups of about the same length.
///
/// cuBLAS may add up a product in another order for another number of lanes, so that the last bits
/// of a text's logits depend on how many others are read beside it.
///
/// Unchecked: everything happens within `gpu.perform`.
final class CUDATextReader: TextReader, @unchecked Sendable {
  /// A step costs about as much for a few hundred lanes as for a few: it waits for the step before,
  /// and only from there on is the GPU full.
  private static let mostLanes = 512
  /// What a group may take of the GPU's memory, which others share.
  private static let shareOfMemory = 0.125

  private let gpu: GPU
  private let weights: GPUWeights
  private let classes: Int
  /// The most symbols of a group.
  private let symbols: Int
  /// Those that have been needed, together of no more than twice as many symbols.
  private var rooms: [TextGroup.Shape: GPUTextWorkspace] = [:]

  init(_ network: Network, precision: Precision, on gpu: GPU) throws(CUDAError) {
    self.gpu = gpu
    weights = try GPUWeights(
      network, on: gpu, precision: precision.onGPU,
      usesInputTable: network.layout.ngrams == nil)
    classes = network.configuration.classifier?.classes ?? 0
    symbols =
      Int(Self.shareOfMemory * Double(gpu.memory))
      / GPUStack.bytes(ofStep: network.configuration, precision.onGPU)
  }

  func load(_ parameters: FloatBuffer) {
    gpu.perform { () throws(CUDAError) in try weights.load(parameters) }
  }

  func logits(
    of texts: [[Int32]], finish: @escaping @Sendable (_ text: Int, _ logits: [Float]) -> [Float]
  ) -> [[Float]] {
    var read = [[Float]](
      repeating: [Float](repeating: 0, count: classes), count: texts.count)
    let groups = TextGroup.dividing(
      texts.map(\.count), lanes: Self.mostLanes, symbols: symbols)
    for group in groups {
      // Others have their turn between groups.
      let logits = gpu.perform { () throws(CUDAError) in
        try room(of: group.shape).logits(of: group.texts.map { texts[$0] })
      }
      // What is said where there are none any more is zero.
      guard let logits else { break }
      for (text, logits) in zip(group.texts, logits) { read[text] = logits }
    }
    return Self.finished(read, finish)
  }

  /// Workspaces of the shapes that come again and again are kept.
  private func room(of shape: TextGroup.Shape) throws(CUDAError) -> GPUTextWorkspace {
    if let room = rooms[shape] { return room }
    let kept = rooms.keys.reduce(shape.steps * shape.lanes) { $0 + $1.steps * $1.lanes }
    if kept > 2 * symbols { rooms = [:] }
    let room = try GPUTextWorkspace(
      weights, steps: shape.steps, lanes: shape.lanes, isTrained: false)
    rooms[shape] = room
    return room
  }

  /// What becomes of all logits, made by the host's processors.
  private static func finished(
    _ logits: [[Float]], _ finish: @escaping @Sendable (_ text: Int, _ logits: [Float]) -> [Float]
  ) -> [[Float]] {
    let count = min(logits.count, ProcessInfo.processInfo.activeProcessorCount)
    let parts = PerPart([[[Float]]](repeating: [], count: count))
    DispatchQueue.concurrentPerform(iterations: count) { part in
      let range = part * logits.count / count..<(part + 1) * logits.count / count
      parts[part] = range.map { finish($0, logits[$0]) }
    }
    return Array(parts.values.joined())
  }
}
