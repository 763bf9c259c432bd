import Recurrent
import Text
import Training

/// How long a run will take on this machine, from a second of the same steps before it begins.
struct TrainingForecast {
  let seconds: Double
  /// A preset that takes a part of that, and its seconds; nil where it is not worth a word.
  let shorter: (preset: Preset, seconds: Double)?

  /// Operations below which a run is over before it is worth measuring.
  private static let leastWork = 1e12
  /// Seconds from which on a shorter preset is offered.
  private static let long = 3600.0

  /// Nil for a short run, and for one with teachers, whose networks are others.
  init?(
    of model: Network, on training: EncodedText, as planned: Trainer, preset: Preset
  ) throws {
    let options = planned.options
    let characters = Double(training.count)
    let everything = characters * Double(options.epochs)
    let all =
      options.maxSteps.map {
        min(everything, Double($0) * Double(options.lanes * options.sequenceLength))
      } ?? everything
    let work = Double(model.layout.parameterCount) * all
    guard options.teachers == 0, 6 * work > Self.leastWork else { return nil }
    var trial = options
    trial.maxSteps = nil
    trial.reportEvery = 1
    let trainer = try Trainer(
      model, training: training, validation: nil, options: trial, corpus: planned.corpus,
      device: planned.device)
    let clock = ContinuousClock()
    let began = clock.now
    var rates: [Double] = []
    _ = try trainer.run(stops: { rates.count >= 3 && clock.now - began >= .seconds(1) }) { event in
      if case .step(let report) = event { rates.append(report.charactersPerSecond) }
    }
    // The first step finds its memory untouched.
    let later = rates.dropFirst().sorted()
    guard !later.isEmpty, later[later.count / 2] > 0 else { return nil }
    seconds = all / later[later.count / 2]

    guard preset == .standard, seconds > Self.long else {
      shorter = nil
      return
    }
    let vocabularySize = training.vocabulary.count
    let configuration = Preset.quick.configuration(
      characters: training.count, vocabularySize: vocabularySize)
    let quick = Preset.quick.options(
      characters: training.count, vocabularySize: vocabularySize,
      hiddenSize: configuration.hiddenSize, epochs: nil)
    let quickWork =
      Double(ParameterLayout(configuration).parameterCount) * characters * Double(quick.epochs)
    shorter = (.quick, seconds * quickWork / work)
  }
}
