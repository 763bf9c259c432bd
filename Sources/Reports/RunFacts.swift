import Checkpoints
import Classification
import Foundation
import Paths
import TerminalText

/// What a run was, or what came of it, as rows of a table.
package struct RunFact: Encodable, Equatable, Sendable {
  /// Which of several values of different runs is the best.
  package enum Better: String, Encodable, Sendable {
    case low
    case high
  }

  package var name: String
  package var value: String
  /// Where values can be compared.
  package var number: Double?
  package var better: Better?

  init(_ name: String, _ value: String, number: Double? = nil, better: Better? = nil) {
    self.name = name
    self.value = value
    self.number = number
    self.better = better
  }
}

extension RunRecord {
  /// Of settings; the keys have underscores for blanks.
  private static let names = [
    "machine", "division", "arithmetic", "precision", "version", "seed", "cell", "layers",
    "hidden size", "parameters", "vocabulary", "training characters", "validation characters",
    "test characters", "training texts", "validation texts",
  ]

  /// How the run was made: from its lines, and where these are silent from its best model.
  package var settings: [RunFact] {
    func fact(_ name: String, _ key: String) -> RunFact? {
      setting(key).flatMap { value in
        let text = value.count.map { key == "seed" ? "\($0)" : $0.grouped } ?? value.field
        return text.isEmpty ? nil : RunFact(name, printable(text))
      }
    }
    var facts: [RunFact] = []
    facts += [fact("command", "command"), fact("date", "date"), resumed].compactMap(\.self)
    facts += Self.names.compactMap { fact($0, $0.replacing(" ", with: "_")) }
    if let classes {
      facts.append(RunFact("classes", classes.map { printable($0) }.joined(separator: ", ")))
    }
    let known = Set(facts.map(\.name)).union(["vocabulary", "validation", "steps", "epochs"])
    facts +=
      modelFacts
      .filter { !known.contains($0.name) && (beginnings.isEmpty || $0.name.hasPrefix("  --")) }
      .map { RunFact($0.name.trimmingCharacters(in: .whitespaces), $0.value) }
    return facts
  }

  /// The steps at which it was stopped and went on.
  private var resumed: RunFact? {
    let steps = beginnings.filter { $0.step > 0 }.map { "step \($0.step.grouped)" }
    return steps.isEmpty ? nil : RunFact("resumed", "after " + steps.joined(separator: ", "))
  }

  /// Whether `best.safetensors` is of this run: a new one leaves that of a run before it in the folder
  /// until it has a best model itself, with the first validation.
  package var hasBest: Bool {
    !validations.isEmpty
      || ["validation_characters", "validation_texts"].contains { setting($0)?.number == 0 }
  }

  private var modelFacts: [Fact] {
    guard hasBest else { return [] }
    return switch try? Checkpoint(contentsOf: "\(path)/best.safetensors") {
    case .languageModel(let model): model.facts
    case .classifier(let model): model.facts
    case nil: []
    }
  }

  /// What came of it.
  package var results: [RunFact] {
    var facts: [RunFact] = []
    func add(
      _ name: String, _ number: Double?, _ better: RunFact.Better? = nil,
      as text: (Double) -> String = lossText
    ) {
      guard let number else { return }
      facts.append(RunFact(name, text(number), number: number, better: better))
    }
    let percent = { String(format: "%.2f%%", $0) }
    if let best {
      let accuracy = best.accuracy.map { 100 * $0 }
      add("best accuracy", accuracy, .high, as: percent)
      add("macro F1 there", best.macroF1.map { 100 * $0 }, .high, as: percent)
      add(isClassifier ? "validation loss there" : "best validation loss", best.loss, .low)
      if !isClassifier { add("bits per \(lossUnit.rawValue)", best.loss / log(2), .low) }
      facts.append(RunFact("best at step", best.position.step.grouped))
    }
    add("test loss", test?.loss, .low)
    add("test bits per \(lossUnit.rawValue)", test.map { $0.loss / log(2) }, .low)
    add("last training loss", steps.last { $0.trainLoss != nil }?.trainLoss)
    if let last = lastPosition {
      facts.append(
        RunFact("steps", last.step.grouped + (totalSteps.map { " of \($0.grouped)" } ?? "")))
      if let characters = last.characters.flatMap(Int.init(exactly:)) {
        facts.append(RunFact("characters read", characters.grouped))
      }
      if let seconds = last.seconds {
        facts.append(RunFact("time", Self.time(seconds), number: seconds))
      }
    }
    let speeds = steps.compactMap(\.charactersPerSecond).sorted()
    if !speeds.isEmpty {
      let median = speeds[speeds.count / 2]
      facts.append(
        RunFact(
          "characters a second", Int(exactly: median.rounded()).map(\.grouped) ?? "\(median)",
          number: median))
    }
    return facts
  }

  /// Hours where there are some, minutes and seconds; less than a minute in tenths of seconds.
  static func time(_ seconds: Double) -> String {
    guard seconds >= 60, let total = Int(exactly: seconds.rounded()) else {
      return String(format: "%.1f s", seconds)
    }
    return total >= 3600
      ? String(format: "%d:%02d:%02d h", total / 3600, total / 60 % 60, total % 60)
      : String(format: "%d:%02d min", total / 60, total % 60)
  }
}
