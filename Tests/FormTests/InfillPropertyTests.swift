import Form
import Foundation
import Recurrent
import Testing

/// What is written between two texts, in 10,000 random cases.
@Suite("Infill")
struct InfillPropertyTests {
  private static let letters = Array("ab c\n".unicodeScalars)
  /// Forms, and how another engine says them.
  private static let forms: [(change: @Sendable (inout Form) -> Void, pattern: String)] = [
    ({ _ in }, "[^$]*"),
    ({ $0.match = "[ab]+ ?c*" }, "[ab]+ ?c*"),
    ({ $0.lineLength = 0...2 }, ".{0,2}(\n.{0,2})*"),
    ({ $0.contained = ["a"] }, "([^$]*[ \n])?a([ \n][^$]*)?"),
    ({ $0.ending = "b" }, "[^$]*b"),
    ({ $0.acrostic = "ac" }, "a.*\nc.*"),
  ]

  @Test func nothingIsViolatedInTenThousandCases() throws {
    let tiny = try TinyWriter("ab c\n", hidden: 4)
    let writers = [1, 2, 5].map { tiny.writer($0) }
    let engines = try Self.forms.map { try NSRegularExpression(pattern: "\\A(?:\($0.pattern))\\z") }
    var random = Xoshiro256(seed: 77)
    func word(_ lengths: ClosedRange<Int>) -> String {
      let scalars = (0..<Int.random(in: lengths, using: &random)).map { _ in
        Self.letters[Int.random(in: 0..<Self.letters.count, using: &random)]
      }
      return String(String.UnicodeScalarView(scalars))
    }
    var violations: [String] = []
    var written = 0
    for number in 0..<10_000 {
      let kind = number % Self.forms.count
      let (before, after, length) = (
        word(0...2), word(1...3), Int.random(in: 3...5, using: &random)
      )
      var form = Form()
      Self.forms[kind].change(&form)
      let writer = writers[number % writers.count]
      let state = tiny.state(after: before)
      let request = FormRequest(form, length: length, following: after)
      let text = try writer.text(request, from: state, using: &random)
      written += 1
      let range = NSRange(location: 0, length: text.text.utf16.count)
      let holds = engines[kind].firstMatch(in: text.text, range: range) != nil
      let whole = text.surprisal + (text.surprisalAfter ?? .nan)
      // What the model makes of both together, read in one go: of some, as it takes its time.
      let read =
        number % 10 == 0 ? -log(tiny.probability(of: text.text + after, after: state)) : whole
      if !holds || text.characters > length || !(abs(whole - read) < 1e-3)
        || !((text.effectiveSampleSize ?? 0) >= 1 - 1e-9) || !text.logProbability.isFinite
      {
        violations.append("\(number): \(before)|\(text)|\(after)")
      }
    }
    #expect(written == 10_000)
    #expect(violations.isEmpty, "\(violations.prefix(3))")
  }
}
