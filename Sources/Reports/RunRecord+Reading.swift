import Foundation
import Paths
import Training

extension RunRecord {
  /// Reads the folder of a run, which may still be going on.
  ///
  /// - Throws: `ReportError`.
  package init(folder path: String) throws(ReportError) {
    var status = stat()
    guard !path.utf8.contains(0), stat(path.cPath, &status) == 0 else {
      throw .noFolder(path: path)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path) }
    let teachers = Self.teachers(of: path)
    guard Self.hasMetrics(path) || !teachers.isEmpty else { throw .noMetrics(folder: path) }
    do throws(ReportError) {
      try self.init(metrics: MetricsFile(path: "\(path)/metrics.jsonl"), of: path)
    } catch {
      // While the teachers learn there are only theirs.
      guard !teachers.isEmpty, error.saysThatNothingIsThere else { throw error }
      self.init(metrics: MetricsFile(withoutLinesAt: "\(path)/metrics.jsonl"), of: path)
    }
    self.teachers = teachers
  }

  /// Those that have lines; one that has only begun has none yet.
  private static func teachers(of path: String) -> [RunRecord] {
    (1...TrainingOptions.mostTeachers).compactMap { number in
      let folder = "\(path)/teacher-\(number)"
      guard hasMetrics(folder), let metrics = try? MetricsFile(path: "\(folder)/metrics.jsonl")
      else { return nil }
      return RunRecord(metrics: metrics, of: folder)
    }
  }

  private static func hasMetrics(_ folder: String) -> Bool {
    access("\(folder)/metrics.jsonl".cPath, F_OK) == 0
  }

  /// What lines say; events of other kinds are left out.
  init(metrics: MetricsFile, of path: String) {
    name = Self.name(of: path)
    self.path = path
    self.metrics = metrics
    for line in metrics.lines {
      guard let event = line["event"]?.text, let step = line["step"]?.count, step >= 0 else {
        continue
      }
      switch event {
      case "began":
        beginnings.append(Beginning(step: step, values: line))
        failure = nil
      case "failed": failure = Failure(step: step, reason: line["reason"]?.text)
      case "step": steps.append(Step(line, at: step))
      case "validation":
        if let loss = line["validation_loss"]?.number {
          validations.append(Validation(line, loss: loss, at: step))
        }
      case "test":
        if let loss = line["test_loss"]?.number { test = Test(step: step, loss: loss) }
      case "sample":
        if let text = line["text"]?.text { samples.append(Sample(step: step, text: text)) }
      default: break
      }
    }
    steps.sort { $0.position.step < $1.position.step }
    validations.sort { $0.position.step < $1.position.step }
    for index in validations.indices {
      validations[index].position = position(at: validations[index].position.step)
    }
  }

  /// The last part of a path that is a name.
  private static func name(of path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard let last = parts.last else { return path.hasPrefix("/") ? "/" : "this folder" }
    return printable(path: last == ".." ? path : String(last))
  }

  /// What was read and how long it took up to a step, between two that were reported in proportion.
  private func position(at step: Int) -> Position {
    // The first that is not before the step.
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].position.step < step { low = middle + 1 } else { high = middle }
    }
    guard low < steps.count else {
      let last = steps.last?.position
      return Position(step: step, characters: last?.characters, seconds: last?.seconds)
    }
    let after = steps[low].position
    guard after.step > step else { return after }
    let before = low > 0 ? steps[low - 1].position : Position(step: 0, characters: 0, seconds: 0)
    let part = Double(step - before.step) / Double(after.step - before.step)
    func between(_ first: Double?, _ second: Double?) -> Double? {
      guard let first, let second else { return nil }
      return first + (second - first) * part
    }
    return Position(
      step: step, characters: between(before.characters, after.characters),
      seconds: between(before.seconds, after.seconds))
  }
}

extension RunRecord.Step {
  fileprivate init(_ line: MetricsFile.Line, at step: Int) {
    position = RunRecord.Position(
      step: step, characters: line["characters"]?.number,
      seconds: line["elapsed_seconds"]?.number)
    trainLoss = line["train_loss"]?.number
    learningRate = line["learning_rate"]?.number
    gradientNorm = line["gradient_norm"]?.number
    charactersPerSecond = line["characters_per_second"]?.number
  }
}

extension RunRecord.Validation {
  fileprivate init(_ line: MetricsFile.Line, loss: Double, at step: Int) {
    position = RunRecord.Position(step: step)
    self.loss = loss
    accuracy = line["accuracy"]?.number
    macroF1 = line["macro_f1"]?.number
    classF1 = line["class_f1"]?.list?.map(\.number)
  }
}
