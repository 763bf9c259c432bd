import CKernels
import Recurrent

/// Local steps (McMahan et al. 2017; Stich 2019): each process steps along the gradients of its own lanes,
/// and now and then all take the mean of everybody's weights and of what the optimizer keeps of them. Far
/// less goes over the network than with a sum of gradients at each step.
///
/// Unchecked: one thread at a time uses it.
final class WeightAverage: GradientExchange, @unchecked Sendable {
  private let exchange: BlockExchange
  /// This process's blocks, numbered from 0.
  private let blocks: Int
  /// Of all blocks.
  private let share: Float
  private var gradients: [FloatBuffer] = []

  init(_ members: [BodyPlan.Member], of blocks: Int, over link: any Link) {
    // Each process's weights count as those of a block.
    let replicas = members.enumerated().map { BodyPlan.Member(rank: $1.rank, blocks: $0..<$0 + 1) }
    exchange = BlockExchange(replicas, of: members.count, in: .float32, over: link)
    let own = members.first { $0.rank == link.rank }?.blocks.count ?? 0
    self.blocks = own
    share = Float(own) / Float(blocks)
  }

  func begin(_ gradients: [FloatBuffer], of layout: ParameterLayout) { self.gradients = gradients }
  func isReady(segment: Int, ofBlock block: Int) {}

  /// Leaves the gradient of this process's lanes, as if there were no others, in its first block.
  func finish() {
    for addition in SumTree(blocks: blocks).additions(within: 0..<blocks) {
      ck_add(
        Int64(gradients[0].count), gradients[addition.block].pointer,
        gradients[addition.into].pointer)
    }
    scale(gradients[0], by: 1 / share)
  }

  /// Replaces values by the mean of all processes', each counting by its lanes. What others could not be
  /// asked for leaves all as it was.
  func average(_ values: [FloatBuffer]) throws(DeviceError) {
    var means: [FloatBuffer] = []
    for buffer in values {
      let mean = FloatBuffer(copying: buffer)
      scale(mean, by: share)
      try exchange.sum(mean)
      means.append(mean)
    }
    for (buffer, mean) in zip(values, means) {
      buffer.pointer.update(from: mean.pointer, count: buffer.count)
    }
  }

  private func scale(_ values: FloatBuffer, by factor: Float) {
    for index in 0..<values.count { values.pointer[index] *= factor }
  }
}
