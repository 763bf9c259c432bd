/// The false-discovery rate at which each test would be called a discovery, by Benjamini and Hochberg
/// (1995). Holds for tests that depend on each other positively, as those of cells of one network do
/// (Benjamini and Yekutieli 2001).
///
/// - Returns: q-values in the order of `pValues`.
package func falseDiscoveryRates(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
  var rates = pValues
  var least = 1.0
  for (index, test) in order.enumerated().reversed() {
    least = min(least, pValues[test] * Double(pValues.count) / Double(index + 1))
    rates[test] = least
  }
  return rates
}
