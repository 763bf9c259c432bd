import ArgumentParser
import Training

/// - Throws: `Failure` where a run has a limit of steps, which more epochs do not move.
func checkExtension(of run: OptimizationOptions, given: OptimizationFlags) throws {
  guard given.maxSteps == nil, let maxSteps = run.maxSteps else { return }
  throw Failure.usage(
    "--extend does not lengthen a run of --max-steps \(maxSteps); give more --max-steps too")
}

/// The folder of a run, and what becomes of the run that is in it.
struct RunFolderOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The run folder; it has to be named.")
  var output: String?

  @Flag(help: "Go on with the run in the folder, exactly where it was saved.")
  var resume = false

  @Flag(help: "Replace the run that is in the folder.")
  var overwrite = false

  @Option(help: "With --resume: train this many epochs more than the run was to have.")
  var extend: Int?

  @Flag(
    help: ArgumentHelp(
      "With --resume: go on though the text is not the one the run began with.",
      visibility: .advanced))
  var acceptChangedCorpus = false
}
