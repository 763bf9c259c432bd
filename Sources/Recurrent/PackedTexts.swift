/// Texts side by side, `[T, B]`, longest first: what a device reads together.
package final class PackedTexts {
  /// Of the texts, falling.
  package private(set) var lengths: [Int] = []
  /// `[T, B]`, 0 past a text's end.
  package let symbols: UnsafeMutableBufferPointer<Int32>
  /// `[T, B]`, each text's next symbols; -1 where there are none.
  package let targets: UnsafeMutableBufferPointer<Int32>
  private let lanes: Int

  package init(steps: Int, lanes: Int) {
    self.lanes = lanes
    symbols = .allocate(capacity: steps * lanes)
    targets = .allocate(capacity: steps * lanes)
    symbols.initialize(repeating: 0)
    targets.initialize(repeating: -1)
  }

  deinit {
    symbols.deallocate()
    targets.deallocate()
  }

  /// - Parameter texts: longest first, no more and no longer than there is room for.
  package func fill(_ texts: [[Int32]]) {
    precondition(texts.count <= lanes && (texts.first?.count ?? 0) * lanes <= symbols.count)
    // The longest text was read to here, and no further.
    let used = max(lengths.first ?? 0, texts.first?.count ?? 0) * lanes
    symbols[..<used].update(repeating: 0)
    targets[..<used].update(repeating: -1)
    for (lane, text) in texts.enumerated() {
      for (step, symbol) in text.enumerated() {
        symbols[step * lanes + lane] = symbol
        if step > 0 { targets[(step - 1) * lanes + lane] = symbol }
      }
    }
    lengths = texts.map(\.count)
  }
}
