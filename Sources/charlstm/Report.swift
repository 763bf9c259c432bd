import ArgumentParser
import Foundation
import Reports
import TerminalText

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how training went: a page with curves, a plot on the terminal, or a table.",
    discussion: """
      The page is one file that a browser opens from the disk. It has a verdict in words, curves of \
      losses, learning rate and gradient norm, and what the run was; of several runs also a \
      comparison. Where the run's data are still there, its best model reads those to validate on \
      once more, for how far its probabilities can be believed and what surprises it, and writes a \
      sample to be held against the text. A run that is still going on can be looked at too.

        charlstm report run --output report.html
        charlstm report run other-run --output comparison.html
        charlstm report run --terminal
        charlstm report run --csv > metrics.csv
      """)

  @Argument(help: "Run folders.")
  var runs: [String]

  @Option(name: .shortAndLong, help: "The page, an HTML file.")
  var output: String?

  @OptionGroup var replacement: ReplacementFlag

  @Flag(help: "The losses as a plot of characters, and what came of the run.")
  var terminal = false

  @Flag(help: "The metrics as CSV, a column for each key and a row for each line.")
  var csv = false

  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    guard output != nil || terminal || csv else {
      throw Failure.usage(
        "nothing says how to show the run: give --output report.html for a page, --terminal or --csv"
      )
    }
    guard !(terminal && csv) else {
      throw Failure.usage("--terminal and --csv both write to standard output; give one of them")
    }
    let page = try output.map { try replacement.page($0) }
    let records = try runs.map { try RunRecord(folder: $0) }
    var standardOutput = StandardOutput()
    if csv { try standardOutput.write(Array(Reports.csv(of: records).utf8)) }
    if terminal {
      let width = widthOfOutput()
      for (index, record) in records.enumerated() {
        if index > 0 { try standardOutput.write(line: "") }
        try standardOutput.write(line: terminalReport(on: record, width: width))
      }
    }
    try standardOutput.flush()
    guard let page else { return }
    let device = try machine.device(gains: false)
    try page.write(reportPage(of: runs.map { try RunReading(of: $0, on: device).report }))
  }
}
