/// The place of each known n-gram in an order of its own, by its hash.
///
/// Open addressing with linear probing: hashes are mixed already, so that their lowest bits spread.
struct NgramTable: Equatable, Sendable {
  /// The hashes, by place.
  let ngrams: [UInt64]
  /// A power of two, at most half of them taken: a place, or -1.
  private let slots: [Int32]

  /// - Parameter ngrams: no two alike. Of equals the first counts.
  init(_ ngrams: [UInt64]) {
    self.ngrams = ngrams
    var size = 2
    while size < 2 * ngrams.count { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    for (place, ngram) in ngrams.enumerated() {
      var slot = Int(truncatingIfNeeded: ngram) & (size - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(place)
    }
    self.slots = slots
  }

  var count: Int { ngrams.count }

  /// The place of an n-gram, nil where it is not known.
  subscript(ngram: UInt64) -> Int? {
    var slot = Int(truncatingIfNeeded: ngram) & (slots.count - 1)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if ngrams[place] == ngram { return place }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }
}
