import CKernels
import Foundation
import Recurrent

/// The sum of all processes' gradients. Each process adds up a slice of them, to which all others send
/// theirs, and sends the sum to all: what a process sends and receives is twice the size of the gradients,
/// however many processes there are (Thakur, Rabenseifner and Gropp 2005), and the order of additions is
/// that of `SumTree`, whoever has which blocks.
///
/// A thread of its own does so with each segment as soon as all blocks have come past it, beside the
/// backward pass through what lies below.
///
/// Unchecked: buffers are this thread's from when a segment is ready to when `finish` returns.
final class BlockExchange: GradientExchange, @unchecked Sendable {
  private let link: any Link
  /// The processes that take part, and each one's blocks.
  private let members: [BodyPlan.Member]
  private let tree: SumTree
  private var coding: GradientCoding
  /// Which of the members this is.
  private let index: Int
  private let progress = SegmentProgress()
  private var gradients: [FloatBuffer] = []
  private var segments: [Range<Int>] = []

  init(
    _ members: [BodyPlan.Member], of blocks: Int, in precision: Precision, over link: any Link
  ) {
    guard let index = members.firstIndex(where: { $0.rank == link.rank }) else {
      preconditionFailure("an exchange of others")
    }
    self.link = link
    self.members = members
    tree = SumTree(blocks: blocks)
    coding = GradientCoding(precision)
    self.index = index
  }

  private var blocks: Range<Int> { members[index].blocks }

  func begin(_ gradients: [FloatBuffer], of layout: ParameterLayout) {
    self.gradients = gradients
    segments = layout.segments
    progress.begin(segments: segments.count, blocks: gradients.count)
    let thread = Thread { [weak self, progress] in
      while let segment = progress.next() {
        progress.end(self?.exchange(segment) ?? .success(()))
      }
    }
    thread.name = "charlstm exchange"
    thread.start()
  }

  deinit { progress.stop() }

  func isReady(segment: Int, ofBlock block: Int) { progress.isReady(segment) }

  func finish() throws(DeviceError) { try progress.finish() }

  /// Replaces what each process has by the sum, outside of a step.
  func sum(_ values: FloatBuffer) throws(DeviceError) {
    do throws(LinkError) {
      try sum([(blocks.lowerBound, values)], in: 0..<values.count)
    } catch {
      throw DeviceError(error.description)
    }
  }

  private func exchange(_ segment: Int) -> Result<Void, DeviceError> {
    // Others have missed what came before.
    if let error = link.inbox.error { return .failure(DeviceError(error.description)) }
    let range = segments[segment]
    for addition in tree.additions(within: blocks) {
      ck_add(
        Int64(range.count),
        gradients[addition.block - blocks.lowerBound].pointer + range.lowerBound,
        gradients[addition.into - blocks.lowerBound].pointer + range.lowerBound)
    }
    let sums = tree.sums(of: blocks)
    do throws(LinkError) {
      try sum(
        zip(sums, sums.map { gradients[$0 - blocks.lowerBound] }).map { ($0, $1) }, in: range)
      return .success(())
    } catch {
      return .failure(DeviceError(error.description))
    }
  }

  /// - Parameter gradients: what this process's blocks have added up to, by the block that has it.
  private func sum(
    _ gradients: [(block: Int, sum: FloatBuffer)], in range: Range<Int>
  ) throws(LinkError) {
    for (other, member) in members.enumerated() where other != index {
      let slice = slice(other, of: range)
      var message = MessageWriter()
      for (block, sum) in gradients {
        coding.append(sum[slice], .init(block: block, slice: slice), to: &message)
      }
      link.send(message.bytes, to: member.rank, channel: Channel.gradients)
    }
    let own = slice(index, of: range)
    try addUp(gradients, own)
    let total = gradients[0].sum
    var message = MessageWriter()
    coding.append(total[own], .init(block: nil, slice: own), to: &message)
    for (other, member) in members.enumerated() where other != index {
      link.send(message.bytes, to: member.rank, channel: Channel.gradients)
    }
    for (other, member) in members.enumerated() where other != index {
      var message = MessageReader(
        try link.receive(from: member.rank, channel: Channel.gradients))
      coding.read(into: total[slice(other, of: range)], from: &message)
    }
  }

  /// Leaves the sum of everybody's slice in the first of this process's gradients.
  private func addUp(
    _ gradients: [(block: Int, sum: FloatBuffer)], _ slice: Range<Int>
  ) throws(LinkError) {
    var sums: [Int: UnsafeMutableBufferPointer<Float>] = [:]
    var received: [FloatBuffer] = []
    for (other, member) in members.enumerated() {
      if other == index {
        for (block, sum) in gradients { sums[block] = sum[slice] }
      } else {
        var message = MessageReader(
          try link.receive(from: member.rank, channel: Channel.gradients))
        for block in tree.sums(of: member.blocks) {
          let sum = FloatBuffer(count: slice.count)
          coding.read(into: sum.elements, from: &message)
          received.append(sum)
          sums[block] = sum.elements
        }
      }
    }
    for addition in tree.additions(between: members.map(\.blocks)) {
      guard let sum = sums[addition.into]?.baseAddress,
        let other = sums[addition.block]?.baseAddress
      else { continue }
      ck_add(Int64(slice.count), other, sum)
    }
    if let total = sums[0]?.baseAddress, let own = gradients[0].sum[slice].baseAddress,
      total != own
    {
      own.update(from: total, count: slice.count)
    }
    withExtendedLifetime(received) {}
  }

  /// Whole cache lines.
  private func slice(_ member: Int, of range: Range<Int>) -> Range<Int> {
    let lines = (range.count + 15) / 16
    func end(_ member: Int) -> Int {
      min(range.upperBound, range.lowerBound + 16 * (lines * member / members.count))
    }
    return end(member)..<end(member + 1)
  }
}
