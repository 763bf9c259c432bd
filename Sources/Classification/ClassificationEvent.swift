import Training

/// What the training of a classifier tells of its work.
public enum ClassificationEvent: Sendable {
  /// One of so many teachers comes next, from 1 on; the events up to the next of this kind, or to
  /// `taught`, are its.
  case teaching(number: Int, count: Int)
  /// The teachers are done; the events from here on are the student's.
  case taught
  case began(ClassificationPlan)
  case step(StepReport)
  case validation(ValidationReport)
}

/// What is about to be done.
public struct ClassificationPlan: Sendable {
  public var parameters: Int
  public var trainingTexts: Int
  public var validationTexts: Int
  public var classes: Int
  public var stepsPerEpoch: Int
  public var totalSteps: Int
  /// Steps done before, in a run that is resumed.
  public var doneSteps: Int
  /// Who shares the work, for people: `2 threads`.
  public var division: String
  /// Training texts of which only a part is read.
  public var shortenedTexts: Int
}
