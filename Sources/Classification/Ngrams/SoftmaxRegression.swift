import Foundation
import Recurrent

/// A multinomial logistic regression: the weights `w` that minimise the sum over rows of their
/// surprisal, times `strength`, plus |w|²/2.
///
/// By stochastic dual coordinate ascent (Shalev-Shwartz and Zhang 2013, 2016): the dual of a row is a
/// distribution over the classes, which at the optimum is the prediction for it, and `w` is
/// `strength` times the sum over rows of (label − dual) · row. It has no rate to choose, and an
/// optimum for one strength is where to begin for another.
struct SoftmaxRegression {
  private let rows: SparseRows
  private let labels: [Int32]
  /// `C`
  private let classes: Int
  /// `[columns, C]`
  private(set) var weights: [Float]
  /// `[C]`; of a column that is 1 in every row.
  private(set) var bias: [Float]
  /// `[rows, C]`
  private var duals: [Float]
  /// By row, of the bias's column too.
  private let squares: [Float]
  private var strength: Float = 0
  private var random: Xoshiro256

  /// Passes end where duals and predictions differ by less than this on the average over rows, as the
  /// share of probability that would have to move.
  private static let tolerance = 0.003
  private static let mostPasses = 100

  /// - Parameters:
  ///   - rows: with columns below `columns`.
  ///   - labels: by row, below `classes`.
  init(_ rows: SparseRows, columns: Int, labels: [Int32], classes: Int, seed: UInt64) {
    precondition(rows.count == labels.count)
    self.rows = rows
    self.labels = labels
    self.classes = classes
    weights = [Float](repeating: 0, count: columns * classes)
    bias = [Float](repeating: 0, count: classes)
    duals = [Float](repeating: 0, count: rows.count * classes)
    for (row, label) in labels.enumerated() { duals[row * classes + Int(label)] = 1 }
    squares = (0..<rows.count).map { row in
      rows.range(of: row).reduce(1) { $0 + rows.values[$1] * rows.values[$1] }
    }
    random = Xoshiro256(seed: seed, stream: [RandomStream.regression])
  }

  /// Fits the weights, from those of the last strength on.
  mutating func fit(strength: Float) {
    if self.strength > 0 {
      let factor = strength / self.strength
      for index in weights.indices { weights[index] *= factor }
      for index in bias.indices { bias[index] *= factor }
    }
    self.strength = strength
    for _ in 0..<Self.mostPasses where pass() < Self.tolerance { break }
  }

  /// Improves the dual of each row once.
  /// - Returns: the mean distance of duals from predictions.
  private mutating func pass() -> Double {
    var distance = 0.0
    var prediction = [Float](repeating: 0, count: classes)
    let order = (0..<rows.count).shuffled(using: &random)
    let (classes, strength, squares, rows) = (classes, strength, squares, rows)
    weights.withUnsafeMutableBufferPointer { weights in
      bias.withUnsafeMutableBufferPointer { bias in
        duals.withUnsafeMutableBufferPointer { duals in
          for row in order {
            let range = rows.range(of: row)
            predict(
              rows, range, UnsafeBufferPointer(weights), UnsafeBufferPointer(bias), &prediction)
            let dual = UnsafeMutableBufferPointer(
              rebasing: duals[row * classes..<(row + 1) * classes])
            let step = stepLength(
              from: UnsafeBufferPointer(dual), to: prediction, curvature: strength * squares[row])
            for label in 0..<classes {
              let difference = prediction[label] - dual[label]
              distance += Double(abs(difference)) / 2
              prediction[label] = step * difference
              dual[label] += prediction[label]
              prediction[label] *= -strength
              bias[label] += prediction[label]
            }
            for place in range {
              let value = rows.values[place]
              let start = Int(rows.columns[place]) * classes
              for label in 0..<classes { weights[start + label] += value * prediction[label] }
            }
          }
        }
      }
    }
    return distance / Double(max(1, rows.count))
  }
}

/// Sets `prediction` to the probabilities of the classes for a row.
private func predict(
  _ rows: SparseRows, _ range: Range<Int>, _ weights: UnsafeBufferPointer<Float>,
  _ bias: UnsafeBufferPointer<Float>, _ prediction: inout [Float]
) {
  let classes = prediction.count
  for label in 0..<classes { prediction[label] = bias[label] }
  for place in range {
    let value = rows.values[place]
    let start = Int(rows.columns[place]) * classes
    for label in 0..<classes { prediction[label] += value * weights[start + label] }
  }
  let largest = prediction.max() ?? 0
  var sum: Float = 0
  for label in 0..<classes {
    // No probability is 0, for the logarithm.
    prediction[label] = exp(max(-60, prediction[label] - largest))
    sum += prediction[label]
  }
  for label in 0..<classes { prediction[label] /= sum }
}

/// How far to go from a row's dual towards the prediction, 0 to 1: where the dual objective along that
/// way is highest, by Newton's method.
private func stepLength(
  from dual: UnsafeBufferPointer<Float>, to prediction: [Float], curvature: Float
) -> Float {
  var square: Float = 0
  for label in prediction.indices {
    let difference = prediction[label] - dual[label]
    square += difference * difference
  }
  // The entropy curves by at least 1, so that the highest place is no nearer than this.
  let nearest = 1 / (1 + curvature)
  var step = nearest
  for _ in 0..<3 {
    var slope = -step * square * curvature
    var bend = -square * curvature
    for label in prediction.indices {
      let difference = prediction[label] - dual[label]
      let there = dual[label] + step * difference
      slope += difference * log(prediction[label] / there)
      bend -= difference * difference / there
    }
    guard bend < 0 else { break }
    step = min(1, max(nearest, step - slope / bend))
  }
  return step
}
