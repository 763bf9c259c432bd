import Foundation

/// The factors on several sets of logits at which their sum gives the least surprisal to labels: of
/// one set, the inverse of its temperature (Guo et al. 2017); of several, a product of experts.
///
/// The mean surprisal is convex in the factors; Newton's method finds one after the other, over and
/// over.
///
/// - Parameters:
///   - parts: `[sets][texts][C]`
///   - labels: by text.
/// - Returns: a factor for each set, between 1/100 and 100; 1 for no texts.
package func fittedFactors(of parts: [[[Float]]], labels: [Int]) -> [Double] {
  var factors = [Double](repeating: 1, count: parts.count)
  guard !labels.isEmpty else { return factors }
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
        slope += mean - Double(row[label])
        curvature += square - mean * mean
      }
      // Where all logits are alike any factor is as good; steps are at most by a factor of 2.
      guard curvature > 1e-12 else { continue }
      let factor = factors[part]
      let next = min(max(factor - slope / curvature, factor / 2), factor * 2)
      factors[part] = min(max(next, 0.01), 100)
    }
    if zip(before, factors).allSatisfy({ abs($1 - $0) < 1e-9 * $1 }) { break }
  }
  return factors
}
