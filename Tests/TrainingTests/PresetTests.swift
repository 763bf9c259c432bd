import Recurrent
import Testing
import Training

@Suite("Presets")
struct PresetTests {
  /// From one character to ten gigabytes.
  static let sizes = [1, 100, 90_000, 900_000, 5_000_000, 90_000_000, 10_000_000_000]

  @Test(arguments: Preset.allCases, sizes)
  func fitEveryText(_ preset: Preset, _ characters: Int) throws {
    let options = preset.options(characters: characters, vocabularySize: 80)
    try options.validate()
    let configuration = preset.configuration(characters: characters, vocabularySize: 100)
    try configuration.validate()
    #expect(configuration.hiddenSize % 32 == 0)
    // What is read is no more than the budget and half a pass.
    let steps = min(
      options.maxSteps ?? .max,
      options.epochs * characters / (options.lanes * options.sequenceLength))
    let read = steps * options.lanes * options.sequenceLength
    let budget = [.quick: 6_000_000, .standard: 12_000_000][preset] ?? 60_000_000
    #expect(read <= budget + characters / 2)
  }

  @Test func aMegabyte() {
    let quick = Preset.quick.options(characters: 1_003_854, vocabularySize: 80)
    let standard = Preset.standard.options(characters: 1_003_854, vocabularySize: 80)
    #expect(quick.epochs == 6 && standard.epochs == 12)
    #expect(quick.maxSteps == nil && standard.maxSteps == nil)
    #expect(standard.dropout == Dropout(embedding: 0.1, betweenLayers: 0.2, output: 0.35))
    #expect(quick.dropout == Dropout(embedding: 0.05, betweenLayers: 0.15, output: 0.25))
    #expect(quick.weightDecay == 0.3 && standard.weightDecay == 0.3)
    let best = Preset.best.options(characters: 1_003_854, vocabularySize: 65)
    #expect(best.dropout == Dropout(embedding: 0.05, betweenLayers: 0.1, output: 0.15))
    #expect(best.weightDecay == 0.05)
    for preset in [Preset.quick, .standard] {
      let configuration = preset.configuration(characters: 1_003_854, vocabularySize: 65)
      #expect(configuration.layers == 2 && configuration.hiddenSize == 512)
    }
  }

  @Test(arguments: [(64, 0.012), (128, 0.012), (288, 0.008), (512, 0.006), (1024, 0.0042)])
  func theRateFollowsTheSize(hidden: Int, rate: Float) {
    let options = Preset.quick.options(
      characters: 900_000, vocabularySize: 80, hiddenSize: hidden)
    #expect(options.learningRate == rate)
  }

  @Test func aDiary() {
    let options = Preset.quick.options(characters: 90_000, vocabularySize: 80)
    #expect(options.epochs == 25)
    #expect(
      options.dropout.output
        > Preset.quick.options(characters: 900_000, vocabularySize: 80).dropout.output)
    let configuration = Preset.quick.configuration(characters: 90_000, vocabularySize: 80)
    #expect((128..<512).contains(configuration.hiddenSize))
    #expect(configuration.hiddenSize == 288 && options.weightDecay == 0.03)
  }

  @Test func moreThanThereIsTimeFor() throws {
    let options = Preset.quick.options(characters: 90_000_000, vocabularySize: 80)
    let steps = try #require(options.maxSteps)
    #expect(abs(steps * options.lanes * options.sequenceLength - 6_000_000) < 10_000)
    #expect(options.epochs == 1)
    #expect(options.validateEvery.map { steps / $0 } == 10)
    #expect(options.dropout.output < 0.05)
  }

  /// `best` has teachers for what would be learnt by heart, unless it has many symbols. They write
  /// as much as the student reads of the text, or what there is memory for.
  @Test(arguments: [
    (1_003_854, 65, 15_000_000, 15, 512), (90_000, 80, 4_500_000, 50, 288),
    (1_900_000, 65, (2 << 30) / 130 - 1_900_000, 8, 512), (1_003_854, 4000, 0, 50, 768),
    (5_000_000, 65, 0, 12, 768),
  ])
  func teachers(characters: Int, symbols: Int, written: Int, epochs: Int, hidden: Int) {
    let options = Preset.best.options(characters: characters, vocabularySize: symbols)
    let teachers = options.teachers
    #expect(teachers == (written > 0 ? 3 : 0) && options.epochs == epochs)
    #expect(abs(options.teacherText - written) <= 1)
    #expect((options.weightDrop > 0) == (teachers == 0))
    #expect(
      Preset.best.configuration(characters: characters, vocabularySize: symbols).hiddenSize
        == hidden)
    let alone = Preset.standard.options(characters: characters, vocabularySize: symbols)
    #expect((options.dropout.output < alone.dropout.output) == (teachers > 0))
  }

  /// Passes that are given decide what follows from them.
  @Test func dropoutFollowsThePasses() {
    let few = Preset.standard.options(characters: 900_000, vocabularySize: 80, epochs: 2)
    let many = Preset.standard.options(characters: 900_000, vocabularySize: 80, epochs: 200)
    #expect(few.epochs == 2 && many.epochs == 200)
    #expect(few.dropout.output < 0.2 && many.dropout.output == 0.5)
    #expect(few.averageDecay < many.averageDecay)
  }
}
