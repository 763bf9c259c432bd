import Form
import Foundation
import Recurrent
import Testing

/// Drawn texts held against the enumeration of all texts of a tiny model.
@Suite("Distribution of texts in a form")
struct FormDistributionTests {
  struct Case: Sendable {
    var letters: String
    var length: Int
    var prompt = ""
    var following: String?
    var temperature = 1.0
    var particles = 48
    var form: Form
    /// The same form as another engine's expressions, all of which must match.
    var patterns: [String]
  }

  private static func form(_ change: (inout Form) -> Void) -> Form {
    var form = Form()
    change(&form)
    return form
  }

  static let cases = [
    Case(letters: "abc", length: 4, form: form { $0.match = "(a|bc)+" }, patterns: ["(a|bc)+"]),
    Case(
      letters: "abc", length: 5, prompt: "ab", form: form { $0.match = "[ab]*c.?" },
      patterns: ["[ab]*c.?"]),
    Case(
      letters: "ab ", length: 5, temperature: 0.7, form: form { $0.contained = ["ab"] },
      patterns: ["([^$]* )?ab( [^$]*)?"]),
    Case(
      letters: "ab\n", length: 5,
      form: form {
        $0.lines = 2
        $0.lineLength = 1...2
        $0.acrostic = "aB"
      }, patterns: ["a.?\nb.?"]),
    Case(
      letters: "abc", length: 4,
      form: form {
        $0.ending = "ca"
        $0.match = "b.*"
      }, patterns: ["b.*ca"]),
    Case(letters: "abc", length: 3, following: "cab", form: form { _ in }, patterns: ["[abc]*"]),
    Case(
      letters: "ab\n", length: 4, prompt: "b", following: "b\na", temperature: 1.3,
      form: form { $0.match = "(ab?\n?)+" }, patterns: ["(ab?\n?)+"]),
    Case(
      letters: "abe\n", length: 5, particles: 128, form: form { $0.rhyme = "AA" },
      // Of these letters a rhyme is a last group of vowels with what follows it.
      patterns: ["(?:.*b)?([ae]+b*)\n(?:.*b)?\\1"]),
  ]

  @Test(arguments: cases.indices)
  func textsHaveTheProbabilitiesOfTheModelGivenTheForm(_ number: Int) throws {
    let test = Self.cases[number]
    let tiny = try TinyWriter(test.letters)
    let engines = try test.patterns.map { try NSRegularExpression(pattern: "\\A(?:\($0))\\z") }
    let weights = tiny.weights(
      length: test.length, prompt: test.prompt, following: test.following,
      temperature: test.temperature
    ) { text in
      engines.allSatisfy {
        $0.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
      }
    }
    let total = weights.values.reduce(0, +)
    #expect(weights.count > 2)

    let writer = tiny.writer(test.particles)
    let prepared = try writer.prepare(
      FormRequest(
        test.form, length: test.length, following: test.following, temperature: test.temperature))
    let state = tiny.state(after: test.prompt)
    let draws = 300
    var found: [String: Int] = [:]
    var estimates = 0.0
    for draw in 0..<draws {
      var random = Xoshiro256(seed: 21, stream: [UInt64(draw)])
      let text = try writer.text(prepared, from: state, using: &random)
      found[text.text, default: 0] += 1
      estimates += exp(text.logProbability) / Double(draws)
    }
    #expect(Set(found.keys).isSubset(of: weights.keys))
    // Without bias, whatever the number of particles.
    #expect(abs(estimates / total - 1) < 0.1, "\(estimates) for \(total)")
    let chi = ChiSquared(
      observed: found, expected: weights.mapValues { $0 / total * Double(draws) })
    print("form case \(number): χ² \(chi.value) with \(chi.freedom) degrees of freedom")
    #expect(chi.value < chi.limit, "χ² \(chi.value), \(chi.freedom) degrees of freedom")
  }
}

/// How far counts are from what is expected of them; cells of fewer than 5 are taken together.
struct ChiSquared {
  private(set) var value = 0.0
  private(set) var freedom = -1

  init(observed: [String: Int], expected: [String: Double]) {
    var rest = (observed: 0.0, expected: 0.0)
    for (text, count) in expected.sorted(by: { $0.key < $1.key }) {
      let seen = Double(observed[text] ?? 0)
      if count < 5 {
        rest.observed += seen
        rest.expected += count
      } else {
        add(seen, count)
      }
    }
    if rest.expected > 0.5 { add(rest.observed, rest.expected) }
  }

  private mutating func add(_ observed: Double, _ expected: Double) {
    value += (observed - expected) * (observed - expected) / expected
    freedom += 1
  }

  /// Exceeded once in a thousand times by chance (Wilson and Hilferty 1931).
  var limit: Double {
    let n = Double(max(1, freedom))
    return n * pow(1 - 2 / (9 * n) + 3.09 * (2 / (9 * n)).squareRoot(), 3)
  }
}
