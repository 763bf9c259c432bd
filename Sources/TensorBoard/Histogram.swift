/// How values are distributed, in equal parts of their range.
struct Histogram: Equatable {
  private(set) var minimum = 0.0
  private(set) var maximum = 0.0
  private(set) var count = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  /// The upper end of each part; the last one's is the maximum.
  private(set) var limits: [Double] = []
  /// How many values each part has.
  private(set) var counts: [Double] = []

  /// Of the finite values; nil where there are none.
  init?(_ values: some Collection<Float>, parts: Int = 64) {
    var low = Float.infinity
    var high = -Float.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    minimum = Double(low)
    maximum = Double(high)
    let parts = low < high ? parts : 1
    let width = (maximum - minimum) / Double(parts)
    counts = Array(repeating: 0, count: parts)
    for value in values where value.isFinite {
      let value = Double(value)
      let part = width > 0 ? Int((value - minimum) / width) : 0
      counts[min(part, parts - 1)] += 1
      count += 1
      sum += value
      sumOfSquares += value * value
    }
    limits = (1...parts).map { $0 == parts ? maximum : minimum + Double($0) * width }
  }
}
