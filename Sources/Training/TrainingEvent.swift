import Foundation
import Recurrent

/// What a trainer tells of its work.
public enum TrainingEvent: Equatable, Sendable {
  /// A teacher comes next; the events up to the next of this kind, or to `taught`, are its.
  case teaching(number: Int, ModelConfiguration, TrainingOptions)
  /// A teacher has written so many characters of those that it is to write.
  case writing(characters: Int, of: Int)
  /// A teacher reads the text, and what all of them have written, to tell what it expects.
  case reading(teacher: Int)
  /// The teachers are done; the events from here on are the student's.
  case taught
  case began(TrainingPlan)
  case step(StepReport)
  case validation(ValidationReport)
  /// The run has ended, and its best model has read the part that nothing was chosen on.
  case test(TestReport)
  /// Files were written after this step.
  case saved(step: Int)
}

/// What a trainer is about to do.
public struct TrainingPlan: Equatable, Sendable {
  /// Values that are trained.
  public var parameters: Int
  /// `B`, perhaps fewer than asked for.
  public var lanes: Int
  /// `T`, perhaps shorter than asked for.
  public var sequenceLength: Int
  /// Whether the corpus was too short for the lanes or the length asked for.
  public var shrank: Bool
  public var trainingCharacters: Int
  /// 0 where the corpus leaves too little to validate on.
  public var validationCharacters: Int
  /// Of the part to test on.
  public var testCharacters: Int
  /// Characters of the training part that a given vocabulary does not have; they are left out.
  public var unknownTrainingCharacters: Int
  /// Characters of the validation part that the training part does not have; they are left out.
  public var unknownValidationCharacters: Int
  public var stepsPerEpoch: Int
  public var totalSteps: Int
  /// Steps done before, in a run that is resumed.
  public var doneSteps: Int
  /// Who shares the work, for people: `2 threads`.
  public var division: String
}

/// Where training stands. Losses are in nats: per character, or per label of a classifier.
public struct StepReport: Equatable, Sendable {
  /// From 1.
  public var epoch: Int
  /// Optimizer steps so far.
  public var step: Int
  /// Characters read so far.
  public var characters: Int
  /// The mean since the last report.
  public var trainLoss: Double
  public var learningRate: Float
  /// Before clipping.
  public var gradientNorm: Double
  /// Since the last report, validation and saving not counted.
  public var charactersPerSecond: Double
  /// Likewise; nil where there is one text, which is read on and on.
  public var textsPerSecond: Double?
  /// That the run has taken since it began, in all processes that went on with it and with all that
  /// its teachers took.
  public var elapsedSeconds: Double
}

/// How well the averaged weights predict the validation part.
public struct ValidationReport: Equatable, Sendable {
  /// From 1.
  public var epoch: Int
  public var step: Int
  /// Nats per character, or of a classifier per label.
  public var validationLoss: Double
  public var bitsPerCharacter: Double { validationLoss / log(2) }
  /// Of a classifier, a share of 1.
  public var accuracy: Double?
  public var macroF1: Double?
  /// Of a classifier, by class: F1, which `macroF1` is the mean of.
  public var classF1: [Double]?
  public var bestValidationLoss: Double
  public var isBest: Bool
}

/// How well the best model of a run predicts the part that nothing was chosen on, read as one stream.
public struct TestReport: Equatable, Sendable {
  /// The last of the run.
  public var step: Int
  /// Those that were predicted.
  public var characters: Int
  /// Characters of the part that the vocabulary does not have; they are left out.
  public var unknownCharacters: Int
  /// Nats per character.
  public var testLoss: Double
  public var bitsPerCharacter: Double { testLoss / log(2) }
}

/// Why a training run ended.
public enum TrainingOutcome: Equatable, Sendable {
  case completed
  /// Validation did not get better for as many times as patience allows.
  case patienceExhausted
  /// It was stopped, and can be resumed.
  case interrupted
}
