import Files
import Paths
import Recurrent
import Training

/// What a training run tells, as TensorBoard reads it: losses and rates with each report, how the
/// weights and the gradients are distributed with each validation, and what is written meanwhile.
///
/// Teachers have folders of their own below, which TensorBoard shows as other runs.
package final class TrainingLog {
  package let folder: String
  private let optimization: OptimizationStep
  private var file: EventFile?
  private var teacher: Int?

  /// - Parameter optimization: has the weights that are trained, and their gradients.
  package init(folder: String, of optimization: OptimizationStep) {
    self.folder = folder
    self.optimization = optimization
  }

  /// Whether a folder has events already, of another run.
  package static func isTaken(_ folder: String) -> Bool { EventFile.areIn(folder) }

  /// A network's run begins, or goes on after as many steps.
  ///
  /// - Throws: `FileError`, as all that writes.
  package func begin(after doneSteps: Int) throws(FileError) {
    file = try EventFile(
      in: teacher.map { "\(folder)/teacher-\($0)" } ?? folder,
      from: doneSteps == 0 ? 0 : doneSteps + 1)
  }

  package func take(_ event: TrainingEvent) throws(FileError) {
    switch event {
    case .teaching(let number, _, _): teacher = number
    case .taught: teacher = nil
    case .began(let plan): try begin(after: plan.doneSteps)
    case .step(let report): try take(report)
    case .validation(let report): try take(report)
    case .test(let report): try append([("loss/test", report.testLoss)], step: report.step)
    case .writing, .reading, .saved: break
    }
  }

  package func take(_ report: StepReport) throws(FileError) {
    try append(
      [
        ("loss/train", report.trainLoss), ("learning_rate", Double(report.learningRate)),
        ("gradient_norm", report.gradientNorm),
        ("speed/characters_per_second", report.charactersPerSecond),
        ("speed/texts_per_second", report.textsPerSecond),
      ], step: report.step)
  }

  package func take(_ report: ValidationReport) throws(FileError) {
    try append(
      [
        ("loss/validation", report.validationLoss), ("accuracy", report.accuracy),
        ("macro_f1", report.macroF1),
      ], step: report.step)
    // The weights of teachers are their trainers' own.
    if teacher == nil { try appendDistributions(step: report.step) }
  }

  /// What the network writes by now, as it is: in Markdown, an indented block.
  package func take(sample: String, step: Int) throws(FileError) {
    let lines = sample.split(separator: "\n", omittingEmptySubsequences: false)
    try file?.append(
      .text(tag: "sample", lines.map { "    " + $0 }.joined(separator: "\n")), step: step)
  }

  private func append(_ scalars: [(tag: String, value: Double?)], step: Int) throws(FileError) {
    for case (let tag, let value?) in scalars {
      try file?.append(.scalar(tag: tag, value), step: step)
    }
  }

  private func appendDistributions(step: Int) throws(FileError) {
    let optimizer = optimization.optimizer
    let layout = optimization.model.layout
    try appendDistributions("weights", of: layout.tensors, in: optimizer.parameters, step: step)
    // A run that is resumed may validate before it takes a step.
    guard optimizer.gradients.elements.contains(where: { $0 != 0 }) else { return }
    try appendDistributions(
      "gradients", of: layout.trainedTensors, in: optimizer.gradients, step: step)
  }

  private func appendDistributions(
    _ name: String, of tensors: [ParameterLayout.Tensor], in values: FloatBuffer, step: Int
  ) throws(FileError) {
    for tensor in tensors {
      guard let histogram = Histogram(values[tensor.range]) else { continue }
      try file?.append(.histogram(tag: "\(name)/\(tensor.name)", histogram), step: step)
    }
  }
}
