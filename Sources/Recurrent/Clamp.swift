/// The hidden state of one cell held at a value, whatever the network reads: an intervention that
/// shows what the cell is for.
public struct Clamp: Equatable, Hashable, Sendable {
  public let place: CellPlace
  /// −1 to 1, where the hidden states of all kinds of cells lie.
  public let value: Float

  /// - Throws: `ClampError` for a value out of range.
  public init(layer: Int, cell: Int, value: Float) throws(ClampError) {
    place = CellPlace(layer: layer, cell: cell)
    guard abs(value) <= 1 else { throw .valueOutOfRange(place, value) }
    self.value = value
  }

  /// Reads `layer.cell=value`, for instance `2.137=1`.
  ///
  /// - Throws: `ClampError` for anything else, and for a value out of range.
  public init(_ text: String) throws(ClampError) {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let place = CellPlace(sides[0]), let value = Float(sides[1]) else {
      throw .malformed(text)
    }
    try self.init(layer: place.layer, cell: place.cell, value: value)
  }
}

extension Clamp: CustomStringConvertible {
  /// As it is typed.
  public var description: String {
    "\(place)=\(shortest(value))"
  }
}

/// Which cell of a network: `2.137` is cell 137 of the second layer.
public struct CellPlace: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// From 1 on, the layer that reads the embedding being the first.
  public var layer: Int
  /// From 0 on, in PyTorch's order.
  public var cell: Int

  public init(layer: Int, cell: Int) {
    self.layer = layer
    self.cell = cell
  }

  /// Nil where `text` is not `layer.cell`, two whole numbers.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let layer = Int(parts[0]), let cell = Int(parts[1])
    else { return nil }
    self.init(layer: layer, cell: cell)
  }

  public var description: String { "\(layer).\(cell)" }

  /// - Throws: `ClampError` where a network of this shape has no such cell.
  package func check(in configuration: ModelConfiguration) throws(ClampError) {
    guard (1...configuration.layers).contains(layer) else {
      throw .noSuchLayer(self, layers: configuration.layers)
    }
    guard (0..<configuration.hiddenSize).contains(cell) else {
      throw .noSuchCell(self, cells: configuration.hiddenSize)
    }
  }
}

/// Why a cell cannot be held.
public enum ClampError: Error, Equatable, Sendable, CustomStringConvertible {
  case malformed(String)
  case valueOutOfRange(CellPlace, Float)
  case noSuchLayer(CellPlace, layers: Int)
  case noSuchCell(CellPlace, cells: Int)
  case heldTwice(CellPlace)
  /// Classifiers, and networks that read in both directions.
  case noLanguageModel

  public var description: String {
    switch self {
    case .malformed(let text):
      "a clamp is layer.cell=value, such as 2.137=1, got \(String(text.prefix(40)).debugDescription)"
    case .valueOutOfRange(let place, let value):
      "a cell is held at a value from -1 to 1, got \(place)=\(shortest(value))"
    case .noSuchLayer(let place, let layers):
      "there is no cell \(place): the layers are 1 to \(layers)"
    case .noSuchCell(let place, let cells):
      "there is no cell \(place): the cells of a layer are 0 to \(cells - 1)"
    case .heldTwice(let place):
      "cell \(place) cannot be held at two values"
    case .noLanguageModel:
      "only the cells of language models can be held"
    }
  }
}

/// In the fewest digits that are this number.
private func shortest(_ value: Float) -> String {
  let digits = "\(value)"
  return digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits
}
