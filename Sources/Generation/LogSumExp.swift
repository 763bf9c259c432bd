import Glibc

/// log Σ exp(logit), the normaliser of softmax, without overflow; -∞ if every symbol is
/// impossible.
///
/// NaN counts as -∞. O(V).
package func logSumExp(_ logits: UnsafeBufferPointer<Float>) -> Double {
  var largest = -Float.infinity
  // NaN is never larger.
  for logit in logits where logit > largest { largest = logit }
  largest = largest.asLogit
  guard largest > -.infinity else { return -.infinity }
  var sum = 0.0
  for logit in logits {
    sum += Double(expf(logit.asLogit - largest))
  }
  return Double(largest) + log(sum)
}

/// -log p(symbol), in nats, where p is the softmax of the logits as they are, or uniform if every
/// symbol is impossible.
///
/// O(V).
package func surprisal(of symbol: Int32, in logits: UnsafeBufferPointer<Float>) -> Float {
  let normalizer = logSumExp(logits)
  guard normalizer > -.infinity else { return logf(Float(logits.count)) }
  return Float(normalizer - Double(logits[Int(symbol)].asLogit))
}
