import CPU
import Recurrent
import Synchronization
import Text

/// What a model's cells did while it read a text: of those most active in the end, their outputs after
/// each character.
final class CellView: Sendable {
  struct Request {
    var text: String
    var most: Int

    /// - Throws: `APIError`, which names the field.
    init(_ body: [UInt8], limits: Limits) throws(APIError) {
      var fields = try RequestFields(body)
      guard let text = try fields.takeString("text") else {
        throw .invalid("text is missing", field: "text")
      }
      guard text.unicodeScalars.count <= limits.prompt else {
        throw .invalid(
          "the text is longer than \(limits.prompt) characters; send its end", field: "text")
      }
      self.text = text
      most = try fields.takeInteger("most", in: 1...64) ?? 8
      try ForeignFields.check(&fields)
    }
  }

  struct Answer: Encodable {
    struct Cell: Encodable {
      /// Layer, from 1, and cell, from 0.
      var cell: String
      /// −1 to 1, one for each of `characters`.
      var values: [Float]
    }

    /// The end of the text, as far as it is shown, without what the model does not know.
    var characters: [String]
    var cells: [Cell]
  }

  /// How much of a text is shown.
  private static let shown = 80

  /// Unchecked: used under the lock alone.
  private struct Owned: @unchecked Sendable { let observer: any Observer }

  private let owned: Mutex<Owned>
  private let vocabulary: Vocabulary
  private let configuration: ModelConfiguration

  init(_ model: Network, vocabulary: Vocabulary, device: Device) {
    owned = Mutex(Owned(observer: device.backend.observer(of: model, lanes: 1, steps: 1)))
    self.vocabulary = vocabulary
    configuration = model.configuration
  }

  func answer(_ request: Request) -> Answer {
    let symbols = vocabulary.encode(request.text).symbols
    let first = max(0, symbols.count - Self.shown)
    // By layer and step, `[H]`.
    var traces: [[[Float]]] = Array(repeating: [], count: configuration.layers)
    owned.withLock { owned in
      let observer = owned.observer
      var values = [Float](repeating: 0, count: configuration.hiddenSize)
      observer.restart()
      observer.read([vocabulary.encode("\n").symbols.first ?? 0])
      for (index, symbol) in symbols.enumerated() {
        observer.read([symbol])
        guard index >= first else { continue }
        for layer in traces.indices {
          observer.copy(.hidden, layer: layer, into: &values)
          traces[layer].append(values)
        }
      }
    }
    let places = traces.indices.flatMap { layer in
      (0..<configuration.hiddenSize).map { CellPlace(layer: layer + 1, cell: $0) }
    }
    func last(_ place: CellPlace) -> Float { abs(traces[place.layer - 1].last?[place.cell] ?? 0) }
    let strongest = places.sorted { last($0) > last($1) }.prefix(request.most)
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    return Answer(
      characters: symbols.map { symbol in
        var bytes: [UInt8] = []
        decoder.append(symbol, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
      }.suffix(Self.shown),
      cells: strongest.map { place in
        Answer.Cell(
          cell: place.description, values: traces[place.layer - 1].map { $0[place.cell] })
      })
  }
}
