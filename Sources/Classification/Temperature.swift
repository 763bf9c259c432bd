import Foundation

/// The temperature at which logits give the least surprisal to labels (Guo et al. 2017), found by
/// Newton's method on its inverse, in which the mean surprisal is convex.
///
/// - Parameters:
///   - logits: `[texts][C]`
///   - labels: by text.
/// - Returns: between 1/100 and 100; 1 for no texts.
package func fittedTemperature(logits: [[Float]], labels: [Int]) -> Double {
  guard !logits.isEmpty else { return 1 }
  var inverse = 1.0
  for _ in 0..<100 {
    var slope = 0.0
    var curvature = 0.0
    for (row, label) in zip(logits, labels) {
      let probabilities = softmax(row, temperature: 1 / inverse)
      var mean = 0.0
      var square = 0.0
      for (probability, logit) in zip(probabilities, row) {
        mean += Double(probability) * Double(logit)
        square += Double(probability) * Double(logit) * Double(logit)
      }
      slope += mean - Double(row[label])
      curvature += square - mean * mean
    }
    // Where all logits are alike any temperature is as good; steps are at most by a factor of 2.
    guard curvature > 1e-12 else { break }
    let next = min(max(inverse - slope / curvature, inverse / 2), inverse * 2)
    let bounded = min(max(next, 0.01), 100)
    let change = abs(bounded - inverse)
    inverse = bounded
    if change < 1e-9 * inverse { break }
  }
  return 1 / inverse
}
