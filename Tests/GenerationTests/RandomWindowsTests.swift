import CPU
import Foundation
import Generation
import Recurrent
import Testing
import Text

@Suite("Windows at random places")
struct RandomWindowsTests {
  private let tiny: TinyModel

  init() throws {
    tiny = try TinyModel()
  }

  private func text(_ count: Int) throws -> EncodedText {
    var generator = Xoshiro256(seed: 8)
    let scalars = tiny.vocabulary.scalars
    var view = String.UnicodeScalarView()
    for _ in 0..<count {
      view.append(scalars[Int.random(in: 0..<scalars.count, using: &generator)])
    }
    return try EncodedText(Corpus(text: String(view)), vocabulary: tiny.vocabulary)
  }

  /// The nats of a window by itself, read by the scorer of whole texts.
  private func nats(_ text: EncodedText, _ range: Range<Int>) throws -> Double {
    let window = try EncodedText(
      text.corpus, byteRange: range, vocabulary: text.vocabulary)
    return try TextScorer(tiny.model, precision: .float32).score(window).nats
  }

  /// Lengths around that of a chunk, counts around that of a batch.
  @Test(arguments: [(1, 7), (5, 1), (127, 3), (128, 31), (129, 33), (300, 70)])
  func eachWindowIsReadFromNothing(length: Int, count: Int) throws {
    let text = try text(500)
    let windows = RandomWindows(length: length, count: count, seed: 3)
    let score = try windows.score(text, with: tiny.model, precision: .float32)
    var generator = Xoshiro256(seed: 3, stream: [0x81D0])
    let sums = try (0..<count).map { _ in
      let start = Int.random(in: 0..<500 - length, using: &generator)
      return try nats(text, start..<start + length + 1)
    }
    #expect(score.total.characters == length * count)
    #expect(score.total.bytes == length * count)
    let mean = sums.reduce(0, +) / Double(count)
    #expect(abs(score.total.nats - mean * Double(count)) < 1e-9 * score.total.nats)
    if count == 1 {
      #expect(score.standardError == nil)
    } else {
      let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
      let expected = sqrt(variance / Double(count)) / Double(length)
      #expect(abs((score.standardError ?? .nan) - expected) < 1e-6 * expected)
    }
  }

  @Test func threadsDoNotMatter() throws {
    let text = try text(2000)
    let windows = RandomWindows(length: 50, count: 200)
    let alone = try windows.score(text, with: tiny.model, precision: .float32)
    for threads in [2, 3, 5] {
      #expect(
        try windows.score(
          text, with: tiny.model, precision: .float32, device: .cpu(threads: threads)) == alone)
    }
    var other = windows
    other.seed = 2
    #expect(try other.score(text, with: tiny.model, precision: .float32) != alone)
  }

  /// The only window there is: the whole text.
  @Test func aTextOfOneWindow() throws {
    let text = try text(40)
    let score = try RandomWindows(length: 39, count: 5)
      .score(text, with: tiny.model, precision: .float32)
    let whole = try TextScorer(tiny.model, precision: .float32).score(text)
    #expect(abs(score.total.natsPerCharacter - whole.natsPerCharacter) < 1e-12)
    #expect((score.standardError ?? .nan) < 1e-12)
  }

  @Test func bytesOfCharacters() throws {
    let tiny = try TinyModel(scalars: "é語a")
    let text = try EncodedText(Corpus(text: "aé語"), vocabulary: tiny.vocabulary)
    let score = try RandomWindows(length: 2, count: 10)
      .score(text, with: tiny.model, precision: .float32)
    #expect(score.total.bytes == 10 * 5)
  }

  @Test func mistakes() throws {
    let text = try text(40)
    func error(length: Int, count: Int = 5) -> ScoringError? {
      do {
        _ = try RandomWindows(length: length, count: count)
          .score(text, with: tiny.model, precision: .float32)
        return nil
      } catch { return error }
    }
    #expect(error(length: 39) == nil)
    #expect(error(length: 40) == .textTooShort(characters: 40, window: 40))
    #expect(
      error(length: 0)
        == .optionOutOfRange(name: "windows", value: "0", range: "1 to 1000000"))
    #expect(
      error(length: 1_000_001)
        == .optionOutOfRange(name: "windows", value: "1000001", range: "1 to 1000000"))
    #expect(
      error(length: 5, count: 0)
        == .optionOutOfRange(name: "window-count", value: "0", range: "1 to 1000000"))
    #expect(
      error(length: 5, count: .max)?.description
        == "window-count must be 1 to 1000000, got 9223372036854775807")
  }
}
