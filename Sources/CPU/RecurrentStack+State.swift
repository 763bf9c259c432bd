import Recurrent

extension RecurrentStack {
  /// Makes the states after the first `count` steps those before the next chunk; a reversed
  /// direction reads from a chunk's end and has none to carry on.
  func carryOver(steps count: Int) {
    for directions in layers { directions[0].carryOver(steps: count) }
  }

  /// Puts a stream's state into a lane, before the next chunk.
  func load(_ state: RecurrentState, lane: Int) {
    state.hidden.withUnsafeBufferPointer { hidden in
      state.cell.withUnsafeBufferPointer { cell in
        forEachDirection { part, workspace in
          workspace.load(hidden: hidden[part], cell: cell.isEmpty ? nil : cell[part], lane: lane)
        }
      }
    }
  }

  /// Copies a lane's state out.
  func save(lane: Int, into state: inout RecurrentState) {
    state.hidden.withUnsafeMutableBufferPointer { hidden in
      state.cell.withUnsafeMutableBufferPointer { cell in
        forEachDirection { part, workspace in
          workspace.save(hidden: hidden[part], cell: cell.isEmpty ? nil : cell[part], lane: lane)
        }
      }
    }
  }

  /// `part` is where a direction's values stand in a state's.
  private func forEachDirection(
    _ body: (_ part: Range<Int>, DirectionWorkspace) -> Void
  ) {
    let hidden = configuration.hiddenSize
    for (layer, directions) in layers.enumerated() {
      for (direction, workspace) in directions.enumerated() {
        let first = (layer * directions.count + direction) * hidden
        body(first..<first + hidden, workspace)
      }
    }
  }
}
