import LabelledData

/// Labelled texts as the symbols that are read of them, encoded once for all epochs.
///
/// Memory: four bytes a symbol, 20 a text.
struct EncodedTexts {
  /// By text.
  let labels: [Int32]
  let byteCounts: [Int]
  /// Texts of which only a part is read.
  let shortenedCount: Int
  private var symbols: [Int32] = []
  /// Where each text ends in `symbols`.
  private var ends: [Int] = []

  init(
    _ texts: LabelledTexts, _ indices: [Int], as classifier: Classifier, limit: TextLimit
  ) {
    labels = indices.map { texts.labelIndices[$0] }
    byteCounts = indices.map { texts.bytes(of: $0).count }
    shortenedCount = indices.count { texts.scalarCount(of: $0) > limit.length }
    ends.reserveCapacity(indices.count)
    for index in indices {
      symbols += classifier.symbols(in: texts.bytes(of: index))
      ends.append(symbols.count)
    }
  }

  var count: Int { ends.count }

  subscript(index: Int) -> ArraySlice<Int32> {
    symbols[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }
}
