import Glibc
import Generation
import Recurrent

/// Texts side by side, each in a lane of one batch, with what is expected of each next symbol.
final class FormLanes {
  let count: Int
  private let streams: any Streams
  private let parts: PerPart<Part>
  private let symbols: Int

  /// Some of the lanes.
  private struct Part {
    let part: any StreamPart
    var next: [Int32]
    var states: [RecurrentState]
    /// `[lanes, V]`: of each next symbol, at the temperature.
    var logProbabilities: [Float]
    /// By lane: what to add to a log-probability times the temperature for that at temperature 1.
    var offsets: [Float]

    /// Takes the logits of a lane.
    mutating func take(
      _ logits: UnsafeBufferPointer<Float>, lane: Int, temperature: Float
    ) {
      let normalizer = Float(logSumExp(logits))
      var heated = normalizer
      if temperature != 1 {
        let divided = logits.map { $0 / temperature }
        heated = Float(divided.withUnsafeBufferPointer { logSumExp($0) })
      }
      let row = lane * logits.count
      for (index, logit) in logits.enumerated() {
        logProbabilities[row + index] = logit / temperature - heated
      }
      offsets[lane] = temperature * heated - normalizer
    }
  }

  init(_ model: Network, precision: Precision, lanes: Int, device: Device) {
    count = lanes
    symbols = model.configuration.vocabularySize
    let size = symbols
    let state = RecurrentState(model.configuration)
    streams = device.backend.streams(
      through: model, StreamUse(precision: precision, lanes: lanes, steps: 1))
    parts = streams.perPart { part in
      let lanes = part.lanes.count
      return Part(
        part: part, next: Array(repeating: 0, count: lanes),
        states: Array(repeating: state, count: lanes),
        logProbabilities: Array(repeating: 0, count: lanes * size),
        offsets: Array(repeating: 0, count: lanes))
    }
  }

  /// Puts the same place of a text into all lanes.
  func begin(_ state: RecurrentState, logits: [Float], temperature: Float) {
    streams.run(parts) { part in
      for lane in part.next.indices {
        part.part.load(state, lane: lane)
        logits.withUnsafeBufferPointer { part.take($0, lane: lane, temperature: temperature) }
      }
    }
  }

  /// Has each lane read a symbol.
  func read(_ next: [Int32], temperature: Float) {
    let size = symbols
    streams.run(parts) { part in
      for lane in part.next.indices { part.next[lane] = next[part.part.lanes.lowerBound + lane] }
      let logits = part.next.withUnsafeBufferPointer { part.part.logits(after: $0) }
      for lane in part.next.indices {
        let row = UnsafeBufferPointer(rebasing: logits[lane * size..<(lane + 1) * size])
        part.take(row, lane: lane, temperature: temperature)
      }
    }
  }

  /// The states of all lanes.
  func states() -> [RecurrentState] {
    streams.run(parts) { part in
      for lane in part.next.indices { part.part.save(lane: lane, into: &part.states[lane]) }
    }
    return parts.values.flatMap(\.states)
  }

  /// Puts states into the lanes; what is expected next stays that of the last reading.
  func load(_ states: [RecurrentState]) {
    streams.run(parts) { part in
      for lane in part.next.indices {
        part.part.load(states[part.part.lanes.lowerBound + lane], lane: lane)
      }
    }
  }

  /// `[B, V]`: log-probabilities of each next symbol; by lane the offsets to those at temperature 1.
  func expectations() -> FormExpectations {
    let values = parts.values
    return FormExpectations(
      symbols: symbols, logProbabilities: values.flatMap(\.logProbabilities),
      offsets: values.flatMap(\.offsets))
  }

  /// By lane: the log-probability of `text` coming next; nil where it was given up. The lanes stay where
  /// they are.
  ///
  /// - Parameter goesOn: asked before each symbol is read.
  func logProbabilities(
    of text: [Int32], _ expected: FormExpectations, temperature: Float, goesOn: () -> Bool
  ) -> [Double]? {
    guard let last = text.indices.last else { return Array(repeating: 0, count: count) }
    let before = last > 0 ? states() : []
    var sums = [Double](repeating: 0, count: count)
    var expected = expected
    for (index, symbol) in text.enumerated() {
      for lane in sums.indices { sums[lane] += Double(expected[lane, symbol]) }
      guard index < last else { break }
      guard goesOn() else { return nil }
      read(Array(repeating: symbol, count: count), temperature: temperature)
      expected = expectations()
    }
    if last > 0 { load(before) }
    return sums
  }
}

/// What each lane expects next.
struct FormExpectations {
  let symbols: Int
  let logProbabilities: [Float]
  let offsets: [Float]

  subscript(lane: Int, symbol: Int32) -> Float { logProbabilities[lane * symbols + Int(symbol)] }

  /// In nats, at temperature 1.
  func surprisal(lane: Int, symbol: Int32, temperature: Float) -> Double {
    -Double(self[lane, symbol] * temperature + offsets[lane])
  }
}
