import Recurrent
import Text

/// What the cells of a network did while a text was read, step by step.
struct CellTraces {
  /// By step: the character that was read, or its last byte.
  private(set) var scalars: [Unicode.Scalar] = []
  /// By step, the hidden states of all layers, `[L, H]`.
  private(set) var hidden: [[Float]] = []
  let hiddenSize: Int

  init(hiddenSize: Int) { self.hiddenSize = hiddenSize }

  mutating func append(_ scalar: Unicode.Scalar, _ hidden: [Float]) {
    scalars.append(scalar)
    self.hidden.append(hidden)
  }

  /// The last steps alone.
  func suffix(_ count: Int) -> CellTraces {
    var part = self
    part.scalars = Array(scalars.suffix(count))
    part.hidden = Array(hidden.suffix(count))
    return part
  }

  /// A cell's hidden states, by step.
  subscript(place: CellPlace) -> [Float] {
    let index = (place.layer - 1) * hiddenSize + place.cell
    return hidden.map { $0[index] }
  }

  /// The cells that change most from step to step, in the mean of their changes' sizes.
  func liveliest(_ count: Int) -> [CellPlace] {
    guard let first = hidden.first else { return [] }
    var changes = [Float](repeating: 0, count: first.count)
    for (before, after) in zip(hidden, hidden.dropFirst()) {
      for index in changes.indices { changes[index] += abs(after[index] - before[index]) }
    }
    return changes.indices.sorted { (-changes[$0], $0) < (-changes[$1], $1) }.prefix(count).map {
      CellPlace(layer: $0 / hiddenSize + 1, cell: $0 % hiddenSize)
    }
  }
}
