import Files
import Glibc
import Paths
import Text

/// What a person always wants set: lines of a setting and its value, as `/set` takes them.
///
/// Blank lines count for nothing, nor do lines that begin with `#`.
package struct Configuration {
  private let path: String
  private let lines: [(number: Int, name: String, value: String)]

  /// `config` in the folder of the program's configuration; nil where there is no such folder.
  package static func standardPath(environment: [String: String]) -> String? {
    BaseFolders.configuration(environment: environment).map { $0 + "/config" }
  }

  /// The configuration in a file; nil where there is none.
  ///
  /// - Throws: `ReplError`, which names the file.
  package init?(contentsOf path: String) throws(ReplError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile.contents(of: path)
    } catch {
      if case .cannotOpen(_, let code) = error, code == ENOENT || code == ENOTDIR {
        return nil
      }
      throw .inputOutput("\(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badData("\(path: path) is not UTF-8; it was left out")
    }
    self.path = path
    var lines: [(number: Int, name: String, value: String)] = []
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in all.enumerated() {
      let line = line.trimmingBlanks
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      let name = line.prefix { !$0.isWhitespace }
      lines.append((index + 1, String(name), line[name.endIndex...].trimmingBlanks))
    }
    self.lines = lines
  }

  /// Sets what it says but for the settings in `given`, which the person has named otherwise, and says
  /// of what is wrong where it is.
  package func apply(to interpreter: Interpreter, except given: Set<String>) throws(OutputFailure) {
    for (number, name, value) in lines {
      do {
        let setting = try Setting.named(name)
        guard !value.isEmpty else { throw ReplError.usage("\(name) has no value") }
        if !given.contains(name) { try setting.set(interpreter, value) }
      } catch {
        try warn("\(path: path), line \(number): \(error)", to: interpreter)
      }
    }
  }

  private func warn(_ text: String, to interpreter: Interpreter) throws(OutputFailure) {
    do {
      try interpreter.screen.warning(text)
    } catch {
      throw error as? OutputFailure ?? OutputFailure(cause: error)
    }
  }
}
