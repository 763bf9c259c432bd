/// A cell that goes with a feature by more than chance and more than an untrained network's cells do.
package struct FoundCell: Encodable, Sendable {
  /// From 1 on.
  package let layer: Int
  /// From 0 on, in the order of files.
  package let cell: Int
  package let feature: String
  package let correlation: Double
  package let standard_error: Double
  /// Bits.
  package let mutual_information: Double
  /// The largest correlation, but for its sign, of any cell with this feature shifted in the text.
  package let shifted_control: Double
  /// The same of any cell of an untrained network with the feature itself.
  package let untrained_control: Double
  /// The false-discovery rate.
  package let q_value: Double
}

/// Which cells are found, of all pairs of a cell and a feature.
struct CellSearch {
  /// At most so large a share of what is found may be chance.
  static let falseDiscoveryRate = 0.01

  /// The largest correlation but for its sign, by feature.
  private let shifted: [Double]
  private let untrained: [Double]
  private let statistics: CellStatistics

  init(_ statistics: CellStatistics, untrained: CellStatistics) {
    self.statistics = statistics
    shifted = Self.largest(in: statistics, variants: 1..<CellStatistics.variants)
    self.untrained = Self.largest(in: untrained, variants: 0..<1)
  }

  private static func largest(in statistics: CellStatistics, variants: Range<Int>) -> [Double] {
    (0..<statistics.features).map { feature in
      variants.reduce(0) { largest, variant in
        (0..<statistics.cells).reduce(largest) {
          max(
            $0,
            abs(statistics.association(cell: $1, feature: feature, variant: variant).correlation))
        }
      }
    }
  }

  /// What was looked at.
  struct Result {
    var found: [FoundCell] = []
    /// Pairs of a cell and a feature.
    var tests = 0
    /// Of them, those whose q-value is small enough.
    var discoveries = 0
    /// What shifted features would have been called, by the same rule: 0 if all is well.
    var shiftedDiscoveries = 0
  }

  /// - Parameter names: of the features.
  func result(names: [String], width: Int) -> Result {
    let pairs = (0..<statistics.features * statistics.cells).map {
      (feature: $0 / statistics.cells, cell: $0 % statistics.cells)
    }
    let associations = pairs.map { statistics.association(cell: $0.cell, feature: $0.feature) }
    let rates = falseDiscoveryRates(associations.map(\.pValue))
    var result = Result(tests: pairs.count)
    for (index, pair) in pairs.enumerated() where rates[index] <= Self.falseDiscoveryRate {
      result.discoveries += 1
      let association = associations[index]
      let strength = abs(association.correlation)
      // Two standard errors, as the larger of two measured values is often so by chance.
      guard strength > shifted[pair.feature],
        strength - 2 * association.standardError > untrained[pair.feature]
      else { continue }
      result.found.append(
        FoundCell(
          layer: pair.cell / width + 1, cell: pair.cell % width, feature: names[pair.feature],
          correlation: association.correlation, standard_error: association.standardError,
          mutual_information: statistics.mutualInformation(cell: pair.cell, feature: pair.feature),
          shifted_control: shifted[pair.feature], untrained_control: untrained[pair.feature],
          q_value: rates[index]))
    }
    let shiftedRates = falseDiscoveryRates(
      pairs.map { statistics.association(cell: $0.cell, feature: $0.feature, variant: 1).pValue })
    result.shiftedDiscoveries = shiftedRates.count { $0 <= Self.falseDiscoveryRate }
    return result
  }
}
