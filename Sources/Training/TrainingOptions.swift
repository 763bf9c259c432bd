import CPU
import Recurrent

/// How a model is trained. Defaults suit a corpus of about a megabyte.
///
/// What every kind of network takes stands in `optimization`, and is read and set like the rest:
/// `options.epochs = 10`.
@dynamicMemberLookup
public struct TrainingOptions: Equatable, Sendable {
  public var optimization = OptimizationOptions()
  /// `B`: parallel streams of the corpus.
  public var lanes = 64
  /// `T`: steps that the gradient goes back.
  public var sequenceLength = 128
  public var warmupSteps = 200
  /// What those who train divide among them, where that is possible; what should be fastest if nil.
  /// `Trainer.options` tells it.
  public var division: Division?
  /// Groups of lanes whose gradients are computed apart and then added up in a fixed order: with the same
  /// ones, training gives the same bytes on any number of threads and machines. One for each thread if
  /// nil; `Trainer.options` tells it.
  public var laneBlocks: Int?
  /// In which gradients go from process to process: float32 if nil, or bfloat16, with which the bytes of a
  /// run depend on the number of processes.
  public var gradientPrecision: Precision?
  /// Steps that each process takes along gradients of its own lanes before all take the mean of their
  /// weights; gradients are added up at each step if nil. With it, the bytes of a run depend on the number of
  /// processes.
  public var averageEvery: Int?
  /// Networks that are trained first, as `Preset.standard` does and each with another seed. What
  /// they predict on average is a part of each target (Hinton, Vinyals and Dean 2015; Furlanello
  /// et al. 2018).
  public var teachers = 0
  /// Passes of a teacher; nil for as many as the preset has.
  public var teacherEpochs: Int?
  /// Characters that the teachers write, for the student to read beside the text: half of its lanes
  /// read that, over and over. 0 for none.
  public var teacherText = 0
  /// How much of each target is what the teachers expect.
  public var teacherWeight: Float = 0.8

  package static let mostTeachers = 16

  public init() {}

  public subscript<Value>(
    dynamicMember path: WritableKeyPath<OptimizationOptions, Value>
  ) -> Value {
    get { optimization[keyPath: path] }
    set { optimization[keyPath: path] = newValue }
  }

  private static let rules: [OptionRule<Self>] =
    [
      OptionRule("batch-size", \.lanes, "1 to 65536") { 1...65536 ~= $0 },
      OptionRule("sequence-length", \.sequenceLength, "1 to 65536") { 1...65536 ~= $0 },
      OptionRule("warmup-steps", \.warmupSteps, "0 or more") { $0 >= 0 },
      OptionRule("divide", optional: \.division, "lanes or units") { _ in true },
      OptionRule("lane-blocks", optional: \.laneBlocks, "1 to 65536") { 1...65536 ~= $0 },
      OptionRule("gradient-precision", optional: \.gradientPrecision, "float32 or bfloat16") {
        $0 == .float32 || $0 == .bfloat16
      },
      OptionRule("average-every", optional: \.averageEvery, "1 to 10000") { 1...10_000 ~= $0 },
    ]
    + (OptimizationOptions.rules + [OptimizationOptions.threadsRule(countsInResult: false)])
    .map { $0.of(\.optimization) }

  private static let teacherRules: [OptionRule<Self>] = [
    OptionRule("teachers", \.teachers, "0 to \(mostTeachers)") { 0...mostTeachers ~= $0 },
    OptionRule("teacher-epochs", optional: \.teacherEpochs, "1 to 1000000") {
      1...1_000_000 ~= $0
    },
    OptionRule("teacher-text", \.teacherText, "0 or more") { $0 >= 0 },
    OptionRule("teacher-weight", \.teacherWeight, "0 to 1") { 0...1 ~= $0 },
  ]

  /// Refuses values that cannot work.
  /// - Throws: `TrainingError.optionOutOfRange`.
  public func validate() throws(TrainingError) {
    try Self.rules.check(self)
    try Self.teacherRules.check(self)
    guard teachers > 0 || teacherText == 0 else {
      throw .optionOutOfRange(
        name: "teacher-text", value: "\(teacherText)", range: "0 without teachers")
    }
  }

  /// The options as a model file tells them: by their names on the command line.
  package var summary: [String: String] {
    let all = teachers > 0 ? Self.rules + Self.teacherRules : Self.rules
    return all.summary(of: self)
  }
}

/// As one flat object.
extension TrainingOptions: Codable {
  private enum CodingKeys: CodingKey {
    case lanes, sequenceLength, warmupSteps, division, laneBlocks, gradientPrecision, averageEvery
    case teachers, teacherEpochs, teacherText, teacherWeight
  }

  public init(from decoder: any Decoder) throws {
    optimization = try OptimizationOptions(from: decoder)
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    lanes = try fields.decode(Int.self, forKey: .lanes)
    sequenceLength = try fields.decode(Int.self, forKey: .sequenceLength)
    warmupSteps = try fields.decode(Int.self, forKey: .warmupSteps)
    division = try fields.decodeIfPresent(Division.self, forKey: .division)
    laneBlocks = try fields.decodeIfPresent(Int.self, forKey: .laneBlocks)
    averageEvery = try fields.decodeIfPresent(Int.self, forKey: .averageEvery)
    gradientPrecision = try fields.decodeIfPresent(Precision.self, forKey: .gradientPrecision)
    teachers = try fields.decode(Int.self, forKey: .teachers)
    teacherEpochs = try fields.decodeIfPresent(Int.self, forKey: .teacherEpochs)
    teacherText = try fields.decode(Int.self, forKey: .teacherText)
    teacherWeight = try fields.decode(Float.self, forKey: .teacherWeight)
  }

  public func encode(to encoder: any Encoder) throws {
    try optimization.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(lanes, forKey: .lanes)
    try fields.encode(sequenceLength, forKey: .sequenceLength)
    try fields.encode(warmupSteps, forKey: .warmupSteps)
    try fields.encodeIfPresent(division, forKey: .division)
    try fields.encodeIfPresent(laneBlocks, forKey: .laneBlocks)
    try fields.encodeIfPresent(averageEvery, forKey: .averageEvery)
    try fields.encodeIfPresent(gradientPrecision, forKey: .gradientPrecision)
    try fields.encode(teachers, forKey: .teachers)
    try fields.encodeIfPresent(teacherEpochs, forKey: .teacherEpochs)
    try fields.encode(teacherText, forKey: .teacherText)
    try fields.encode(teacherWeight, forKey: .teacherWeight)
  }
}
