import Foundation
import REPL

/// Lets the person edit `text` in the editor of their choice.
///
/// - Throws: `ReplError` where no editor can be run or the text comes back broken.
func edited(_ text: String, environment: [String: String]) throws -> String {
  let candidates = [environment["VISUAL"], environment["EDITOR"], "vi"]
  let editor = candidates.compactMap { $0 }.first { !$0.isEmpty } ?? "vi"
  let folder = NSTemporaryDirectory() + "charlstm-" + UUID().uuidString
  do {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
  } catch {
    throw ReplError.inputOutput(
      "cannot make a folder for the prompt: \(error.localizedDescription)")
  }
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let path = folder + "/prompt.txt"
  do {
    try Data(text.utf8).write(to: URL(filePath: path))
    let status = try run(editor, on: path)
    guard status == 0 else {
      throw ReplError.inputOutput("the editor \(editor) ended with status \(status)")
    }
    let bytes = try Data(contentsOf: URL(filePath: path))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ReplError.inputOutput("the prompt is not UTF-8; it was left out")
    }
    return text
  } catch let error as ReplError {
    throw error
  } catch {
    throw ReplError.inputOutput("cannot edit the prompt: \(error.localizedDescription)")
  }
}

/// Runs a command of the shell with a file as its argument and waits for its end.
///
/// Not Foundation's `Process`: that would move it to the background, where a terminal stops it.
private func run(_ command: String, on path: String) throws(ReplError) -> Int32 {
  let words = ["sh", "-c", command + " \"$1\"", "sh", path]
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var process = pid_t()
  let code = posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ)
  guard code == 0 else {
    throw .inputOutput("cannot run \(command): \(String(cString: strerror(code)))")
  }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0, errno == EINTR {}
  let signal = status & 0x7F
  return signal == 0 ? status >> 8 & 0xFF : 128 + signal
}
