import Foundation
import Recurrent

/// What the leader asks of a follower on `Channel.commands`. Each is answered, by `Presence` to `.join`,
/// by an empty message otherwise.
enum Command {
  case join(threads: Int?)
  /// Makes room for a body.
  case make(BodyPlan, parameters: [Float])
  case load(body: Int, parameters: [Float])
  case refresh(body: Int, random: Xoshiro256)
  case optimizer(body: Int, AdamWOptions)
  case restore(body: Int, first: [Float], second: [Float], average: [Float], step: Int)
  case reduce(body: Int)
  case update(body: Int, learningRate: Float, step: Int)
  case average(body: Int)
  case release(body: Int)
  /// There is nothing more to do.
  case end
}

/// A network in several processes.
struct BodyPlan: Codable {
  /// The number by which it is called.
  var body: Int
  var configuration: ModelConfiguration
  /// What the follower is to make room for.
  var use: StreamUse
  /// The channels of its parts.
  var channels: [Int]
  /// Where it is trained: all that take part, and their blocks.
  var members: [Member]
  var blocks: Int

  struct Member: Codable {
    var rank: Int
    var blocks: Range<Int>
  }
}

extension BodyPlan {
  /// How a process's gradients and those of others come together; nil where nothing is trained.
  func exchange(over link: any Link) -> (any GradientExchange)? {
    guard let training = use.training else { return nil }
    return training.averageEvery > 1
      ? WeightAverage(members, of: blocks, over: link)
      : BlockExchange(members, of: blocks, in: training.gradientPrecision, over: link)
  }
}

/// What a follower says when it joins.
struct Presence: Codable {
  var version: String
  var threads: Int
  var arithmetic: String
}

extension Command {
  private enum Kind: UInt8 {
    case join, make, load, refresh, optimizer, restore, reduce, update, average, release, end
  }

  var message: [UInt8] {
    var writer = MessageWriter()
    func begin(_ kind: Kind, _ body: Int = 0) {
      writer.append(kind.rawValue)
      writer.append(body)
    }
    switch self {
    case .join(let threads):
      begin(.join)
      writer.append(threads ?? 0)
    case .make(let plan, let parameters):
      begin(.make, plan.body)
      writer.append(encoded(plan))
      writer.append(parameters)
    case .load(let body, let parameters):
      begin(.load, body)
      writer.append(parameters)
    case .refresh(let body, let random):
      begin(.refresh, body)
      writer.append(random.state)
    case .optimizer(let body, let options):
      begin(.optimizer, body)
      writer.append(encoded(options))
    case .restore(let body, let first, let second, let average, let step):
      begin(.restore, body)
      for values in [first, second, average] { writer.append(values) }
      writer.append(step)
    case .reduce(let body): begin(.reduce, body)
    case .average(let body): begin(.average, body)
    case .update(let body, let rate, let step):
      begin(.update, body)
      writer.append(rate)
      writer.append(step)
    case .release(let body): begin(.release, body)
    case .end: begin(.end)
    }
    return writer.bytes
  }

  /// - Throws: `DecodingError` for what this version of the program does not know.
  init(_ message: [UInt8]) throws {
    var reader = MessageReader(message)
    guard let kind = Kind(rawValue: reader.read()) else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "unknown command"))
    }
    let body = reader.read(Int.self)
    switch kind {
    case .join:
      let threads = reader.read(Int.self)
      self = .join(threads: threads == 0 ? nil : threads)
    case .make:
      let plan = try decoded(BodyPlan.self, reader.readArray())
      self = .make(plan, parameters: reader.readArray())
    case .load: self = .load(body: body, parameters: reader.readArray())
    case .refresh: self = .refresh(body: body, random: Xoshiro256(state: reader.read()))
    case .optimizer:
      self = .optimizer(body: body, try decoded(AdamWOptions.self, reader.readArray()))
    case .restore:
      self = .restore(
        body: body, first: reader.readArray(), second: reader.readArray(),
        average: reader.readArray(), step: reader.read())
    case .reduce: self = .reduce(body: body)
    case .update:
      self = .update(body: body, learningRate: reader.read(), step: reader.read())
    case .average: self = .average(body: body)
    case .release: self = .release(body: body)
    case .end: self = .end
    }
  }
}

/// As JSON: what is sent once for a body.
func encoded(_ value: some Encodable) -> [UInt8] {
  do {
    return Array(try JSONEncoder().encode(value))
  } catch {
    preconditionFailure("plain values can be encoded: \(error)")
  }
}

func decoded<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
  try JSONDecoder().decode(type, from: Data(bytes))
}
