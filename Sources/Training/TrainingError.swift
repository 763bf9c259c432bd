import Paths

/// What can keep a model from being trained.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  case optionOutOfRange(name: String, value: String, range: String)
  /// Two options that cannot be had together, and why.
  case optionsContradict(String, String, reason: String)
  /// An option that is nothing without another, and why.
  case optionNeeds(String, String, reason: String)
  /// A classifier's network that does not have the layers of the model which it begins with.
  case shapeContradictsModel
  /// Fewer than two known characters.
  case corpusTooShort(characters: Int)
  /// The loss or the gradient is not a number any more.
  case diverged(step: Int, learningRate: Float)
  /// What it is trained on cannot go on; the run stands as it was after so many steps.
  case deviceFailed(step: Int, reason: String)
  /// A resume file's run began with another text.
  case corpusChanged(path: String, reason: String)
  /// A resume file's run began with other labelled texts.
  case dataChanged(path: String)
  /// A resume file does not go with what it is to be resumed with.
  case cannotResume(path: String, reason: String)

  /// One line: what, and what to do; options by their names.
  public var description: String { description { $0 } }

  /// The same, each option as `option` spells its name.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .optionOutOfRange(let name, let value, let range):
      "\(option(name)) must be \(range), got \(value)"
    case .optionsContradict(let one, let other, let reason):
      "\(option(one)) contradicts \(option(other)): \(reason)"
    case .optionNeeds(let name, let needed, let reason):
      "\(option(name)) needs \(option(needed)): \(reason)"
    case .shapeContradictsModel:
      "the network must have the cell, the layers and the sizes of the model it begins with"
    case .corpusTooShort(let characters):
      "the training part has \(characters) character\(characters == 1 ? "" : "s"); at least 2 are needed, and a few hundred "
        + "to learn anything"
    case .diverged(let step, let rate):
      "the loss is not a finite number any more at step \(step), learning rate \(rate); "
        + "try a lower \(option("learning-rate")) or \(option("clip-norm")) 1. What was saved before stands"
    case .deviceFailed(let step, let reason): "stopped after step \(step.formatted()): \(reason)"
    case .corpusChanged(let path, let reason):
      "cannot resume \(path: path): \(reason); give the text the run began with, or "
        + "\(option("accept-changed-corpus")) to go on with this one from the beginning of the epoch"
    case .dataChanged(let path):
      "cannot resume \(path: path): the labelled texts, or their parts to train and to validate on, are not "
        + "those the run began with; give the same data and, if they were given, the same "
        + "\(option("validation")) or \(option("validation-fraction"))"
    case .cannotResume(let path, let reason):
      "cannot resume \(path: path): \(reason)"
    }
  }
}
