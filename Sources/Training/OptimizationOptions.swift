import Recurrent

/// What the training of every kind of network takes.
public struct OptimizationOptions: Codable, Equatable, Sendable {
  /// Passes over what is trained on.
  public var epochs = 20
  /// The highest rate, after warm-up.
  public var learningRate: Float = 4e-3
  public var schedule = LearningRateSchedule.cosine
  /// AdamW's decay of matrices, times the rate.
  public var weightDecay: Float = 0.01
  /// The largest norm of all gradients together; 0 for no clipping.
  public var clipNorm: Float = 1
  public var dropout = Dropout.none
  /// The probability with which each recurrent weight is dropped for a step (Merity et al. 2018).
  public var weightDrop: Float = 0
  /// How much of the averaged weights a step keeps.
  public var averageDecay: Float = 0.999
  /// The most optimizer steps; all epochs where nil.
  public var maxSteps: Int?
  /// Steps between validations; an epoch's end validates anyway.
  public var validateEvery: Int?
  /// Validations without a better one after which training ends; never where nil.
  public var patience: Int?
  /// Steps between reports.
  public var reportEvery = 20
  /// Steps between savings of the state to go on from; each validation saves anyway.
  public var saveEvery: Int?
  /// Minutes between savings; nil for none by time.
  public var saveMinutes: Double? = 10
  public var seed: UInt64 = 1
  /// What the device trains fastest in where nil; `Trainer.options` tells it.
  public var precision: Precision?
  /// Whether models are saved with bfloat16 weights, at half the size.
  public var savesHalfSize = false
  /// Of `Device.cpu`, where no other device is given.
  public var threads = 1

  public init() {}

  package static let rules: [OptionRule<Self>] = [
    OptionRule("epochs", \.epochs, "1 to 1000000") { 1...1_000_000 ~= $0 },
    OptionRule("max-steps", optional: \.maxSteps, "1 or more") { $0 > 0 },
    OptionRule("learning-rate", \.learningRate, "above 0, finite") { $0 > 0 && $0.isFinite },
    OptionRule("schedule", \.schedule, "constant, linear or cosine") { _ in true },
    OptionRule("weight-decay", \.weightDecay, "0 to 1") { 0...1 ~= $0 },
    OptionRule("clip-norm", \.clipNorm, "0 or more") { $0 >= 0 && $0.isFinite },
    share("dropout-embedding", \.dropout.embedding),
    share("dropout-layers", \.dropout.betweenLayers),
    share("dropout-output", \.dropout.output),
    share("weight-drop", \.weightDrop),
    share("average-decay", \.averageDecay),
    OptionRule("validate-every", optional: \.validateEvery, "1 or more", isSummarized: false) {
      $0 > 0
    },
    OptionRule("patience", optional: \.patience, "1 or more", isSummarized: false) { $0 > 0 },
    OptionRule("save-every", optional: \.saveEvery, "1 or more", isSummarized: false) { $0 > 0 },
    OptionRule("save-minutes", optional: \.saveMinutes, "0 or more", isSummarized: false) {
      $0 >= 0 && $0.isFinite
    },
    OptionRule("report-every", \.reportEvery, "1 or more", isSummarized: false) { $0 > 0 },
    OptionRule("precision", optional: \.precision, "float32, bfloat16 or int16") { $0 != .int8 },
    OptionRule("seed", \.seed, "any") { _ in true },
  ]

  /// - Parameter countsInResult: whether what comes of training depends on them.
  package static func threadsRule(countsInResult: Bool) -> OptionRule<Self> {
    OptionRule("threads", \.threads, "1 to 1024", isSummarized: countsInResult) { 1...1024 ~= $0 }
  }

  private static func share(
    _ name: String, _ path: any KeyPath<Self, Float> & Sendable
  ) -> OptionRule<Self> {
    OptionRule(name, path, "0 to below 1") { 0..<1 ~= $0 }
  }

  /// Those of the optimizer.
  package var adamW: AdamWOptions {
    var options = AdamWOptions()
    options.weightDecay = weightDecay
    options.clipNorm = clipNorm
    options.averageDecay = averageDecay
    return options
  }
}
