import Generation
import Recurrent
import Text

extension TextReading {
  /// Pieces that are read side by side.
  private static let mostLanes = 64
  /// Characters of a piece at most; of longer texts the pieces are spread evenly.
  private static let longestPiece = 2048
  private static let steps = 64
  /// Characters before a piece that are read first: the first piece's are the text's last.
  private static let warmUp = 256
  /// Characters of a passage.
  private static let passageLength = 120
  private static let passages = 5
  /// Products for the probabilities of all symbols at single characters, which of large vocabularies
  /// not every character can have.
  private static let mostProducts = 1 << 33

  /// Reads a text, or of a long one pieces, in float32.
  ///
  /// - Parameter text: in the model's vocabulary.
  /// - Returns: nil for a text of fewer characters than a passage has, and where the model gives no
  ///   probabilities.
  package init?(of model: Network, on text: EncodedText, device: Device) {
    guard text.count > Self.passageLength else { return nil }
    let lanes = min(
      Self.mostLanes, (text.count + Self.longestPiece - 1) / Self.longestPiece)
    let laneLength = (text.count - 1) / lanes
    let piece = min(Self.longestPiece, laneLength)
    let warmUp = min(Self.warmUp, laneLength) / Self.steps * Self.steps
    var chunks = LaneChunks(
      text: text,
      plan: LanePlan(
        lanes: lanes, sequenceLength: min(Self.steps, laneLength), laneLength: laneLength))
    chunks.startEpoch(offset: (text.count - warmUp) % text.count)
    let observer = device.backend.observer(of: model, lanes: lanes, steps: Self.steps)
    let chunk = StreamChunk(steps: Self.steps, lanes: lanes)

    let perCharacter = model.configuration.vocabularySize * model.configuration.outputSize
    let interval = max(1, lanes * piece * perCharacter / Self.mostProducts)

    var pieces = [Piece](repeating: Piece(), count: lanes)
    var surprisal = [Float](repeating: 0, count: Self.steps * lanes)
    var logits = [Float](repeating: 0, count: model.configuration.vocabularySize)
    var reliability = Reliability()
    for first in stride(from: 0, to: warmUp + piece, by: Self.steps) {
      chunks.next(steps: Self.steps, inputs: chunk.symbols, targets: chunk.targets)
      observer.read(Array(chunk.symbols))
      guard first >= warmUp else { continue }
      observer.surprisal(of: Array(chunk.targets), into: &surprisal)
      for step in 0..<min(Self.steps, warmUp + piece - first) {
        for lane in pieces.indices {
          let row = step * lanes + lane
          pieces[lane].symbols.append(chunk.targets[row])
          pieces[lane].nats.append(surprisal[row])
          guard (first + step) % interval == 0 else { continue }
          observer.logits(step: step, lane: lane, into: &logits)
          let likeliest = logits.withUnsafeBufferPointer { mostProbable(1, logits: $0) }
          if let (symbol, probability) = likeliest.first {
            reliability.add(
              probability: Double(probability), isRight: symbol == chunk.targets[row])
          }
        }
      }
    }
    let sum = pieces.reduce(0) { $1.nats.reduce($0) { $0 + Double($1) } }
    guard sum.isFinite else { return nil }

    let candidates = pieces.enumerated().flatMap { lane, piece in
      piece.candidates(lane: lane, start: lane * laneLength + 1)
    }
    // Of the wrapped end there is no passage.
    .filter { $0.start + Self.passageLength <= text.count }
    func chosen(_ candidates: [Candidate]) -> [Passage] {
      var chosen: [Candidate] = []
      for candidate in candidates where chosen.count < Self.passages {
        guard chosen.allSatisfy({ abs($0.start - candidate.start) >= Self.passageLength }) else {
          continue
        }
        chosen.append(candidate)
      }
      return chosen.map { $0.passage(of: pieces[$0.lane], text.vocabulary) }
    }
    let sorted = candidates.sorted { ($0.nats, $1.start) < ($1.nats, $0.start) }
    self.init(
      characters: lanes * piece, natsPerCharacter: sum / Double(lanes * piece),
      reliability: reliability, surprising: chosen(sorted.reversed()), expected: chosen(sorted))
  }

  /// What one lane has read after its warm-up.
  private struct Piece {
    var symbols: [Int32] = []
    var nats: [Float] = []

    /// - Parameter start: of the piece in the text.
    func candidates(lane: Int, start: Int) -> [Candidate] {
      guard nats.count >= TextReading.passageLength else { return [] }
      // Sums of all before, so that each passage is a difference.
      var sums = [0.0]
      for value in nats { sums.append(sums[sums.count - 1] + Double(value)) }
      return (0...nats.count - TextReading.passageLength).map { first in
        Candidate(
          lane: lane, first: first, start: start + first,
          nats: (sums[first + TextReading.passageLength] - sums[first])
            / Double(TextReading.passageLength))
      }
    }
  }

  private struct Candidate {
    let lane: Int
    /// In the piece, and in the text.
    let first: Int
    let start: Int
    /// Per character.
    let nats: Double

    func passage(of piece: Piece, _ vocabulary: Vocabulary) -> Passage {
      let range = first..<first + TextReading.passageLength
      return Passage(
        start: start, natsPerCharacter: nats,
        characters: piece.symbols[range].map { vocabulary.shown($0) },
        nats: piece.nats[range].map { Double($0) })
    }
  }
}

extension Vocabulary {
  /// A symbol as it stands in a text; a byte that is no character by itself, by its number.
  fileprivate func shown(_ symbol: Int32) -> String {
    switch self[symbol] {
    case .scalar(let scalar): String(scalar)
    case .byte(let byte) where byte < 0x80: String(Unicode.Scalar(byte))
    case .byte(let byte): "\\x" + String(byte, radix: 16, uppercase: true)
    }
  }
}
