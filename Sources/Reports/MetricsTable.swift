import Classification

/// The metrics of runs as CSV: a column for each key of any line, a line for each line. The first
/// column names the run, or its teacher; it is the path where runs have the same name.
package func csv(of runs: [RunRecord]) -> String {
  let all = zip(runs, distinctNames(of: runs)).flatMap { run, name in
    ([(name, run)] + run.teachers.map { ("\(name)/\($0.name)", $0) })
      .flatMap { name, run in run.metrics.lines.map { (name: name, line: $0) } }
  }
  let keys = orderedKeys(of: all.map(\.line))
  let rows =
    [["run"] + keys]
    + all.map { name, line in [name] + keys.map { line[$0]?.field ?? "" } }
  return rows.map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
}

/// Those of steps, validations and the test part first, in the order of their meaning; others by name.
private func orderedKeys(of lines: [MetricsFile.Line]) -> [String] {
  let known = [
    "event", "epoch", "step", "characters", "elapsed_seconds", "train_loss", "validation_loss",
    "bits_per_character", "best_validation_loss", "test_loss", "test_characters", "accuracy",
    "macro_f1", "class_f1", "is_best",
    "learning_rate", "gradient_norm", "characters_per_second", "texts_per_second",
  ]
  let found = lines.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
  return known.filter(found.contains) + found.subtracting(known).sorted()
}
