import Files
import Glibc
import Paths
import REPL

/// Lets the person edit `text` in the editor of their choice.
///
/// - Throws: `ReplError` where no editor can be run or the text comes back broken.
func edited(_ text: String, environment: [String: String]) throws -> String {
  func named(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
  let editor = named("VISUAL") ?? named("EDITOR") ?? "vi"
  let folder = try makeFolder(in: named("TMPDIR") ?? "/tmp")
  defer { remove(folder: folder) }
  let path = folder + "/text.txt"
  do {
    try AtomicFile.write(text.utf8, to: path)
    let status = try run(editor, on: path)
    guard status == 0 else {
      throw ReplError.inputOutput("the editor \(path: editor) ended with status \(status)")
    }
    guard let text = String(validating: try MappedFile.contents(of: path), as: UTF8.self) else {
      throw ReplError.inputOutput("the text is not UTF-8; it was left out")
    }
    return text
  } catch let error as FileError {
    throw ReplError.inputOutput("cannot edit the text: \(error)")
  }
}

/// A folder that others cannot read.
private func makeFolder(in place: String) throws(ReplError) -> String {
  var template = "\(place)/charlstm-XXXXXX".cPath
  guard mkdtemp(&template) != nil else {
    throw .inputOutput(
      "cannot make a folder for the text in \(path: place): \(SystemError.last.reason)")
  }
  return String(cPath: template)
}

/// With what the editor left in it.
private func remove(folder: String) {
  for name in (try? folderNames(in: folder)) ?? [] {
    unlink("\(folder)/\(name)".cPath)
  }
  rmdir(folder.cPath)
}

/// Runs a command of the shell with a file as its argument and waits for its end.
///
/// Not Foundation's `Process`: that would move it to the background, where a terminal stops it.
private func run(_ command: String, on path: String) throws(ReplError) -> Int32 {
  let words = ["sh", "-c", command + " \"$1\"", "sh", path]
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0.cPath) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var process = pid_t()
  let code = posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ)
  guard code == 0 else {
    throw .inputOutput("cannot run \(path: command): \(SystemError(code: code).reason)")
  }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0, errno == EINTR {}
  let signal = status & 0x7F
  return signal == 0 ? status >> 8 & 0xFF : 128 + signal
}
