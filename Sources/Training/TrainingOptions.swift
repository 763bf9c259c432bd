import Recurrent

/// How a model is trained. Defaults suit a corpus of about a megabyte.
public struct TrainingOptions: Codable, Equatable, Sendable {
  /// `B`: parallel streams of the corpus.
  public var lanes = 64
  /// `T`: steps that the gradient goes back.
  public var sequenceLength = 128
  /// Passes over the training part.
  public var epochs = 20
  /// The most optimizer steps; all epochs where nil.
  public var maxSteps: Int?
  /// The highest rate, after warm-up.
  public var learningRate: Float = 4e-3
  public var schedule = LearningRateSchedule.cosine
  public var warmupSteps = 200
  /// AdamW's decay of matrices, times the rate.
  public var weightDecay: Float = 0.01
  /// The largest norm of all gradients together; 0 for no clipping.
  public var clipNorm: Float = 1
  public var dropout = Dropout.none
  /// The probability with which each recurrent weight is dropped for a step (Merity et al. 2018).
  public var weightDrop: Float = 0
  /// Networks that are trained first, as `Preset.standard` does and each with another seed. What
  /// they expect on the average is a part of each target (Hinton, Vinyals and Dean 2015; Furlanello
  /// et al. 2018).
  public var teachers = 0
  /// Passes of a teacher; nil for as many as the preset has.
  public var teacherEpochs: Int?
  /// Characters that the teachers write, for the student to read beside the text: half of its lanes
  /// read that, over and over. 0 for none.
  public var teacherText = 0
  /// How much of each target is what the teachers expect.
  public var teacherWeight: Float = 0.8
  /// How much of the averaged weights a step keeps.
  public var averageDecay: Float = 0.999
  /// Steps between validations; an epoch's end validates anyway.
  public var validateEvery: Int?
  /// Validations without a better loss after which training ends; never where nil.
  public var patience: Int?
  /// Steps between reports.
  public var reportEvery = 20
  /// Steps between savings of the state to go on from; each validation saves anyway.
  public var saveEvery: Int?
  /// Minutes between savings; nil for none by time.
  public var saveMinutes: Double? = 10
  public var seed: UInt64 = 1
  public var precision = Precision.nativeForTraining
  /// Whether models are saved with bfloat16 weights, at half the size.
  public var savesHalfSize = false
  public var threads = 1

  static let mostTeachers = 16

  public init() {}

  /// Refuses values that cannot work.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public func validate() throws(TrainingError) {
    func check(
      _ name: String, _ value: some CustomStringConvertible, _ range: String, _ holds: Bool
    )
      throws(TrainingError)
    {
      guard holds else {
        throw .optionOutOfRange(name: name, value: "\(value)", range: range)
      }
    }
    try check("batch-size", lanes, "1 to 65536", (1...65536).contains(lanes))
    try check(
      "sequence-length", sequenceLength, "1 to 65536", (1...65536).contains(sequenceLength))
    try check("epochs", epochs, "1 to 1000000", (1...1_000_000).contains(epochs))
    if let maxSteps { try check("max-steps", maxSteps, "1 or more", maxSteps > 0) }
    try check(
      "learning-rate", learningRate, "above 0, finite", learningRate > 0 && learningRate.isFinite)
    try check("warmup-steps", warmupSteps, "0 or more", warmupSteps >= 0)
    try check("weight-decay", weightDecay, "0 to 1", weightDecay >= 0 && weightDecay <= 1)
    try check("clip-norm", clipNorm, "0 or more", clipNorm >= 0 && clipNorm.isFinite)
    for (name, value) in [
      ("dropout-embedding", dropout.embedding), ("dropout-layers", dropout.betweenLayers),
      ("dropout-output", dropout.output), ("weight-drop", weightDrop),
    ] {
      try check(name, value, "0 to below 1", value >= 0 && value < 1)
    }
    try check(
      "teachers", teachers, "0 to \(Self.mostTeachers)", (0...Self.mostTeachers).contains(teachers))
    if let teacherEpochs {
      try check(
        "teacher-epochs", teacherEpochs, "1 to 1000000", (1...1_000_000).contains(teacherEpochs))
    }
    try check(
      "teacher-text", teacherText, teachers > 0 ? "0 or more" : "0 without --teachers",
      teacherText == 0 || teacherText > 0 && teachers > 0)
    try check("teacher-weight", teacherWeight, "0 to 1", teacherWeight >= 0 && teacherWeight <= 1)
    try check("average-decay", averageDecay, "0 to below 1", averageDecay >= 0 && averageDecay < 1)
    if let validateEvery {
      try check("validate-every", validateEvery, "1 or more", validateEvery > 0)
    }
    if let patience { try check("patience", patience, "1 or more", patience > 0) }
    if let saveEvery { try check("save-every", saveEvery, "1 or more", saveEvery > 0) }
    if let saveMinutes {
      try check(
        "save-minutes", saveMinutes, "0 or more", saveMinutes >= 0 && saveMinutes.isFinite)
    }
    try check("report-every", reportEvery, "1 or more", reportEvery > 0)
    try check("precision", precision.rawValue, "float32 or bfloat16", precision != .int8)
    try check("threads", threads, "1 to 1024", (1...1024).contains(threads))
  }
}

extension TrainingOptions {
  /// The options as a model file tells them: by their names on the command line.
  package var summary: [String: String] {
    var summary = [
      "batch-size": "\(lanes)", "sequence-length": "\(sequenceLength)", "epochs": "\(epochs)",
      "learning-rate": "\(learningRate)", "schedule": schedule.rawValue,
      "warmup-steps": "\(warmupSteps)", "weight-decay": "\(weightDecay)",
      "clip-norm": "\(clipNorm)", "dropout-embedding": "\(dropout.embedding)",
      "dropout-layers": "\(dropout.betweenLayers)", "dropout-output": "\(dropout.output)",
      "weight-drop": "\(weightDrop)",
      "average-decay": "\(averageDecay)", "seed": "\(seed)", "precision": precision.rawValue,
      "threads": "\(threads)",
    ]
    if teachers > 0 {
      summary["teachers"] = "\(teachers)"
      summary["teacher-weight"] = "\(teacherWeight)"
      summary["teacher-text"] = "\(teacherText)"
      summary["teacher-epochs"] = teacherEpochs.map { "\($0)" }
    }
    if let maxSteps { summary["max-steps"] = "\(maxSteps)" }
    return summary
  }
}
