import Recurrent
import Text

/// Passages spread evenly over a text, with the hidden states of all cells: where a pattern of cells is
/// looked for.
package struct SampledPlaces: Sendable {
  /// Where each begins, in characters of the text.
  package let offsets: [Int]
  /// Characters of each.
  package let length: Int
  /// `[place, length]`
  package let symbols: [Int32]
  /// By layer, `[place, length, H]`, of scale 1.
  package private(set) var hidden: [ByteValues]

  /// Which lane each is the beginning of.
  private let lanes: [Int]
  /// `[layer][place]`, as they come.
  private var rows: [[ByteValues]]

  /// - Parameters:
  ///   - symbols: `[T, B]`, of pieces that begin at their step `first`.
  ///   - offsets: where the pieces begin in the text.
  init(
    _ budget: PageBudget, symbols: [Int32], offsets: [Int], from first: Int, pieceLength: Int,
    layers: Int
  ) {
    let all = offsets.count
    let (count, length) = budget.places(of: all, pieceLength: pieceLength)
    let lanes = (0..<count).map { $0 * all / count }
    self.lanes = lanes
    self.length = length
    self.offsets = lanes.map { offsets[$0] }
    self.symbols = lanes.flatMap { lane in
      (first..<first + length).map { symbols[$0 * all + lane] }
    }
    hidden = Array(repeating: ByteValues(scale: 1), count: layers)
    rows = Array(repeating: Array(repeating: ByteValues(scale: 1), count: count), count: layers)
  }

  /// Takes the next steps of a layer, `[T, B, H]`, as far as they are wanted.
  ///
  /// - Parameter step: the first step's, from the pieces' beginning on.
  mutating func add(_ values: [Float], layer: Int, from step: Int, lanes all: Int, width: Int) {
    let steps = min(values.count / (all * width), length - step)
    guard steps > 0 else { return }
    for (place, lane) in lanes.enumerated() {
      for index in 0..<steps {
        let row = (index * all + lane) * width
        rows[layer][place].append(values[row..<row + width])
      }
    }
    guard step + steps == length else { return }
    for row in rows[layer] { hidden[layer].append(row) }
    rows[layer] = []
  }
}
