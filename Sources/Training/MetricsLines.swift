/// A line of `metrics.jsonl`. Losses are in nats: per character, or per label of a classifier.
struct StepLine: Encodable {
  let event = "step"
  let epoch: Int
  let step: Int
  let characters: Int
  let train_loss: Double
  let learning_rate: Float
  let gradient_norm: Double
  let characters_per_second: Double
  let texts_per_second: Double?
  let elapsed_seconds: Double

  init(_ report: StepReport) {
    epoch = report.epoch
    step = report.step
    characters = report.characters
    train_loss = report.trainLoss
    learning_rate = report.learningRate
    gradient_norm = report.gradientNorm
    characters_per_second = report.charactersPerSecond.rounded()
    texts_per_second = report.textsPerSecond?.rounded()
    elapsed_seconds = (report.elapsedSeconds * 1000).rounded() / 1000
  }
}

/// A line of `metrics.jsonl`: of a language model with its bits, of a classifier with its accuracy.
struct ValidationLine: Encodable {
  let event = "validation"
  let epoch: Int
  let step: Int
  let validation_loss: Double
  let bits_per_character: Double?
  let best_validation_loss: Double?
  let accuracy: Double?
  let macro_f1: Double?
  let class_f1: [Double]?
  let is_best: Bool?

  init(_ report: ValidationReport) {
    let classifies = report.accuracy != nil
    epoch = report.epoch
    step = report.step
    validation_loss = report.validationLoss
    bits_per_character = classifies ? nil : report.bitsPerCharacter
    best_validation_loss = classifies ? nil : report.bestValidationLoss
    accuracy = report.accuracy
    macro_f1 = report.macroF1
    class_f1 = report.classF1
    is_best = classifies ? report.isBest : nil
  }
}

/// A line of `metrics.jsonl`: what the best model makes of the part to test on.
struct TestLine: Encodable {
  let event = "test"
  let step: Int
  let test_characters: Int
  let test_loss: Double
  let bits_per_character: Double

  init(_ report: TestReport) {
    step = report.step
    test_characters = report.characters
    test_loss = report.testLoss
    bits_per_character = report.bitsPerCharacter
  }
}

/// A line of `metrics.jsonl`: training has failed, as with a loss that is no number.
struct FailedLine: Encodable {
  let event = "failed"
  let step: Int
  let reason: String
}

/// A line of `metrics.jsonl`: what a language model writes after so many steps.
package struct SampleLine: Encodable {
  let event = "sample"
  let step: Int
  let text: String

  package init(step: Int, text: String) {
    self.step = step
    self.text = text
  }
}
