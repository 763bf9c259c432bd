extension LabelledTexts {
  /// Draws a part of the texts for validation, the same share of every class.
  ///
  /// Of a class of n texts `fraction` · n are drawn, rounded; where n is 2 or more, at least one
  /// and not all, so that each part has the class. A class of one text trains.
  ///
  /// - Parameters:
  ///   - fraction: at least 0, where all texts train, and below 1.
  ///   - indices: the texts to divide, ascending; all of them where nil.
  /// - Returns: the texts' indices, ascending; they depend on nothing but the labels, the fraction
  ///   and the generator.
  package func stratifiedSplit(
    fraction: Double, of indices: [Int]? = nil, using random: inout some RandomNumberGenerator
  ) -> (training: [Int], validation: [Int]) {
    precondition(fraction >= 0 && fraction < 1, "a fraction is at least 0 and below 1")
    let indices = indices ?? Array(0..<count)
    guard fraction > 0 else { return (indices, []) }
    var validates = [Bool](repeating: false, count: count)
    for var texts in members(of: indices) where texts.count > 1 {
      texts.shuffle(using: &random)
      let drawn = Int((fraction * Double(texts.count)).rounded())
      for index in texts.prefix(min(max(drawn, 1), texts.count - 1)) { validates[index] = true }
    }
    return (indices.filter { !validates[$0] }, indices.filter { validates[$0] })
  }

  /// Deals the texts into folds, those of a class as evenly as can be.
  ///
  /// - Parameters:
  ///   - foldCount: 1 to the number of texts.
  ///   - indices: the texts to deal, ascending; all of them where nil.
  /// - Returns: the texts' indices, ascending in each fold, and each in one fold. Neither the folds
  ///   nor the texts of a class in them differ by more than one in number. They depend on nothing but
  ///   the labels, the number of folds and the generator.
  package func folds(
    _ foldCount: Int, of indices: [Int]? = nil, using random: inout some RandomNumberGenerator
  ) -> [[Int]] {
    let indices = indices ?? Array(0..<count)
    precondition(1...indices.count ~= foldCount, "a fold has a text at least")
    var folds = [[Int]](repeating: [], count: foldCount)
    // Dealing goes on where the class before ended, lest the first folds get all that is left over.
    var dealt = 0
    for texts in members(of: indices) {
      for index in texts.shuffled(using: &random) {
        folds[dealt % foldCount].append(index)
        dealt += 1
      }
    }
    return folds.map { $0.sorted() }
  }

  /// [classes]: which of the texts are of each.
  private func members(of indices: [Int]) -> [[Int]] {
    indices.reduce(into: [[Int]](repeating: [], count: labels.count)) {
      $0[Int(labelIndices[$1])].append($1)
    }
  }
}
