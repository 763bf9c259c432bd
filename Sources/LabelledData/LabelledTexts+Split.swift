extension LabelledTexts {
  /// Draws a part of the texts for validation, the same share of every class.
  ///
  /// Of a class of n texts `fraction` · n are drawn, rounded; where n is 2 or more, at least one
  /// and not all, so that each part has the class. A class of one text trains.
  ///
  /// - Parameter fraction: at least 0, where all texts train, and below 1.
  /// - Returns: the texts' indices, ascending; they depend on nothing but the labels, the fraction
  ///   and the generator.
  package func stratifiedSplit(
    fraction: Double, using random: inout some RandomNumberGenerator
  ) -> (training: [Int], validation: [Int]) {
    precondition(fraction >= 0 && fraction < 1, "a fraction is at least 0 and below 1")
    guard fraction > 0 else { return (Array(0..<count), []) }
    var members = [[Int]](repeating: [], count: labels.count)
    for (index, label) in labelIndices.enumerated() { members[Int(label)].append(index) }
    var validates = [Bool](repeating: false, count: count)
    for var texts in members where texts.count > 1 {
      texts.shuffle(using: &random)
      let drawn = Int((fraction * Double(texts.count)).rounded())
      for index in texts.prefix(min(max(drawn, 1), texts.count - 1)) { validates[index] = true }
    }
    return (
      validates.indices.filter { !validates[$0] }, validates.indices.filter { validates[$0] }
    )
  }
}
