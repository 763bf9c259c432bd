import CKernels
import Recurrent

/// The sum of all processes' gradients. Each process adds up a slice of them, to which all others send
/// theirs, and sends the sum to all: what a process sends and receives is twice the size of the gradients,
/// however many processes there are (Thakur, Rabenseifner and Gropp 2005), and the order of additions is
/// that of `SumTree`, whoever has which blocks.
///
/// Unchecked: one thread at a time uses it.
final class BlockExchange: GradientExchange, @unchecked Sendable {
  private let link: any Link
  /// The processes that take part, and each one's blocks.
  private let members: [BodyPlan.Member]
  private let tree: SumTree
  private var coding: GradientCoding
  /// Which of the members this is.
  private let index: Int

  init(_ members: [BodyPlan.Member], of blocks: Int, in precision: Precision, over link: any Link) {
    guard let index = members.firstIndex(where: { $0.rank == link.rank }) else {
      preconditionFailure("an exchange of others")
    }
    self.link = link
    self.members = members
    tree = SumTree(blocks: blocks)
    coding = GradientCoding(precision)
    self.index = index
  }

  func sum(_ gradients: [FloatBuffer]) throws(DeviceError) {
    do throws(LinkError) {
      let count = gradients[0].count
      for (other, member) in members.enumerated() where other != index {
        let slice = slice(other, of: count)
        var message = MessageWriter()
        for (block, sum) in zip(tree.sums(of: members[index].blocks), gradients) {
          coding.append(sum[slice], .init(block: block, slice: slice), to: &message)
        }
        link.send(message.bytes, to: member.rank, channel: Channel.gradients)
      }
      try addUp(gradients, slice(index, of: count))
      var message = MessageWriter()
      let own = slice(index, of: count)
      coding.append(gradients[0][own], .init(block: nil, slice: own), to: &message)
      for (other, member) in members.enumerated() where other != index {
        link.send(message.bytes, to: member.rank, channel: Channel.gradients)
      }
      for (other, member) in members.enumerated() where other != index {
        var message = MessageReader(
          try link.receive(from: member.rank, channel: Channel.gradients))
        coding.read(into: gradients[0][slice(other, of: count)], from: &message)
      }
    } catch {
      throw DeviceError(error.description)
    }
  }

  /// Leaves the sum of everybody's slice in the first of this process's gradients.
  private func addUp(_ gradients: [FloatBuffer], _ slice: Range<Int>) throws(LinkError) {
    var sums: [Int: UnsafeMutableBufferPointer<Float>] = [:]
    var received: [FloatBuffer] = []
    for (other, member) in members.enumerated() {
      let blocks = tree.sums(of: member.blocks)
      if other == index {
        for (block, sum) in zip(blocks, gradients) { sums[block] = sum[slice] }
      } else {
        var message = MessageReader(
          try link.receive(from: member.rank, channel: Channel.gradients))
        for block in blocks {
          let sum = FloatBuffer(count: slice.count)
          coding.read(into: sum.elements, from: &message)
          received.append(sum)
          sums[block] = sum.elements
        }
      }
    }
    for addition in tree.additions(between: members.map(\.blocks)) {
      guard let sum = sums[addition.into]?.baseAddress, let other = sums[addition.block]?.baseAddress
      else { continue }
      ck_add(Int64(slice.count), other, sum)
    }
    if let total = sums[0]?.baseAddress, let own = gradients[0][slice].baseAddress, total != own {
      own.update(from: total, count: slice.count)
    }
    withExtendedLifetime(received) {}
  }

  /// Whole cache lines.
  private func slice(_ member: Int, of count: Int) -> Range<Int> {
    let lines = (count + 15) / 16
    return min(count, 16 * (lines * member / members.count))
      ..< min(count, 16 * (lines * (member + 1) / members.count))
  }
}
