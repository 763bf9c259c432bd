import Foundation

/// How what cells do goes with features of the text, gathered in one pass and in memory that does not
/// grow with the text.
///
/// The text is read in `B` lanes, and a lane is a block: what is said of a cell rests on how far blocks
/// agree. Characters that stand side by side are not independent, blocks of hundreds nearly are. The
/// control is each lane's cells with the features of another lane: a circular shift, which leaves the
/// features as they are, with their frequency and their runs, but for their place.
final class CellStatistics {
  /// The text's own features, and two shifts by a third of the lanes.
  static let variants = 3
  /// Of cells and of features in the histograms of mutual information.
  static let cellBins = 16
  static let featureBins = 8
  /// Every so manieth step is counted in the histograms.
  static let histogramStride = 8

  let lanes: Int
  let cells: Int
  let features: Int
  private var count = 0
  private var histogramCount = 0
  /// `[B, C]`
  private var sums: [Float]
  private var squares: [Float]
  /// `[B, variant, F, C]`
  private var products: [Float]
  /// `[B, F]`
  private var featureSums: [Double]
  private var featureSquares: [Double]
  /// `[2, F, C, cell bin, feature bin]`: the text's own features, and the first shift.
  private var histograms: [UInt32]

  init(lanes: Int, cells: Int, features: Int) {
    (self.lanes, self.cells, self.features) = (lanes, cells, features)
    sums = Array(repeating: 0, count: lanes * cells)
    squares = sums
    products = Array(repeating: 0, count: lanes * Self.variants * features * cells)
    featureSums = Array(repeating: 0, count: lanes * features)
    featureSquares = featureSums
    histograms = Array(
      repeating: 0, count: 2 * features * cells * Self.cellBins * Self.featureBins)
  }

  /// The lane whose features a variant gives to a lane.
  static func lane(_ lane: Int, variant: Int, of lanes: Int) -> Int {
    (lane + variant * lanes / variants) % lanes
  }

  /// Counts steps with their features; once for each, before or after its layers.
  ///
  /// - Parameter table: `[T, B, F]`
  func add(features table: UnsafeBufferPointer<UInt8>) {
    let steps = table.count / (lanes * features)
    for step in 0..<steps {
      for index in 0..<lanes * features {
        let value = Double(table[step * lanes * features + index])
        featureSums[index] += value
        featureSquares[index] += value * value
      }
    }
    count += steps
    histogramCount += (steps + Self.histogramStride - 1) / Self.histogramStride
  }

  /// Adds what a layer's cells did in some steps.
  ///
  /// - Parameters:
  ///   - values: `[T, B, H]`, each −1 to 1.
  ///   - table: `[T, B, F]`
  ///   - first: the layer's first cell.
  func add(
    _ values: UnsafeBufferPointer<Float>, features table: UnsafeBufferPointer<UInt8>,
    width: Int, first: Int
  ) {
    let group = 128
    let work = Work(
      values: values, table: table, width: width, first: first, lanes: lanes, cells: cells,
      features: features)
    sums.withUnsafeMutableBufferPointer { sums in
      squares.withUnsafeMutableBufferPointer { squares in
        products.withUnsafeMutableBufferPointer { products in
          histograms.withUnsafeMutableBufferPointer { histograms in
            // Every group of cells is one call's alone.
            nonisolated(unsafe) let rooms = Rooms(
              sums: sums, squares: squares, products: products, histograms: histograms)
            nonisolated(unsafe) let work = work
            DispatchQueue.concurrentPerform(iterations: (width + group - 1) / group) { index in
              work.add(index * group..<min((index + 1) * group, width), to: rooms)
            }
          }
        }
      }
    }
  }

  private struct Rooms {
    let sums: UnsafeMutableBufferPointer<Float>
    let squares: UnsafeMutableBufferPointer<Float>
    let products: UnsafeMutableBufferPointer<Float>
    let histograms: UnsafeMutableBufferPointer<UInt32>
  }

  private struct Work {
    let values: UnsafeBufferPointer<Float>
    let table: UnsafeBufferPointer<UInt8>
    let width: Int
    let first: Int
    let lanes: Int
    let cells: Int
    let features: Int

    func add(_ range: Range<Int>, to rooms: Rooms) {
      guard let values = values.baseAddress, let table = table.baseAddress,
        let allSums = rooms.sums.baseAddress, let allSquares = rooms.squares.baseAddress,
        let allProducts = rooms.products.baseAddress
      else { return }
      let steps = self.table.count / (lanes * features)
      let count = range.count
      for lane in 0..<lanes {
        let sums = allSums + lane * cells + first + range.lowerBound
        let squares = allSquares + lane * cells + first + range.lowerBound
        for step in 0..<steps {
          let row = values + (step * lanes + lane) * width + range.lowerBound
          for cell in 0..<count {
            sums[cell] += row[cell]
            squares[cell] += row[cell] * row[cell]
          }
          for variant in 0..<CellStatistics.variants {
            let source = CellStatistics.lane(lane, variant: variant, of: lanes)
            let featureRow = table + (step * lanes + source) * features
            let products =
              allProducts + (lane * CellStatistics.variants + variant) * features * cells
              + first + range.lowerBound
            for feature in 0..<features where featureRow[feature] != 0 {
              let factor = Float(featureRow[feature])
              let room = products + feature * cells
              for cell in 0..<count { room[cell] += factor * row[cell] }
            }
            if variant < 2, step % CellStatistics.histogramStride == 0 {
              countBins(row, featureRow, variant: variant, range, rooms.histograms)
            }
          }
        }
      }
    }

    private func countBins(
      _ row: UnsafePointer<Float>, _ featureRow: UnsafePointer<UInt8>, variant: Int,
      _ range: Range<Int>, _ histograms: UnsafeMutableBufferPointer<UInt32>
    ) {
      let bins = CellStatistics.cellBins
      for feature in 0..<features {
        // 0, 1, 2–3, 4–7, …, 64 and more
        let value = featureRow[feature]
        let featureBin = min(8 - value.leadingZeroBitCount, CellStatistics.featureBins - 1)
        let base = (variant * features + feature) * cells + first + range.lowerBound
        for cell in 0..<range.count {
          let bin = min(max(Int((row[cell] + 1) * Float(bins / 2)), 0), bins - 1)
          histograms[((base + cell) * bins + bin) * CellStatistics.featureBins + featureBin] += 1
        }
      }
    }
  }

  /// A cell and a feature, as far as the text tells.
  struct Association {
    /// Pearson's, −1 to 1.
    var correlation = 0.0
    /// Of the correlation, by how the lanes differ.
    var standardError = 0.0
    /// Two-sided, of Student's t with a degree of freedom less than lanes.
    var pValue = 1.0
  }

  func association(cell: Int, feature: Int, variant: Int = 0) -> Association {
    let steps = Double(count)
    let all = steps * Double(lanes)
    var (sum, square, featureSum, featureSquare) = (0.0, 0.0, 0.0, 0.0)
    for lane in 0..<lanes {
      sum += Double(sums[lane * cells + cell])
      square += Double(squares[lane * cells + cell])
      featureSum += featureSums[lane * features + feature]
      featureSquare += featureSquares[lane * features + feature]
    }
    let (mean, featureMean) = (sum / all, featureSum / all)
    let variances = (square / all - mean * mean) * (featureSquare / all - featureMean * featureMean)
    // A cell or a feature that never changes goes with nothing.
    guard variances > 1e-12 else { return Association() }
    var (total, totalSquares) = (0.0, 0.0)
    for lane in 0..<lanes {
      let source = Self.lane(lane, variant: variant, of: lanes)
      let product = Double(
        products[((lane * Self.variants + variant) * features + feature) * cells + cell])
      let covariance =
        product / steps - mean * featureSums[source * features + feature] / steps
        - featureMean * Double(sums[lane * cells + cell]) / steps + mean * featureMean
      total += covariance
      totalSquares += covariance * covariance
    }
    let (blocks, scale) = (Double(lanes), variances.squareRoot())
    let covariance = total / blocks
    let variance = max(totalSquares / blocks - covariance * covariance, 0) / (blocks - 1)
    return Association(
      correlation: covariance / scale, standardError: variance.squareRoot() / scale,
      pValue: variance > 0
        ? twoSidedTail(t: covariance / variance.squareRoot(), degreesOfFreedom: blocks - 1) : 1)
  }

  /// Mutual information in bits between a cell's value, in 16 steps, and a feature's, in 8; from it that
  /// of shifted features is subtracted, which is what counting finite numbers gives by itself.
  func mutualInformation(cell: Int, feature: Int) -> Double {
    max(information(cell, feature, variant: 0) - information(cell, feature, variant: 1), 0)
  }

  private func information(_ cell: Int, _ feature: Int, variant: Int) -> Double {
    let (rows, columns) = (Self.cellBins, Self.featureBins)
    let start = ((variant * features + feature) * cells + cell) * rows * columns
    let counts = histograms[start..<start + rows * columns].map(Double.init)
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    func entropy(_ counts: [Double]) -> Double {
      -counts.reduce(0) { $1 > 0 ? $0 + $1 / total * log2($1 / total) : $0 }
    }
    let cellCounts = (0..<rows).map { row in
      counts[row * columns..<(row + 1) * columns].reduce(0, +)
    }
    let featureCounts = (0..<columns).map { column in
      stride(from: column, to: rows * columns, by: columns).reduce(0) { $0 + counts[$1] }
    }
    return entropy(cellCounts) + entropy(featureCounts) - entropy(counts)
  }
}
