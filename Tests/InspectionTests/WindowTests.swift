import Foundation
import Recurrent
import Testing
import Text

@testable import Inspection

/// What a page shows of a window is what the network did there.
struct WindowTests {
  private let length = TextWindow.reachLength
  private let ahead = TextWindow.warmUp + TextWindow.reachLength

  /// Every state and gate, to half a step of a byte.
  @Test(arguments: Cell.allCases)
  func values(_ cell: Cell) throws {
    let reading = try Reading(cell)
    let window = try reading.window(at: 500)
    let count = 1 + (cell.hasCellState ? 1 : 0) + cell.gateCount
    #expect(window.activities.count == count)
    #expect(window.values.count == 2 && window.values.allSatisfy { $0.count == count })
    #expect(window.symbols == reading.text.symbols(from: 500, count: PageBudget.longestWindow))
    #expect(window.before == reading.text.symbols(from: 500 - length, count: length))
    let (observer, _) = reading.observer(before: 500 + 2 * length, reading: ahead + 2 * length)
    var values = [Float](repeating: 0, count: length * 20)
    for layer in 0..<2 {
      for (index, activity) in window.activities.enumerated() {
        observer.copy(activity, layer: layer, into: &values)
        let shown = window.values[layer][index]
        #expect(shown.bytes.count == window.symbols.count * 20)
        if activity == .hidden { #expect(shown.scale == 1) }
        for (place, value) in values.enumerated() {
          #expect(abs(shown[length * 20 + place] - value) <= shown.scale * 0.00395)
        }
        #expect(values.contains { abs($0) > 0.05 })
      }
    }
  }

  /// The alternatives are the softmax's largest, and reach is the norm of the gradients.
  @Test(arguments: Cell.allCases, [0, 3, 100])
  func expectations(_ cell: Cell, position: Int) throws {
    let reading = try Reading(cell)
    let window = try reading.window(at: 700)
    #expect(window.expectations.count == window.symbols.count)
    let expectation = window.expectations[position]
    // Streams begin a character apart, and a whole number of chunks before.
    let (observer, _) = reading.observer(
      before: 700 + position, reading: ahead + position / length * length)
    var logits = [Float](repeating: 0, count: reading.text.vocabulary.count)
    observer.logits(step: length - 1, lane: 0, into: &logits)
    let largest = logits.max() ?? 0
    let weights = logits.map { exp(Double($0 - largest)) }
    let probabilities = weights.map { $0 / weights.reduce(0, +) }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
    #expect(expectation.alternatives.map { Int($0.symbol) } == Array(order.prefix(8)))
    for (symbol, probability) in expectation.alternatives {
      #expect(abs(Double(probability) - probabilities[Int(symbol)]) < 1e-4)
    }
    let came = window.symbols[position]
    #expect(abs(Double(expectation.surprisal) + log(probabilities[Int(came)])) < 1e-3)
    var gradients = [Float](repeating: 0, count: length * 4)
    observer.inputGradients(ofLast: [came], into: &gradients)
    #expect(expectation.reach.count == length)
    for (distance, norm) in expectation.reach.enumerated() {
      let row = (length - 1 - distance) * 4
      let square = gradients[row..<row + 4].reduce(0) { $0 + $1 * $1 }
      #expect(abs(norm - square.squareRoot()) < 1e-4 * (1 + norm))
    }
    #expect(expectation.reach[0] > 1e-3)
  }

  /// Before the beginning comes the end, and at the end there is less to show.
  @Test func ends() throws {
    let reading = try Reading(.gru)
    let count = reading.text.count
    let first = try reading.window()
    #expect(first.before == reading.text.symbols(from: count - length, count: length))
    let last = try reading.window(at: count - 5)
    #expect(last.symbols == reading.text.symbols(from: count - 5, count: 5))
    #expect(last.expectations.count == 5)
    #expect(last.values[0][0].bytes.count == 5 * 20)
  }

  @Test func bytesAreSymbols() throws {
    let reading = try Reading(bytes: true)
    let window = try reading.window(at: 10)
    #expect(window.symbols == reading.text.symbols(from: 10, count: window.symbols.count))
  }

  @Test func weightsWithoutNumbers() throws {
    let reading = try Reading()
    let head = try #require(reading.model.layout.head)
    reading.model.parameters.elements[head.bias.range.lowerBound] = .infinity
    #expect(throws: InspectionError.noNumbers) { try reading.window() }
  }

  @Test func numbersInBytes() {
    let values = ByteValues([0.5, -2, 0, 1.003])
    #expect(values.scale == 2 && values.bytes == [32, -127, 0, 64])
    #expect(ByteValues([0, 0]).bytes == [0, 0])
    var fixed = ByteValues(scale: 1)
    fixed.append([2, -.infinity, .nan])
    #expect(fixed.bytes == [127, -127, 0])
  }
}
