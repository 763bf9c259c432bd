import Foundation

/// The factors on several sets of logits at which their sum gives the least surprisal to labels: of
/// one set, the inverse of its temperature (Guo et al. 2017); of several, a product of experts.
///
/// The mean surprisal is convex in the factors; Newton's method finds one after the other, over and
/// over. A small share of each target is that of the other classes, as if of n + 2 texts one had
/// another (Platt 1999): else logits that tell all texts' classes would have no largest factor.
///
/// - Parameters:
///   - parts: `[sets][texts][C]`
///   - labels: by text.
/// - Returns: a factor for each set, between 1/100 and 100; 1 for no texts.
package func fittedFactors(of parts: [[[Float]]], labels: [Int]) -> [Double] {
  var factors = [Double](repeating: 1, count: parts.count)
  guard !labels.isEmpty else { return factors }
  let classes = parts[0][0].count
  let missed = 1 / Double(labels.count + 2)
  for _ in 0..<100 {
    let before = factors
    for part in parts.indices {
      var slope = 0.0
      var curvature = 0.0
      for (text, label) in labels.enumerated() {
        let sum = parts[0][text].indices.map { label in
          zip(factors, parts).reduce(Float(0)) { $0 + Float($1.0) * $1.1[text][label] }
        }
        let row = parts[part][text]
        var mean = 0.0
        var square = 0.0
        for (probability, logit) in zip(softmax(sum, temperature: 1), row) {
          mean += Double(probability) * Double(logit)
          square += Double(probability) * Double(logit) * Double(logit)
        }
        let others = row.reduce(0) { $0 + Double($1) } - Double(row[label])
        slope +=
          mean - (1 - missed) * Double(row[label]) - missed * others / Double(max(1, classes - 1))
        curvature += square - mean * mean
      }
      // Where all logits are alike any factor is as good.
      guard abs(slope) > 1e-12 * Double(labels.count) else { continue }
      let factor = factors[part]
      // At most by a factor of 2, and by that where probabilities are too near 0 and 1 to curve.
      let step = slope / max(curvature, 1e-12)
      let next = min(max(factor - step, factor / 2), factor * 2)
      factors[part] = min(max(next, 0.01), 100)
    }
    if zip(before, factors).allSatisfy({ abs($1 - $0) < 1e-9 * $1 }) { break }
  }
  return factors
}

/// The mean surprisal of labels, in nats.
///
/// - Parameters:
///   - logits: `[texts][C]`
///   - factor: on the logits.
func surprisal(of labels: [Int], by logits: [[Float]], factor: Double) -> Double {
  guard !labels.isEmpty else { return 0 }
  let sum = zip(labels, logits).reduce(0.0) { sum, text in
    sum - log(Double(softmax(text.1, temperature: 1 / factor)[text.0]))
  }
  return sum / Double(labels.count)
}
