import Checkpoints
import Recurrent
import Training

/// How a classifier is trained.
package struct ClassifierOptions: Equatable, Sendable {
  /// How much the texts of a class count.
  package enum ClassWeights: String, Sendable, CaseIterable {
    /// Every text counts the same.
    case none
    /// Every class counts the same: its texts in inverse proportion to their number.
    case balanced
  }

  /// How the texts of an epoch are chosen.
  package enum Sampling: String, Sendable, CaseIterable {
    /// Every text once.
    case shuffled
    /// As many as there are texts, drawn so that every class comes as often.
    case balanced
  }

  /// Texts of an optimizer step.
  package var batchSize = 32
  package var epochs = 20
  /// The highest rate, after warm-up.
  package var learningRate: Float = 2e-3
  package var schedule = LearningRateSchedule.cosine
  /// The share of all steps in which the rate rises.
  package var warmup: Float = 0.1
  package var weightDecay: Float = 0.01
  /// The largest norm of all gradients together; 0 for no clipping.
  package var clipNorm: Float = 1
  package var dropout = Dropout.none
  /// The probability with which each recurrent weight is dropped for a step (Merity et al. 2018).
  package var weightDrop: Float = 0
  /// How much of the averaged weights a step keeps.
  package var averageDecay: Float = 0.998
  package var classWeights = ClassWeights.none
  package var sampling = Sampling.shuffled
  /// The share of a text's target that all classes divide equally (Szegedy et al. 2016).
  package var labelSmoothing: Float = 0
  /// The weight of the next-character loss beside the label's.
  package var languageModelLoss: Float = 0
  /// Whether the head alone is trained (Radford et al. 2017).
  package var freezes = false
  /// Epochs after which the next lower layer is trained too, from the head down; 0 trains all from
  /// the start (Howard and Ruder 2018).
  package var unfreezeEvery = 0
  /// The factor on the rate from one layer to the one below (Howard and Ruder 2018: 1/2.6).
  package var layerRateFactor: Float = 1
  package var limit = TextLimit()
  /// Of each text a random stretch of at least this many symbols is read, in validation beside all of
  /// it; 0 for whole texts.
  package var crop = 0
  /// The longest n-gram of a naive Bayes classifier beside the network; 0 for none.
  package var naiveBayes = 0
  /// Validations without a better one after which training ends; never where nil.
  package var patience: Int?
  package var reportEvery = 20
  package var seed: UInt64 = 1
  package var precision = Precision.nativeForTraining
  /// Whether models are saved with bfloat16 weights, at half the size.
  package var savesHalfSize = false
  package var threads = 1

  package init() {}

  /// Refuses values that cannot work.
  /// - Throws: `TrainingError.optionOutOfRange`.
  package func validate() throws(TrainingError) {
    func check(
      _ name: String, _ value: some CustomStringConvertible, _ range: String, _ holds: Bool
    ) throws(TrainingError) {
      guard holds else {
        throw .optionOutOfRange(name: name, value: "\(value)", range: range)
      }
    }
    func checkShare(_ name: String, _ value: Float) throws(TrainingError) {
      try check(name, value, "0 to below 1", value >= 0 && value < 1)
    }
    try check("batch-size", batchSize, "1 to 65536", (1...65536).contains(batchSize))
    try check("epochs", epochs, "1 to 1000000", (1...1_000_000).contains(epochs))
    try check(
      "learning-rate", learningRate, "above 0, finite", learningRate > 0 && learningRate.isFinite)
    try checkShare("warmup", warmup)
    try check("weight-decay", weightDecay, "0 to 1", weightDecay >= 0 && weightDecay <= 1)
    try check("clip-norm", clipNorm, "0 or more", clipNorm >= 0 && clipNorm.isFinite)
    try checkShare("dropout-embedding", dropout.embedding)
    try checkShare("dropout-layers", dropout.betweenLayers)
    try checkShare("dropout-output", dropout.output)
    try checkShare("weight-drop", weightDrop)
    try checkShare("average-decay", averageDecay)
    try checkShare("label-smoothing", labelSmoothing)
    try check(
      "language-model-loss", languageModelLoss, "0 or more",
      languageModelLoss >= 0 && languageModelLoss.isFinite)
    try check("unfreeze-every", unfreezeEvery, "0 or more", unfreezeEvery >= 0)
    try check(
      "layer-rate-factor", layerRateFactor, "above 0 to 1",
      layerRateFactor > 0 && layerRateFactor <= 1)
    try check("crop", crop, "0 or more", crop >= 0)
    try check(
      "naive-bayes", naiveBayes, "0 to \(NaiveBayes.longestLimit)",
      (0...NaiveBayes.longestLimit).contains(naiveBayes))
    try check("max-length", limit.length, "1 to 65536", (1...65536).contains(limit.length))
    if let patience { try check("patience", patience, "1 or more", patience > 0) }
    try check("precision", precision.rawValue, "float32 or bfloat16", precision != .int8)
    try check("threads", threads, "1 to 1024", (1...1024).contains(threads))
  }

  /// The options as a model file tells them: by their names on the command line.
  package var summary: [String: String] {
    [
      "batch-size": "\(batchSize)", "epochs": "\(epochs)", "learning-rate": "\(learningRate)",
      "schedule": schedule.rawValue, "warmup": "\(warmup)", "weight-decay": "\(weightDecay)",
      "clip-norm": "\(clipNorm)", "dropout-embedding": "\(dropout.embedding)",
      "dropout-layers": "\(dropout.betweenLayers)", "dropout-output": "\(dropout.output)",
      "weight-drop": "\(weightDrop)", "average-decay": "\(averageDecay)",
      "class-weights": classWeights.rawValue,
      "sampling": sampling.rawValue, "label-smoothing": "\(labelSmoothing)",
      "language-model-loss": "\(languageModelLoss)", "crop": "\(crop)",
      "naive-bayes": "\(naiveBayes)", "freeze": "\(freezes)",
      "unfreeze-every": "\(unfreezeEvery)", "layer-rate-factor": "\(layerRateFactor)",
      "seed": "\(seed)", "precision": precision.rawValue, "threads": "\(threads)",
    ]
  }
}
