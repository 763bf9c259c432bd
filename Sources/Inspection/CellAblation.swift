import Recurrent
import Text

/// What a network's predictions lose when one cell is held at a value, by parts of a text that are read
/// with the cell held and without.
package struct CellAblation: Sendable {
  /// What a cell is held at.
  package static let levels: [Float] = [-1, -0.5, 0, 0.5, 1]
  private static let lanes = 64
  private static let warmUp = 512
  /// Characters that are read with a cell held before any is scored.
  private static let settling = 16
  private static let longestPart = 64

  /// One cell.
  package struct Curve: Encodable, Sendable {
    package let layer: Int
    package let cell: Int
    package let held_at: [Float]
    /// In nats per character, over not held.
    package let increase: [Double]
    /// Of the increase, by how the parts of the text differ.
    package let standard_error: [Double]

    package func increase(heldAt level: Float) -> Double? {
      held_at.firstIndex(of: level).map { increase[$0] }
    }
  }

  package let curves: [Curve]
  /// Characters that are scored, the same for every value.
  package let characters: Int
  /// Per character, with no cell held.
  package let nats: Double

  /// - Throws: `InspectionError`; `DeviceError`.
  package init(
    of cells: [CellPlace], in model: Network, on text: EncodedText, device: Device
  ) throws {
    let lanes = min(Self.lanes, text.count / (4 * Self.longestPart))
    guard lanes >= 2 else {
      throw InspectionError.textTooShort(count: text.count, needed: 8 * Self.longestPart)
    }
    let part = min(Self.longestPart, (text.count - 1) / lanes)
    let warmUp = min(Self.warmUp, text.count / 4)
    let reader = PartReader(
      model, text, lanes: lanes, warmUp: warmUp, settling: Self.settling, count: part, device)
    let plain = reader.nats(of: model)
    var curves: [Curve] = []
    for cell in cells {
      var curve: [(increase: Double, error: Double)] = []
      for level in Self.levels {
        let held: Network
        do {
          held = try model.clamping([
            Clamp(layer: cell.layer, cell: cell.cell, value: level)
          ])
        } catch {
          preconditionFailure("a cell that there is, and a value that it may have: \(error)")
        }
        let differences = zip(reader.nats(of: held), plain).map { ($0 - $1) / Double(part) }
        let mean = differences.reduce(0, +) / Double(lanes)
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        curve.append((mean, (squares / Double(lanes * (lanes - 1))).squareRoot()))
      }
      curves.append(
        Curve(
          layer: cell.layer, cell: cell.cell, held_at: Self.levels,
          increase: curve.map(\.increase), standard_error: curve.map(\.error)))
    }
    try device.check()
    self.curves = curves
    characters = lanes * part
    nats = plain.reduce(0, +) / Double(characters)
    guard nats.isFinite, curves.allSatisfy({ $0.increase.allSatisfy(\.isFinite) }) else {
      throw InspectionError.noNumbers
    }
  }

  /// The curve of a cell, if it was held.
  package func curve(layer: Int, cell: Int) -> Curve? {
    curves.first { $0.layer == layer && $0.cell == cell }
  }
}

/// The same parts of a text, read again and again from the same states by networks that differ in their
/// weights alone.
private final class PartReader {
  private let streams: any Streams
  private let readers: PerPart<Lanes>
  private let settling: Int

  /// Some lanes: what they read, and the states in which they begin.
  private struct Lanes {
    let part: any StreamPart
    let chunk: StreamChunk
    let states: [RecurrentState]
    /// By lane.
    var nats: [Double] = []

    mutating func read(settling: Int) {
      for (lane, state) in states.enumerated() { part.load(state, lane: lane) }
      _ = part.evaluate(chunk, steps: chunk.steps, distributions: nil)
      nats = states.indices.map { lane in
        (settling..<chunk.steps).reduce(0) {
          $0 + Double(chunk.losses[$1 * states.count + lane])
        }
      }
    }
  }

  init(
    _ model: Network, _ text: EncodedText, lanes: Int, warmUp: Int, settling: Int, count: Int,
    _ device: Device
  ) {
    let steps = settling + count
    self.settling = settling
    streams = device.backend.streams(
      through: model,
      StreamUse(precision: device.precision(for: .writing), lanes: lanes, steps: steps))
    let plan = LanePlan(
      lanes: lanes, sequenceLength: steps, laneLength: (text.count - 1) / lanes)
    readers = streams.perPart { part in
      var chunks = LaneChunks(text: text, plan: plan, lanes: part.lanes)
      chunks.startEpoch(offset: (2 * text.count - warmUp - settling) % text.count)
      let chunk = StreamChunk(steps: steps, lanes: part.lanes.count)
      let start = RecurrentState(model.configuration)
      for lane in 0..<part.lanes.count { part.load(start, lane: lane) }
      for first in stride(from: 0, to: warmUp, by: steps) {
        let steps = min(steps, warmUp - first)
        chunks.next(steps: steps, inputs: chunk.symbols, targets: chunk.targets)
        _ = part.evaluate(chunk, steps: steps, distributions: nil)
      }
      let states = (0..<part.lanes.count).map { lane in
        var state = start
        part.save(lane: lane, into: &state)
        return state
      }
      chunks.next(inputs: chunk.symbols, targets: chunk.targets)
      return Lanes(part: part, chunk: chunk, states: states)
    }
  }

  /// By lane, of a network of the same shape.
  func nats(of model: Network) -> [Double] {
    streams.load(model.parameters)
    let settling = settling
    streams.run(readers) { $0.read(settling: settling) }
    return readers.values.flatMap(\.nats)
  }
}
