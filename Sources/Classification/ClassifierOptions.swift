import Recurrent
import Training

/// How a classifier is trained.
@dynamicMemberLookup
public struct ClassifierOptions: OptimizationOptionsHolder, Equatable, Sendable {
  /// How much the texts of a class count.
  public enum ClassWeights: String, Codable, Sendable, CaseIterable {
    /// Every text counts the same.
    case none
    /// Every class counts the same: its texts in inverse proportion to their number.
    case balanced
  }

  /// How the texts of an epoch are chosen.
  public enum Sampling: String, Codable, Sendable, CaseIterable {
    /// Every text once.
    case shuffled
    /// As many as there are texts, drawn so that every class comes as often.
    case balanced
  }

  /// What the training of every kind of network takes.
  public var optimization: OptimizationOptions = {
    var options = OptimizationOptions()
    options.learningRate = 2e-3
    options.averageDecay = 0.998
    return options
  }()
  /// Texts of an optimizer step.
  public var batchSize = 32
  /// The share of all steps in which the rate rises.
  public var warmup: Float = 0.1
  public var classWeights = ClassWeights.none
  public var sampling = Sampling.shuffled
  /// The share of a text's target that all classes divide equally (Szegedy et al. 2016).
  public var labelSmoothing: Float = 0
  /// The weight of the next-character loss beside the label's.
  public var languageModelLoss: Float = 0
  /// Whether the head alone is trained (Radford et al. 2017).
  public var freezes = false
  /// Epochs after which the next lower layer is trained too, from the head down; 0 trains all from
  /// the start (Howard and Ruder 2018).
  public var unfreezeEvery = 0
  /// The factor on the rate from one layer to the one below (Howard and Ruder 2018: 1/2.6).
  public var layerRateFactor: Float = 1
  public var limit = TextLimit()
  /// Of each text a random stretch of at least this many symbols is read, in validation beside all of
  /// it; 0 for whole texts.
  public var crop = 0
  /// The longest n-gram of a naive Bayes classifier beside the network; 0 for none.
  public var naiveBayes = 0
  /// The longest n-gram of a logistic regression beside the network; 0 for none.
  public var linear = 0
  /// Classifiers to train first, each on other texts: what they expect becomes targets. 0 for none.
  public var teachers = 0
  /// The share of a target that is what the teachers expect.
  public var teacherWeight: Float = 0.5

  public init() {}

  public subscript<Value>(
    dynamicMember path: WritableKeyPath<OptimizationOptions, Value>
  ) -> Value {
    get { optimization[keyPath: path] }
    set { optimization[keyPath: path] = newValue }
  }

  private static let rules: [OptionRule<Self>] =
    [
      OptionRule("batch-size", \.batchSize, "1 to 65536") { 1...65536 ~= $0 },
      OptionRule("warmup", \.warmup, "0 to below 1") { 0..<1 ~= $0 },
      OptionRule("class-weights", \.classWeights, "none or balanced") { _ in true },
      OptionRule("sampling", \.sampling, "shuffled or balanced") { _ in true },
      OptionRule("label-smoothing", \.labelSmoothing, "0 to below 1") { 0..<1 ~= $0 },
      OptionRule("language-model-loss", \.languageModelLoss, "0 or more") {
        $0 >= 0 && $0.isFinite
      },
      OptionRule("freeze", \.freezes, "true or false") { _ in true },
      OptionRule("unfreeze-every", \.unfreezeEvery, "0 or more") { $0 >= 0 },
      OptionRule("layer-rate-factor", \.layerRateFactor, "above 0 to 1") { $0 > 0 && $0 <= 1 },
      OptionRule("crop", \.crop, "0 or more") { $0 >= 0 },
      OptionRule("naive-bayes", \.naiveBayes, "0 to \(NaiveBayes.longestLimit)") {
        0...NaiveBayes.longestLimit ~= $0
      },
      OptionRule("linear", \.linear, "0 to \(NgramRegression.longestLimit)") {
        0...NgramRegression.longestLimit ~= $0
      },
      OptionRule("teachers", \.teachers, "0 or 2 to \(TrainingOptions.mostTeachers)") {
        $0 == 0 || 2...TrainingOptions.mostTeachers ~= $0
      },
      OptionRule("teacher-weight", \.teacherWeight, "0 to 1") { 0...1 ~= $0 },
      OptionRule("max-length", \.limit.length, "1 to 65536", isSummarized: false) {
        1...65536 ~= $0
      },
    ]
    + (OptimizationOptions.rules + [OptimizationOptions.threadsRule(countsInResult: true)])
    .map { $0.of(\.optimization) }

  /// Refuses values that cannot work.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public func validate() throws(TrainingError) { try Self.rules.check(self) }

  /// The options as a model file tells them: by their names on the command line.
  package var summary: [String: String] { Self.rules.summary(of: self) }
}

/// As one flat object, but for parts that are objects themselves.
extension ClassifierOptions: Codable {
  private enum CodingKeys: CodingKey {
    /// In files from before the object was flat.
    case optimization
    case batchSize, warmup, classWeights, sampling, labelSmoothing, languageModelLoss
    case freezes, unfreezeEvery, layerRateFactor, limit, crop, naiveBayes, linear
    case teachers, teacherWeight
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    optimization =
      try fields.decodeIfPresent(OptimizationOptions.self, forKey: .optimization)
      ?? OptimizationOptions(from: decoder)
    batchSize = try fields.decode(Int.self, forKey: .batchSize)
    warmup = try fields.decode(Float.self, forKey: .warmup)
    classWeights = try fields.decode(ClassWeights.self, forKey: .classWeights)
    sampling = try fields.decode(Sampling.self, forKey: .sampling)
    labelSmoothing = try fields.decode(Float.self, forKey: .labelSmoothing)
    languageModelLoss = try fields.decode(Float.self, forKey: .languageModelLoss)
    freezes = try fields.decode(Bool.self, forKey: .freezes)
    unfreezeEvery = try fields.decode(Int.self, forKey: .unfreezeEvery)
    layerRateFactor = try fields.decode(Float.self, forKey: .layerRateFactor)
    limit = try fields.decode(TextLimit.self, forKey: .limit)
    crop = try fields.decode(Int.self, forKey: .crop)
    naiveBayes = try fields.decode(Int.self, forKey: .naiveBayes)
    // In files from before there was one.
    linear = try fields.decodeIfPresent(Int.self, forKey: .linear) ?? 0
    teachers = try fields.decodeIfPresent(Int.self, forKey: .teachers) ?? 0
    teacherWeight = try fields.decodeIfPresent(Float.self, forKey: .teacherWeight) ?? 0.5
  }

  public func encode(to encoder: any Encoder) throws {
    try optimization.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(batchSize, forKey: .batchSize)
    try fields.encode(warmup, forKey: .warmup)
    try fields.encode(classWeights, forKey: .classWeights)
    try fields.encode(sampling, forKey: .sampling)
    try fields.encode(labelSmoothing, forKey: .labelSmoothing)
    try fields.encode(languageModelLoss, forKey: .languageModelLoss)
    try fields.encode(freezes, forKey: .freezes)
    try fields.encode(unfreezeEvery, forKey: .unfreezeEvery)
    try fields.encode(layerRateFactor, forKey: .layerRateFactor)
    try fields.encode(limit, forKey: .limit)
    try fields.encode(crop, forKey: .crop)
    try fields.encode(naiveBayes, forKey: .naiveBayes)
    try fields.encode(linear, forKey: .linear)
    try fields.encode(teachers, forKey: .teachers)
    try fields.encode(teacherWeight, forKey: .teacherWeight)
  }
}
