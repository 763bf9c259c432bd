import TerminalText

/// A run for a terminal: the verdict, a plot of its losses, and what came of it; of one that has no
/// losses yet its teachers.
package func terminalReport(on run: RunRecord, width: Int) -> String {
  let verdict = Verdict(on: run)
  var blocks = [
    wrapped(printable("\(run.name): \(verdict.headline)"), width: width, splitsWords: false),
    wrapped(verdict.explanation, width: width, splitsWords: false),
  ]
  let training = run.steps.compactMap { step in
    step.trainLoss.map { (x: Double(step.position.step), y: $0) }
  }
  let validation = run.validations.map { (x: Double($0.position.step), y: $0.loss) }
  let plot = BraillePlot(
    [BraillePlot.Curve(training), BraillePlot.Curve(validation, mark: "o")], width: width,
    height: 18)
  if let plot {
    let legend =
      validation.isEmpty ? "training loss, nats" : "training loss, o validation loss, nats"
    blocks.append([legend] + plot.lines(xName: "steps"))
  }
  if !run.results.isEmpty {
    blocks.append([factSheet(run.results.map { ($0.name, $0.value) })])
  }
  if plot == nil {
    blocks += run.teachers.map { [terminalReport(on: $0, width: width)] }
  }
  return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
}
