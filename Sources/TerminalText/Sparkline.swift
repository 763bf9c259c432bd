/// A value as the height of a block, eight of them from the lowest to the highest.
package func sparklineBlock(_ value: Float, from low: Float, to high: Float) -> String {
  let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  guard high > low, value.isFinite else { return blocks[0] }
  let part = (value - low) / (high - low) * Float(blocks.count)
  return blocks[min(max(Int(max(part, 0)), 0), blocks.count - 1)]
}
