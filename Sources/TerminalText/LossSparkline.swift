/// Losses as blocks of eight heights in at most `width` columns, each for the mean of as many losses;
/// a blank for what is no finite number.
package func lossSparkline(_ losses: [Double], width: Int) -> String {
  let columns = min(max(1, width), losses.count)
  let means = (0..<columns).map { column -> Double in
    let part = losses[losses.count * column / columns..<losses.count * (column + 1) / columns]
    return part.reduce(0) { $0 + $1 / Double(part.count) }
  }
  let finite = means.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else {
    return String(repeating: " ", count: columns)
  }
  return means.map { mean in
    mean.isFinite ? sparklineBlock(Float(mean), from: Float(low), to: Float(high)) : " "
  }.joined()
}
