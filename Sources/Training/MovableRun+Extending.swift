extension MovableRun {
  /// Adds epochs to those that the run was to have. The learning rate goes on as if they had been
  /// planned from the beginning, and patience begins anew.
  ///
  /// - Throws: `TrainingError.optionOutOfRange`.
  package mutating func extend(epochs: Int) throws(TrainingError) {
    guard 1...1_000_000 ~= epochs else {
      throw .optionOutOfRange(name: "extend", value: "\(epochs)", range: "1 to 1000000")
    }
    options.optimization.epochs += epochs
    progress.validationsWithoutBest = 0
    try options.validate()
  }
}
