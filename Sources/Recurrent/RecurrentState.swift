/// The state of one stream: what the network remembers of the symbols read so far.
///
/// A value: a copy is a branch, and putting an earlier one back is an exact undo. Its size is one
/// vector a layer and direction, two where there is a cell state, whatever the length of the text.
public struct RecurrentState: Equatable, Sendable {
  /// `[L·D, H]`
  public var hidden: [Float]
  /// `[L·D, H]`; empty where the cell has no cell state.
  public var cell: [Float]

  /// The state before the first symbol: zero.
  public init(_ configuration: ModelConfiguration) {
    let count = configuration.layers * configuration.directions * configuration.hiddenSize
    hidden = Array(repeating: 0, count: count)
    cell = configuration.cell.hasCellState ? hidden : []
  }
}
