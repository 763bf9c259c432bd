import Foundation
import Recurrent
import Testing

@testable import Inspection

@Suite("Statistics of cells")
struct StatisticsTests {
  /// With 1, 2 and 4 degrees of freedom the distribution has a closed form.
  @Test(arguments: [0.0, 0.3, 1, 2, 10, -2, 500])
  func tails(_ t: Double) {
    let square = t * t
    let expected = [
      1.0: 1 - 2 / Double.pi * atan(abs(t)), 2: 1 - abs(t) / (2 + square).squareRoot(),
      4: 1 - abs(t) / (4 + square).squareRoot() * (1 + 2 / (4 + square)),
    ]
    for (freedom, expected) in expected {
      #expect(abs(twoSidedTail(t: t, degreesOfFreedom: freedom) - expected) < 1e-12)
    }
    #expect(twoSidedTail(t: .infinity, degreesOfFreedom: 3) == 0)
    #expect(twoSidedTail(t: .nan, degreesOfFreedom: 3) == 1)
  }

  /// The example of Benjamini and Hochberg (1995), section 3.3: four of fifteen at 0.05.
  @Test func ratesOfThePaper() {
    let pValues = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
      0.5719, 0.6528, 0.7590, 1.0,
    ]
    #expect(falseDiscoveryRates(pValues).count { $0 <= 0.05 } == 4)
    #expect(falseDiscoveryRates(pValues.reversed()).count { $0 <= 0.05 } == 4)
    #expect(falseDiscoveryRates([]) == [])
  }

  private let lanes = 16
  private let cells = 40
  private let features = 3

  /// Cells with runs of noise, as cells have, and features with runs; `planted` follows feature 1.
  private func statistics(seed: UInt64, planted: Int? = nil, noise: Float = 1) -> CellStatistics {
    let steps = 512
    var random = Xoshiro256(seed: seed, stream: [7])
    let statistics = CellStatistics(lanes: lanes, cells: cells, features: features)
    var table = [UInt8](repeating: 0, count: steps * lanes * features)
    var values = [Float](repeating: 0, count: steps * lanes * cells)
    for row in 0..<steps * lanes {
      for feature in 0..<features {
        let before = row >= lanes ? table[(row - lanes) * features + feature] : 0
        table[row * features + feature] = random.uniform() < 0.1 ? 1 - before : before
      }
      for cell in 0..<cells {
        let before = row >= lanes ? values[(row - lanes) * cells + cell] : 0
        var value = 0.8 * before + 0.2 * (2 * random.uniform() - 1)
        if cell == planted {
          value = (Float(table[row * features + 1]) - 0.5) + noise * (random.uniform() - 0.5)
        }
        values[row * cells + cell] = value
      }
    }
    table.withUnsafeBufferPointer { table in
      statistics.add(features: table)
      values.withUnsafeBufferPointer {
        statistics.add($0, features: table, width: cells, first: 0)
      }
    }
    return statistics
  }

  private func result(_ statistics: CellStatistics) -> CellSearch.Result {
    CellSearch(statistics, untrained: self.statistics(seed: 99))
      .result(names: ["a", "b", "c"], width: 20)
  }

  @Test(arguments: 1...4) func nothingIsFoundInNoise(_ seed: Int) {
    let result = result(statistics(seed: UInt64(seed)))
    #expect(result.tests == 120)
    #expect(result.found.isEmpty && result.discoveries == 0 && result.shiftedDiscoveries == 0)
  }

  @Test func plantedCellIsFound() throws {
    let statistics = statistics(seed: 1, planted: 27)
    let result = result(statistics)
    let found = try #require(result.found.first)
    #expect(result.found.count == 1)
    #expect(found.layer == 2 && found.cell == 7 && found.feature == "b")
    // Var f = 1/4 and that of the noise 1/12: r = √(3/4).
    #expect(abs(found.correlation - 0.75.squareRoot()) < 0.01)
    #expect(found.q_value < 1e-6 && found.mutual_information > 0.3)
    #expect(found.untrained_control < 0.2 && found.shifted_control < 0.2)
  }

  /// A cell that says no more than an untrained network's best is not shown.
  @Test func untrainedCellsCount() {
    let same = statistics(seed: 1, planted: 27)
    let result = CellSearch(same, untrained: statistics(seed: 2, planted: 3))
      .result(names: ["a", "b", "c"], width: 20)
    #expect(result.found.isEmpty && result.discoveries == 1)
  }

  @Test func informationOfACopyIsItsEntropy() {
    let statistics = statistics(seed: 1, planted: 27, noise: 0)
    #expect(abs(statistics.mutualInformation(cell: 27, feature: 1) - 1) < 0.05)
    #expect(statistics.mutualInformation(cell: 5, feature: 1) < 0.02)
    #expect(abs(statistics.association(cell: 27, feature: 1).correlation - 1) < 1e-4)
  }
}
