import Foundation
import Generation
import Testing

@Suite struct SamplerTests {
  /// Some of each kind alone, and all together.
  static let someOptions = [
    SamplingOptions(),
    SamplingOptions(temperature: 0.5),
    SamplingOptions(temperature: 1.7),
    SamplingOptions(topK: 5),
    SamplingOptions(topP: 0.8),
    SamplingOptions(minP: 0.15),
    SamplingOptions(typicalP: 0.6),
    SamplingOptions(repetitionPenalty: 1.6, repetitionWindow: 3),
    SamplingOptions(
      temperature: 1.3, topK: 9, topP: 0.95, minP: 0.02, typicalP: 0.97, repetitionPenalty: 1.2),
  ]

  private static let logits: [Float] = [
    0.3, -1.2, 2.1, 0.9, -0.4, 1.4, -2.5, 0.1, 1.9, -0.8, 0.6, -3.1,
  ]
  private static let text: [Int32] = [2, 2, 7, 8, 5, 3]

  private func sample(
    _ logits: [Float],
    _ options: SamplingOptions = SamplingOptions(),
    allowed: [Bool]? = nil,
    at number: UInt64 = 1 << 63
  ) throws -> (symbol: Int32, surprisal: Float) {
    var sampler = try Sampler(vocabularySize: logits.count, options: options)
    var generator = ConstantGenerator(value: number)
    return logits.withUnsafeBufferPointer {
      sampler.sample(logits: $0, allowed: allowed, using: &generator)
    }
  }

  /// How often each symbol was chosen.
  private func counts(
    of count: Int, _ options: SamplingOptions, allowed: [Bool]? = nil, seed: UInt64
  ) throws -> [Int] {
    var sampler = try Sampler(vocabularySize: Self.logits.count, options: options)
    var recent = RepetitionWindow(
      capacity: options.repetitionWindow, vocabularySize: Self.logits.count)
    Self.text.forEach { recent.append($0) }
    var generator = SplitMix64(seed: seed)
    var counts = Array(repeating: 0, count: Self.logits.count)
    for _ in 0..<count {
      let symbol = Self.logits.withUnsafeBufferPointer {
        sampler.sample(logits: $0, allowed: allowed, recent: recent, using: &generator).symbol
      }
      counts[Int(symbol)] += 1
    }
    return counts
  }

  /// Pearson's statistic, divided by its value at p = 0.001 (Wilson and Hilferty 1931): above 1
  /// the counts are not from the distribution.
  private func misfit(_ counts: [Int], _ distribution: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    var statistic = 0.0
    var freedom = -1.0
    for (count, probability) in zip(counts, distribution) {
      guard probability > 0 else {
        if count > 0 { return .infinity }
        continue
      }
      let expected = probability * total
      statistic += (Double(count) - expected) * (Double(count) - expected) / expected
      freedom += 1
    }
    let spread = 2 / (9 * freedom)
    return statistic / (freedom * pow(1 - spread + 3.09 * spread.squareRoot(), 3))
  }

  // MARK: The distribution

  @Test(arguments: someOptions)
  func drawsFromTheReferenceDistribution(options: SamplingOptions) throws {
    let counts = try counts(of: 20_000, options, seed: 7)
    let expected = Reference.distribution(Self.logits, options, text: Self.text)
    #expect(misfit(counts, expected) < 1, "\(counts)")
  }

  @Test func drawsFromTheReferenceDistributionUnderAMask() throws {
    let allowed = Self.logits.indices.map { $0 % 3 != 2 }
    let options = SamplingOptions(temperature: 0.9, topK: 6, topP: 0.9)
    let counts = try counts(of: 20_000, options, allowed: allowed, seed: 8)
    let expected = Reference.distribution(
      Self.logits, options, allowed: allowed, text: Self.text)
    #expect(misfit(counts, expected) < 1, "\(counts)")
  }

  @Test func theTestOfTheDistributionCanFail() throws {
    let counts = try counts(of: 20_000, SamplingOptions(), seed: 7)
    let other = Reference.distribution(Self.logits, SamplingOptions(temperature: 1.05))
    #expect(misfit(counts, other) > 1)
  }

  @Test func cutOffsDoNotDependOnTheTemperature() throws {
    for temperature in [0.25, 1, 50] {
      let options = SamplingOptions(temperature: temperature, topP: 0.5)
      let counts = try counts(of: 5_000, options, seed: 9)
      #expect(counts.indices.filter { counts[$0] > 0 } == [2, 8])
    }
  }

  // MARK: Randomness

  @Test(arguments: someOptions + [SamplingOptions(temperature: 0)])
  func drawsOneNumberASymbol(options: SamplingOptions) throws {
    var sampler = try Sampler(vocabularySize: Self.logits.count, options: options)
    var generator = SplitMix64(seed: 10)
    for draws in 1...5 {
      _ = Self.logits.withUnsafeBufferPointer { sampler.sample(logits: $0, using: &generator) }
      #expect(generator.draws == draws)
    }
  }

  @Test func aSeedGivesTheSameSymbolsAgain() throws {
    let options = SamplingOptions(temperature: 1.2, topP: 0.9)
    #expect(try counts(of: 500, options, seed: 11) == counts(of: 500, options, seed: 11))
    #expect(try counts(of: 500, options, seed: 11) != counts(of: 500, options, seed: 12))
  }

  @Test func theLeastAndTheGreatestNumberChoosePossibleSymbols() throws {
    var generator = SplitMix64(seed: 13)
    for _ in 0..<300 {
      var logits = randomLogits(count: 20, using: &generator)
      logits[0] = -.infinity
      logits[19] = -200
      var allowed = logits.indices.map { _ in Bool.random(using: &generator) }
      allowed[1] = false
      allowed[9] = true
      allowed[18] = false
      for number in [0, UInt64.max] {
        let symbol = Int(try sample(logits, allowed: allowed, at: number).symbol)
        #expect(allowed[symbol])
        #expect(logits[symbol] > -100)
      }
    }
  }

  @Test func symbolsTakeTheirShareOfTheNumbers() throws {
    let logits = [Float](repeating: 0, count: 4)
    for quarter: UInt64 in 0..<4 {
      let first = quarter << 62
      #expect(try sample(logits, at: first).symbol == Int32(quarter))
      #expect(try sample(logits, at: first + (1 << 62 - 1)).symbol == Int32(quarter))
    }
  }

  // MARK: Temperature 0

  @Test(arguments: [0, UInt64.max])
  func temperatureZeroTakesTheMostProbable(number: UInt64) throws {
    let options = SamplingOptions(temperature: 0)
    #expect(try sample([1, 3, 2], options, at: number).symbol == 1)
    #expect(try sample([1, 3, 3], options, at: number).symbol == 1, "the lower one on ties")
    #expect(
      try sample([1, 3, 2], options, allowed: [true, false, true], at: number).symbol == 2)
    #expect(try sample([.nan, -.infinity, -9], options, at: number).symbol == 2)
  }

  @Test func temperatureZeroIsTheArgmaxWhateverTheCutOffs() throws {
    let logits = [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1].map { Float(log($0)) }
    let options = SamplingOptions(temperature: 0, typicalP: 0.15)
    #expect(try sample(logits, options).symbol == 0)
  }

  @Test func temperatureZeroHeedsTheRepetitionPenalty() throws {
    let options = SamplingOptions(temperature: 0, repetitionPenalty: 2)
    var sampler = try Sampler(vocabularySize: 3, options: options)
    var recent = RepetitionWindow(capacity: 64, vocabularySize: 3)
    recent.append(1)
    var generator = SplitMix64(seed: 14)
    let logits: [Float] = [1, 3, 2]
    let symbol = logits.withUnsafeBufferPointer {
      sampler.sample(logits: $0, recent: recent, using: &generator).symbol
    }
    #expect(symbol == 2)
  }

  // MARK: Surprisal

  @Test(arguments: someOptions)
  func surprisalIsThatOfTheModel(options: SamplingOptions) throws {
    var generator = SplitMix64(seed: 15)
    for _ in 0..<50 {
      let logits = randomLogits(count: 15, using: &generator)
      let allowed = logits.indices.map { $0 % 2 == 1 }
      let probabilities = Reference(logits).probabilities()
      let (symbol, surprisal) = try sample(
        logits, options, allowed: allowed, at: generator.next())
      #expect(abs(Double(surprisal) + log(probabilities[Int(symbol)])) < 1e-5)
    }
  }

  /// Whichever sum it is taken from.
  @Test(arguments: someOptions)
  func surprisalIsThatOfAllLogitsToTheBit(options: SamplingOptions) throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<50 {
      var logits = (0..<40).map { _ in Float.random(in: -60...20, using: &random) }
      logits[Int.random(in: 0..<40, using: &random)] = -.infinity
      let (symbol, sampled) = try sample(logits, options, at: random.next())
      let reference = logits.withUnsafeBufferPointer { surprisal(of: symbol, in: $0) }
      #expect(sampled == reference)
    }
  }

  @Test func surprisalIsNeverNegative() throws {
    #expect(try sample([40, 0]).surprisal == 0)
    #expect(try sample([0.1]).surprisal == 0)
  }

  // MARK: Logits out of the ordinary

  @Test func notANumberIsNeverChosen() throws {
    for number in [0, 1 << 63, UInt64.max] {
      let (symbol, surprisal) = try sample([.nan, 0, .nan], at: number)
      #expect(symbol == 1)
      #expect(surprisal == 0)
    }
  }

  @Test(arguments: [Float.nan, -.infinity])
  func isUniformOverTheAllowedWhereNothingIsPossible(logit: Float) throws {
    let logits = [Float](repeating: logit, count: 4)
    let allowed = [false, true, false, true]
    let low = try sample(logits, allowed: allowed, at: 0)
    let high = try sample(logits, allowed: allowed, at: .max)
    #expect(low.symbol == 1 && high.symbol == 3)
    #expect(low.surprisal == log(Float(4)))
  }

  @Test func anImpossibleSymbolIsInfinitelySurprising() throws {
    let (symbol, surprisal) = try sample([0, -.infinity], allowed: [false, true])
    #expect(symbol == 1)
    #expect(surprisal == .infinity)
  }

  @Test(arguments: someOptions + [SamplingOptions(temperature: 0)])
  func hugeLogitsChooseTheLargest(options: SamplingOptions) throws {
    for large in [Float.infinity, .greatestFiniteMagnitude, 3e38] {
      let (symbol, surprisal) = try sample([-large, 0, large, -.infinity, .nan], options)
      #expect(symbol == 2)
      #expect(surprisal == 0)
    }
  }

  @Test func acceptsAVocabularyOfOneSymbol() throws {
    for options in Self.someOptions {
      #expect(try sample([-3], options).symbol == 0)
    }
  }

  @Test func leavesTheLogitsAsTheyAre() throws {
    let logits = Self.logits
    _ = try sample(logits, Self.someOptions[8])
    #expect(logits == Self.logits)
  }

  @Test func refusesInvalidOptions() {
    #expect(throws: SamplingOptionsError(name: "top-k", value: "0", range: "1 or more")) {
      try Sampler(vocabularySize: 3, options: SamplingOptions(topK: 0))
    }
  }
}
