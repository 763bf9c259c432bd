import Foundation
import Generation
import Testing

@Suite struct SamplingOptionsTests {
  @Test func theDefaultsChangeNothing() throws {
    let options = SamplingOptions()
    #expect(options.temperature == 1)
    #expect(options.topK == nil)
    #expect(options.topP == nil)
    #expect(options.minP == nil)
    #expect(options.typicalP == nil)
    #expect(options.repetitionPenalty == 1)
    #expect(options.repetitionWindow == 64)
    try options.validate()
  }

  @Test func acceptsTheBoundsOfEveryRange() throws {
    try SamplingOptions(
      temperature: 0, topK: 1, topP: 1, minP: 0, typicalP: 1, repetitionWindow: 0
    ).validate()
    try SamplingOptions(
      temperature: .greatestFiniteMagnitude, topK: .max, topP: .leastNonzeroMagnitude, minP: 1,
      typicalP: .leastNonzeroMagnitude, repetitionPenalty: .leastNonzeroMagnitude,
      repetitionWindow: .max
    ).validate()
  }

  @Test(arguments: [
    (SamplingOptions(temperature: -1), "temperature must be 0 or more, got -1"),
    (SamplingOptions(temperature: -0.5), "temperature must be 0 or more, got -0.5"),
    (SamplingOptions(temperature: .nan), "temperature must be 0 or more, got nan"),
    (SamplingOptions(temperature: .infinity), "temperature must be 0 or more and finite, got inf"),
    (SamplingOptions(topK: 0), "top-k must be 1 or more, got 0"),
    (SamplingOptions(topP: 0), "top-p must be more than 0 and at most 1, got 0"),
    (SamplingOptions(topP: 1.5), "top-p must be more than 0 and at most 1, got 1.5"),
    (SamplingOptions(topP: .nan), "top-p must be more than 0 and at most 1, got nan"),
    (SamplingOptions(minP: -0.1), "min-p must be from 0 to 1, got -0.1"),
    (SamplingOptions(minP: 2), "min-p must be from 0 to 1, got 2"),
    (SamplingOptions(minP: .nan), "min-p must be from 0 to 1, got nan"),
    (SamplingOptions(typicalP: 0), "typical-p must be more than 0 and at most 1, got 0"),
    (SamplingOptions(typicalP: 1.01), "typical-p must be more than 0 and at most 1, got 1.01"),
    (SamplingOptions(typicalP: .nan), "typical-p must be more than 0 and at most 1, got nan"),
    (
      SamplingOptions(repetitionPenalty: 0), "repetition-penalty must be more than 0, got 0"
    ),
    (
      SamplingOptions(repetitionPenalty: .nan), "repetition-penalty must be more than 0, got nan"
    ),
    (
      SamplingOptions(repetitionPenalty: .infinity),
      "repetition-penalty must be more than 0 and finite, got inf"
    ),
    (SamplingOptions(repetitionWindow: -1), "repetition-window must be 0 or more, got -1"),
  ])
  func namesWhatIsOutOfRange(options: SamplingOptions, message: String) {
    let error = #expect(throws: SamplingOptionsError.self) { try options.validate() }
    #expect(error?.description == message)
  }

  @Test func everyOptionHasOneRule() {
    let properties = Mirror(reflecting: SamplingOptions()).children.compactMap(\.label)
    let names = properties.map { name in
      name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }
    #expect(SamplingOptions.rules.map(\.name) == names)
  }

  @Test func rulesSetWhatTheyShow() {
    var options = SamplingOptions()
    for rule in SamplingOptions.rules {
      #expect(rule.set(&options, to: "7"))
      #expect(rule.value(options)?.shortest == "7")
      let before = options
      #expect(!rule.set(&options, to: "many"))
      #expect(options == before)
      #expect(rule.set(&options, to: nil) == rule.canBeOff)
      #expect((rule.value(options) == nil) == rule.canBeOff)
    }
  }

  @Test func survivesJSON() throws {
    let options = SamplingOptions(temperature: 0.7, topK: 40, minP: 0.05, repetitionPenalty: 1.1)
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(SamplingOptions.self, from: data) == options)
  }
}
