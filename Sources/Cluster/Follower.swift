import CPU
import Foundation
import Recurrent

/// A process that computes what the leader, the process of rank 0, asks of it. It reads no files and
/// writes none.
package final class Follower {
  private let link: any Link
  private let defaultThreads: Int
  private var backend: CPUBackend?
  private var bodies: [Int: Body] = [:]
  private var processors = Processors(count: 1)

  private struct Body {
    var network: Network
    var streams: any Streams
    var optimizer: (any Optimizer)?
    /// Of the last gradients.
    var norm = 0.0
    /// Where steps are local.
    var averaging: WeightAverage?
  }

  /// - Parameter defaultThreads: where the leader leaves it open.
  package init(over link: any Link, defaultThreads: Int) {
    self.link = link
    self.defaultThreads = defaultThreads
  }

  /// Does what it is asked until the leader has no more work.
  ///
  /// - Throws: `LinkError`; `DeviceError` where an exchange of gradients fails.
  package func serve() throws {
    while true {
      let command = try Command(link.receive(from: 0, channel: Channel.commands))
      if case .end = command { return }
      link.send(try answer(command), to: 0, channel: Channel.commands)
    }
  }

  private func answer(_ command: Command) throws -> [UInt8] {
    switch command {
    case .join(let threads):
      let backend = CPUBackend(threads: threads ?? defaultThreads)
      self.backend = backend
      processors = Processors(count: backend.threads)
      return encoded(
        Presence(
          version: Presence.version, threads: backend.threads, arithmetic: backend.arithmetic))
    case .make(let plan, let parameters): make(plan, parameters)
    case .load(let body, let parameters):
      guard let body = bodies[body] else { break }
      body.network.parameters.take(parameters)
      body.streams.load(body.network.parameters)
    case .refresh(let body, let random): bodies[body]?.streams.refresh(dropping: random)
    case .optimizer(let body, let options):
      let optimizer = bodies[body]?.streams.optimizer(options)
      bodies[body]?.optimizer = optimizer
    case .restore(let body, let first, let second, let average, let step):
      bodies[body]?.optimizer?.restore(
        OptimizerState(
          first: FloatBuffer(first), second: FloatBuffer(second), average: FloatBuffer(average)),
        step: step)
    case .reduce(let body):
      let norm = try bodies[body]?.optimizer?.reduceGradients()
      bodies[body]?.norm = norm ?? 0
    case .update(let number, let rate, let step):
      guard let body = bodies[number] else { break }
      body.optimizer?.update(
        norm: body.norm, learningRate: rate, step: step, rateFactors: nil)
    case .average(let number):
      guard let body = bodies[number], let optimizer = body.optimizer else { break }
      try body.averaging?.average(optimizer.trained)
    case .release(let body): bodies[body] = nil
    case .end: break
    }
    return []
  }

  private func make(_ plan: BodyPlan, _ parameters: [Float]) {
    guard let backend else { return }
    let network = Network(valid: plan.configuration)
    network.parameters.take(parameters)
    let exchange = plan.exchange(over: link)
    let streams = backend.exchanging(exchange).streams(through: network, plan.use)
    precondition(streams.parts.count == plan.channels.count, "the leader counts other parts")
    for (part, channel) in zip(streams.parts, plan.channels) {
      let server = PartServer(
        part, steps: plan.use.steps, plan.configuration, channel: channel, over: link,
        on: processors)
      // The part is this thread's until it is released.
      nonisolated(unsafe) let serving = server
      Thread { withProductThreads(1) { serving.serve() } }.start()
    }
    bodies[plan.body] = Body(
      network: network, streams: streams, averaging: exchange as? WeightAverage)
  }
}

extension Presence {
  /// Of what is sent: processes of another one cannot be joined.
  static let version = "charlstm 1"
}

extension FloatBuffer {
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    take(values)
  }

  func take(_ values: [Float]) {
    precondition(values.count == count, "weights of another network")
    _ = elements.update(fromContentsOf: values)
  }
}
