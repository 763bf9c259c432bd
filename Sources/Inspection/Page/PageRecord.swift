import Foundation
import Recurrent
import Text

/// The data of a page, as its scripts read it. Texts are lists of numbers in `alphabet`.
struct PageRecord: Encodable {
  /// Cells of each feature at most.
  static let cellsOfFeature = 5

  let model: Model
  let survey: Survey
  let ablation: Ablation
  let alphabet: Alphabet
  let window: Window
  let expectations: Expectations
  /// From distance 1 on, over places of all of the text.
  let gradientNorms: [Double]
  let places: Places

  struct Model: Encodable {
    let name: String
    let cell: String
    let layers: Int
    let hidden: Int
  }

  struct Survey: Encodable {
    let characters: Int
    let read: Int
    let pieces: Int
    let features: [String]
    /// Of all that were found those that the page has.
    let found: [FoundCell]
    let foundCount: Int
  }

  struct Ablation: Encodable {
    let characters: Int
    let nats: Double
    let curves: [CellAblation.Curve]
  }

  /// The symbols that the page has, by its own numbers.
  struct Alphabet: Encodable {
    /// As they stand in a text; nil for a byte that is no character.
    var texts: [String?] = []
    /// As they stand alone.
    var names: [String] = []
  }

  struct Window: Encodable {
    let offset: Int
    let before: [Int]
    let symbols: [Int]
    let activities: [String]
    let values: [[Values]]
  }

  struct Values: Encodable {
    let scale: Float
    /// Base64 of a signed byte for each value.
    let bytes: String
  }

  struct Expectations: Encodable {
    let symbols: [[Int]]
    let probabilities: [[Double]]
    let surprisals: [Double]
    /// Base64 of a byte for each character and distance, of which 255 is the row's maximum.
    let reach: String
    let reachLength: Int
    let maxima: [Double]
  }

  struct Places: Encodable {
    let offsets: [Int]
    let length: Int
    let symbols: [Int]
    /// By layer; 127 is 1.
    let hidden: [String]
  }

  init(_ inspection: InspectionPage, vocabulary: Vocabulary) {
    let configuration = inspection.configuration
    let survey = inspection.survey
    let window = inspection.window
    var numbering = Numbering(vocabulary)
    model = Model(
      name: inspection.name, cell: configuration.cell.rawValue, layers: configuration.layers,
      hidden: configuration.hiddenSize)
    let byFeature = Dictionary(grouping: survey.found, by: \.feature)
    self.survey = Survey(
      characters: survey.characters, read: survey.read, pieces: survey.pieces,
      features: survey.features,
      found: survey.features.flatMap { byFeature[$0]?.prefix(Self.cellsOfFeature) ?? [] },
      foundCount: survey.found.count)
    ablation = Ablation(
      characters: inspection.ablation.characters, nats: inspection.ablation.nats,
      curves: inspection.ablation.curves)
    self.window = Window(
      offset: window.offset, before: numbering.numbers(of: window.before),
      symbols: numbering.numbers(of: window.symbols),
      activities: window.activities.map { $0.name(of: configuration.cell) },
      values: window.values.map { $0.map { Values(scale: $0.scale, bytes: $0.base64) } })
    let reach = window.expectations.map { ByteShares($0.reach) }
    expectations = Expectations(
      symbols: window.expectations.map { numbering.numbers(of: $0.alternatives.map(\.symbol)) },
      probabilities: window.expectations.map {
        $0.alternatives.map { Double($0.probability).rounded(digits: 6) }
      },
      surprisals: window.expectations.map { Double($0.surprisal).rounded(digits: 5) },
      reach: Data(reach.flatMap(\.bytes)).base64EncodedString(),
      reachLength: TextWindow.reachLength,
      maxima: reach.map { Double($0.maximum) })
    gradientNorms = inspection.reach.norms
    places = Places(
      offsets: survey.places.offsets, length: survey.places.length,
      symbols: numbering.numbers(of: survey.places.symbols),
      hidden: survey.places.hidden.map(\.base64))
    alphabet = numbering.alphabet
  }
}

/// Numbers that are not negative as shares of the largest, in 255ths.
struct ByteShares {
  let maximum: Float
  let bytes: [UInt8]

  init(_ values: [Float]) {
    let maximum = values.max() ?? 0
    self.maximum = maximum
    bytes = values.map { maximum > 0 ? UInt8(($0 / maximum * 255).rounded()) : 0 }
  }
}

/// Gives symbols numbers as they come.
private struct Numbering {
  private let vocabulary: Vocabulary
  private var numbers: [Int32: Int] = [:]
  private(set) var alphabet = PageRecord.Alphabet()

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
  }

  mutating func numbers(of symbols: [Int32]) -> [Int] {
    symbols.map { symbol in
      if let number = numbers[symbol] { return number }
      let number = alphabet.names.count
      numbers[symbol] = number
      let text: String? =
        switch vocabulary[symbol] {
        case .scalar(let scalar): String(scalar)
        case .byte(let byte): byte < 0x80 ? String(Unicode.Scalar(byte)) : nil
        }
      alphabet.texts.append(text)
      let isSeen = text.map { $0.unicodeScalars.allSatisfy { (0x21..<0x7F).contains($0.value) } }
      alphabet.names.append(isSeen == true ? text ?? "" : vocabulary.description(of: symbol))
      return number
    }
  }
}

extension Activity {
  fileprivate func name(of cell: Cell) -> String {
    switch self {
    case .hidden: "hidden state"
    case .cell: "cell state"
    case .gate(let gate):
      cell == .rnn ? cell.gateNames[gate] : cell.gateNames[gate] + " gate"
    }
  }
}

extension Double {
  fileprivate func rounded(digits: Int) -> Double {
    let power = pow(10, Double(digits))
    return (self * power).rounded() / power
  }
}
