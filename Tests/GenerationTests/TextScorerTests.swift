import CPU
import Foundation
import Generation
import Recurrent
import Testing
import Text

@Suite("Scoring")
struct TextScorerTests {
  private let tiny: TinyModel

  init() throws {
    tiny = try TinyModel()
  }

  private func text(_ count: Int) throws -> EncodedText {
    var generator = Xoshiro256(seed: 8)
    let scalars = tiny.vocabulary.scalars
    var view = String.UnicodeScalarView()
    for _ in 0..<count { view.append(scalars[Int.random(in: 0..<10, using: &generator)]) }
    return try EncodedText(Corpus(text: String(view)), vocabulary: tiny.vocabulary)
  }

  private func symbols(of text: EncodedText) -> [Int32] {
    var symbols = [Int32](repeating: 0, count: text.count)
    var cursor = EncodedText.Cursor(text, at: 0)
    symbols.withUnsafeMutableBufferPointer { cursor.read(text.count, into: $0) }
    return symbols
  }

  /// Surprisal of each symbol of a range but its first, read one by one from nothing.
  private func surprisals(_ symbols: some Sequence<Int32>) -> [Float] {
    let symbols = Array(symbols)
    let streams = Device.cpu().backend.streams(
      through: tiny.model, StreamUse(precision: .float32, lanes: 1, steps: 1))
    let chunk = StreamChunk(steps: 1, lanes: 1)
    return streams.withOnlyPart { lane in
      zip(symbols, symbols.dropFirst()).map { symbol, target in
        chunk.symbols[0] = symbol
        chunk.targets[0] = target
        _ = lane.evaluate(chunk, steps: 1, distributions: nil)
        return chunk.losses[0]
      }
    }
  }

  private func sum(_ surprisals: some Sequence<Float>) -> Double {
    surprisals.reduce(0) { $0 + Double($1) }
  }

  /// Lengths around those of the scorer's chunks.
  @Test(arguments: [2, 3, 128, 129, 130, 257, 700])
  func oneLaneIsExact(_ count: Int) throws {
    let text = try text(count)
    let expected = surprisals(symbols(of: text))
    for threads in [1, 2] {
      let scorer = TextScorer(tiny.model, precision: .float32, device: .cpu(threads: threads))
      // Twice: nothing is left of the first pass.
      for _ in 0..<2 {
        #expect(
          try scorer.score(text)
            == TextScore(characters: count - 1, bytes: count - 1, nats: sum(expected)))
      }
      var found: [Float] = []
      var read: [Int32] = []
      let score = try scorer.score(text) { symbol, surprisal in
        read.append(symbol)
        found.append(surprisal)
      }
      #expect(found == expected)
      #expect(read == Array(symbols(of: text).dropFirst()))
      #expect(score.nats == sum(expected))
    }
  }

  /// Each part follows a warm-up on what is before it, and nobody reads ahead.
  @Test(arguments: [2, 7, 100, 600, 1500, 5000], [2, 3, 8, 64])
  func lanesAreWarmedUp(count: Int, lanes: Int) throws {
    let text = try text(count)
    let symbols = symbols(of: text)
    let length = (count - 1) / lanes
    let expected = (0..<lanes).reduce(0.0) { total, lane in
      let begin = lane * length
      let end = lane == lanes - 1 ? count - 1 : begin + length
      let first = max(0, begin - TextScorer.warmUp)
      return total + sum(surprisals(symbols[first...end]).dropFirst(begin - first))
    }
    for threads in [1, 2] {
      let score = try TextScorer(
        tiny.model, precision: .float32, lanes: lanes, device: .cpu(threads: threads)
      )
      .score(text)
      #expect(score.characters == count - 1)
      #expect(abs(score.nats - expected) < 1e-9 * expected)
    }
  }

  @Test func severalLanesAreClose() throws {
    let text = try text(9000)
    let exact = try TextScorer(tiny.model, precision: .float32).score(text)
    let score = try TextScorer(
      tiny.model, precision: .float32, lanes: 8, device: .cpu(threads: 2)
    )
    .score(text)
    #expect(abs(score.natsPerCharacter - exact.natsPerCharacter) < 1e-4 * exact.natsPerCharacter)
  }

  @Test func bytesOfCharacters() throws {
    let tiny = try TinyModel(scalars: "é語a")
    let text = try EncodedText(Corpus(text: "é語aé"), vocabulary: tiny.vocabulary)
    let score = try TextScorer(tiny.model, precision: .float32).score(text)
    #expect(score.characters == 3)
    #expect(score.bytes == 6)
    #expect(abs(score.bitsPerByte - score.nats / log(2) / 6) < 1e-12)
    #expect(abs(score.bitsPerCharacter - score.natsPerCharacter / log(2)) < 1e-12)
    #expect(abs(score.perplexity - exp(score.natsPerCharacter)) < 1e-12)
  }

  /// What is added for each symbol is what one network, or the mean of two, expects there.
  @Test(arguments: [(1, 1, 0), (1, 2, 9), (5, 2, 0), (5, 2, 9)])
  func expectations(lanes: Int, threads: Int, first: Int) throws {
    let text = try text(700)
    let targets = SoftTargets(count: first + text.count, vocabularySize: tiny.vocabulary.count)
    let scorer = TextScorer(
      tiny.model, precision: .float32, lanes: lanes, device: .cpu(threads: threads))
    for share in [Float(0.5), 0.5] {
      #expect(scorer.addExpectations(of: text, share: share, to: targets, at: first))
    }
    #expect(!scorer.addExpectations(of: text, share: 1, to: targets, at: first) { false })
    let symbols = symbols(of: text)
    let expected = surprisals(symbols)
    for place in 0...first {
      #expect(targets.distribution(at: place).allSatisfy { $0 == 0 })
    }
    for place in 1..<text.count {
      let distribution = targets.distribution(at: first + place)
      #expect(abs(distribution.reduce(0, +) - 1) < 0.01)
      let surprisal = -log(distribution[Int(symbols[place])])
      // Lanes are warmed up on all that comes before within 512 symbols.
      #expect(abs(surprisal - expected[place - 1]) < 0.02, "symbol \(place)")
    }
  }
}
