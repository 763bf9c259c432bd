import ArgumentParser
import Files
import Paths
import Training

/// Whether the files that a command writes may take the place of others.
struct ReplacementFlag: ParsableArguments {
  @Flag(help: "Replace a file that is there already.")
  var overwrite = false

  /// A file to write, which is not there yet or may be replaced.
  func file(_ path: String) throws(FileError) -> OutputFile {
    try OutputFile(path: path, replaces: overwrite, remedy: "--overwrite")
  }

  /// A page to write, for which a browser needs a file.
  func page(_ path: String) throws -> OutputFile {
    guard path != "-" else {
      throw Failure.usage(
        "--output takes the name of a file, such as page.html, got -; standard output is "
          + "/dev/stdout")
    }
    return try file(path)
  }
}

/// - Throws: `Failure` where a run is both to go on and to be replaced.
func checkFlags(resume: Bool, overwrite: Bool) throws {
  guard !(resume && overwrite) else {
    throw Failure.usage("--overwrite replaces the run that --resume goes on with; give one of them")
  }
}

/// - Throws: `Failure` or `FileError` where a new run in a folder would replace something.
func checkIsFree(runFolder path: String) throws {
  guard !RunFolder.holdsRun(at: path) else {
    throw Failure(
      description: "there is a run in \(path: path) already; --resume goes on with it, --overwrite "
        + "replaces it", code: .cannotCreate)
  }
  if let file = RunFolder.fileInTheWay(at: path) {
    throw FileError.exists(path: file, remedy: "--overwrite")
  }
}
