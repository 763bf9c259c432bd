import Recurrent

/// How much of what a network's cells do goes into a page, which is to stay under 30 MB whatever the
/// network.
///
/// A value is a byte, and a byte is 4/3 of a character of the page.
package struct PageBudget: Sendable {
  /// Characters of the window at most.
  package static let longestWindow = 768
  /// Characters of each further place at most.
  package static let longestPlace = 192
  private static let windowValues = 7_200_000
  private static let placeValues = 13_500_000
  /// A window is better long and of fewer activities than short and of all.
  private static let shortWindow = 128

  /// What is shown of each cell.
  package let activities: [Activity]
  /// Characters of the window.
  package let window: Int
  /// Values of hidden states of further places.
  package let places: Int
  /// A character of these places has so many.
  package let cells: Int

  package init(_ configuration: ModelConfiguration) {
    cells = configuration.layers * configuration.hiddenSize
    let cell = configuration.cell
    let all: [Activity] =
      [.hidden] + (cell.hasCellState ? [.cell] : []) + cell.gateNames.indices.map { .gate($0) }
    let ofAll = Self.windowValues / cells / all.count
    activities = ofAll < Self.shortWindow ? [.hidden] : all
    window = max(1, min(Self.windowValues / cells / activities.count, Self.longestWindow))
    places = Self.placeValues
  }

  /// How places are cut of `lanes` pieces, each so many characters long.
  package func places(of lanes: Int, pieceLength: Int) -> (count: Int, length: Int) {
    let length = min(Self.longestPlace, pieceLength, places / cells)
    guard length >= 16 else { return (0, 0) }
    return (min(lanes, places / cells / length), length)
  }
}
