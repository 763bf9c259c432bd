import Recurrent
import Testing
import Text

@testable import Inspection

/// Places beyond the window, and how much of a network there is room for.
struct PlacesTests {
  @Test func hiddenStates() throws {
    let reading = try Reading(words: 1600)
    let places = try reading.survey().places
    #expect(places.offsets.count > 10 && places.length >= CellSurvey.shortestPiece)
    for (place, offset) in places.offsets.enumerated() {
      #expect(
        Array(places.symbols[place * places.length..<(place + 1) * places.length])
          == reading.text.symbols(from: offset, count: places.length))
    }
    // As a stream has them that begins as far before the place.
    let steps = TextWindow.reachLength
    let place = 7
    let begun = min(CellSurvey.warmUp, reading.text.count / 4) / 64 * 64
    let last = (begun + places.length) / steps * steps - begun
    let offset = places.offsets[place]
    let (observer, _) = reading.observer(before: offset + last, reading: begun + last)
    var values = [Float](repeating: 0, count: steps * 20)
    for layer in 0..<2 {
      #expect(places.hidden[layer].bytes.count == places.symbols.count * 20)
      observer.copy(.hidden, layer: layer, into: &values)
      for step in 0..<steps {
        for cell in 0..<20 {
          let row = place * places.length + last - steps + step
          #expect(
            abs(places.hidden[layer][row * 20 + cell] - values[step * 20 + cell]) < 0.004)
        }
      }
    }
  }

  /// Of every network the values are at most so many that their base64 is less than 28 MB.
  @Test(arguments: [
    (Cell.lstm, 1, 32), (.lstm, 2, 512), (.lstm, 3, 1024), (.gru, 4, 4096), (.rnn, 64, 65536),
    (.lstm, 2, 65536), (.lstm, 1, 8192),
  ])
  func pagesStaySmall(_ cell: Cell, layers: Int, hidden: Int) {
    let configuration = ModelConfiguration(
      cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: 64, vocabularySize: 100)
    let budget = PageBudget(configuration)
    let places = budget.places(of: 64, pieceLength: 4096)
    #expect((1...PageBudget.longestWindow).contains(budget.window))
    let values =
      layers * hidden
      * (budget.window * budget.activities.count + places.count * places.length)
    #expect(values * 4 / 3 < 28_000_000)
  }

  @Test func roomForTheShippedNetwork() {
    let configuration = ModelConfiguration(
      layers: 2, hiddenSize: 512, embeddingSize: 64, vocabularySize: 65)
    let budget = PageBudget(configuration)
    #expect(budget.window == PageBudget.longestWindow && budget.activities.count == 6)
    let places = budget.places(of: 64, pieceLength: 4096)
    #expect(places.count == 64 && places.length == 192)
  }
}
