import Recurrent
import Text

/// What the cells of a language model do, by their hidden states: which of them go with features of a
/// text.
///
/// The text is read in pieces side by side, spread evenly, each after a warm-up on what comes before it;
/// the first is warmed up on the text's end. Memory does not grow with the text.
package struct CellSurvey: Sendable {
  /// Pieces.
  package static let lanes = 64
  /// Characters of a piece at most.
  package static let longestPiece = 1536
  /// Characters that a piece is at least.
  package static let shortestPiece = 64
  /// Characters that are read before a piece, if there are as many.
  package static let warmUp = 256
  private static let steps = 64
  /// Characters after a piece, for features of what is to come.
  private static let lookahead = 256

  package private(set) var found: [FoundCell]
  /// Characters of the text, and those of the pieces.
  package let characters: Int
  package let read: Int
  package let pieces: Int
  package let features: [String]
  package let cells: Int
  /// Pairs of a cell and a feature.
  package let tests: Int
  /// Of them, those within the false-discovery rate, before other controls.
  package let discoveries: Int
  /// How many the same rule finds with features shifted in the text.
  package let shiftedDiscoveries: Int
  /// What the cells did at the beginning of pieces, as much as a page has room for.
  package let places: SampledPlaces

  /// - Parameters:
  ///   - text: in the model's vocabulary.
  ///   - patterns: features besides `TextFeature`.
  ///   - seed: of the untrained network that the model is held against.
  /// - Throws: `InspectionError`.
  package init(
    of model: Network, on text: EncodedText, patterns: [PatternFeature] = [], seed: UInt64 = 1,
    device: Device
  ) throws(InspectionError) {
    let names = TextFeature.allCases.map(\.rawValue) + patterns.map(\.name)
    if let double = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) }) {
      throw .duplicateFeature(name: double.element)
    }
    // Features are shifted by thirds of the lanes, and lanes are the blocks of the statistics.
    let lanes = min(Self.lanes, text.count / (4 * Self.shortestPiece))
    guard lanes >= 6 else {
      throw .textTooShort(count: text.count, needed: 6 * 4 * Self.shortestPiece)
    }
    let piece =
      min(Self.longestPiece, (text.count - 1) / lanes) / Self.steps * Self.steps
    let warmUp = min(Self.warmUp, text.count / 4) / Self.steps * Self.steps
    let symbols = Self.symbols(
      of: text, lanes: lanes, before: warmUp, count: warmUp + piece + Self.lookahead)
    let table = try Self.features(
      of: symbols, lanes: lanes, text.vocabulary, patterns: patterns,
      from: warmUp, count: piece)

    let configuration = model.configuration
    let laneLength = (text.count - 1) / lanes
    var places = SampledPlaces(
      PageBudget(configuration), symbols: symbols, offsets: (0..<lanes).map { $0 * laneLength },
      from: warmUp, pieceLength: piece, layers: configuration.layers)
    func statistics(
      _ network: Network, _ look: (_ values: [Float], _ layer: Int, _ step: Int) -> Void
    ) throws(InspectionError) -> CellStatistics {
      let statistics = CellStatistics(
        lanes: lanes, cells: configuration.layers * configuration.hiddenSize,
        features: names.count)
      let observer = device.backend.observer(of: network, lanes: lanes, steps: Self.steps)
      var values = [Float](
        repeating: 0, count: Self.steps * lanes * configuration.hiddenSize)
      for first in stride(from: 0, to: warmUp + piece, by: Self.steps) {
        observer.read(Array(symbols[first * lanes..<(first + Self.steps) * lanes]))
        guard first >= warmUp else { continue }
        let row = lanes * names.count
        let part = table[(first - warmUp) * row..<(first - warmUp + Self.steps) * row]
        part.withUnsafeBufferPointer { part in
          statistics.add(features: part)
          for layer in 0..<configuration.layers {
            observer.copy(.hidden, layer: layer, into: &values)
            look(values, layer, first - warmUp)
            values.withUnsafeBufferPointer {
              statistics.add(
                $0, features: part, width: configuration.hiddenSize,
                first: layer * configuration.hiddenSize)
            }
          }
        }
        guard values.allSatisfy(\.isFinite) else { throw .noNumbers }
      }
      return statistics
    }
    let untrained: Network
    do {
      untrained = try Network(configuration, seed: seed)
    } catch {
      preconditionFailure("the shape of a network that there is: \(error)")
    }
    let trained = try statistics(model) { values, layer, step in
      places.add(
        values, layer: layer, from: step, lanes: lanes, width: configuration.hiddenSize)
    }
    let result = try CellSearch(trained, untrained: statistics(untrained) { _, _, _ in }).result(
      names: names, width: configuration.hiddenSize)
    self.places = places
    found = result.found.sorted { abs($0.correlation) > abs($1.correlation) }
    characters = text.count
    read = lanes * piece
    pieces = lanes
    features = names
    cells = configuration.layers * configuration.hiddenSize
    tests = result.tests
    discoveries = result.discoveries
    shiftedDiscoveries = result.shiftedDiscoveries
  }

  /// The same with other cells in the place of those that were found.
  func showing(_ found: [FoundCell]) -> CellSurvey {
    var survey = self
    survey.found = found
    return survey
  }

  /// The cell that goes best with each feature, each once.
  package var bestCells: [CellPlace] {
    var places: [CellPlace] = []
    for feature in features {
      guard let best = found.first(where: { $0.feature == feature }) else { continue }
      let place = CellPlace(layer: best.layer, cell: best.cell)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  /// `[T, B]`: each lane's symbols, from a number of them before its piece on.
  private static func symbols(
    of text: EncodedText, lanes: Int, before: Int, count: Int
  ) -> [Int32] {
    var chunks = LaneChunks(
      text: text,
      plan: LanePlan(lanes: lanes, sequenceLength: steps, laneLength: (text.count - 1) / lanes))
    chunks.startEpoch(offset: (text.count - before) % text.count)
    var symbols: [Int32] = []
    symbols.reserveCapacity(count * lanes)
    let chunk = StreamChunk(steps: steps, lanes: lanes)
    for _ in 0..<(count + steps - 1) / steps {
      chunks.next(
        steps: steps, inputs: chunk.symbols, targets: chunk.targets, targetIndices: nil)
      symbols += chunk.symbols
    }
    return symbols
  }

  /// `[T, B, F]`, of `count` steps.
  private static func features(
    of symbols: [Int32], lanes: Int, _ vocabulary: Vocabulary, patterns: [PatternFeature],
    from first: Int, count: Int
  ) throws(InspectionError) -> [UInt8] {
    let width = TextFeature.allCases.count + patterns.count
    var table = [UInt8](repeating: 0, count: count * lanes * width)
    for lane in 0..<lanes {
      let text = stride(from: lane, to: symbols.count, by: lanes).map {
        vocabulary.scalar(of: symbols[$0])
      }
      let reader = FeatureReader(text)
      var values: [[UInt8]] = TextFeature.allCases.map { reader.values(of: $0) }
      for pattern in patterns { values.append(try pattern.values(of: text)) }
      for (feature, values) in values.enumerated() {
        for step in 0..<count {
          table[(step * lanes + lane) * width + feature] = values[first + step]
        }
      }
    }
    return table
  }
}

extension Vocabulary {
  /// A byte beyond ASCII is no character by itself.
  fileprivate func scalar(of symbol: Int32) -> Unicode.Scalar {
    switch self[symbol] {
    case .scalar(let scalar): scalar
    case .byte(let byte): byte < 0x80 ? Unicode.Scalar(byte) : "\u{FFFD}"
    }
  }
}
