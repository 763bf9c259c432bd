import ArgumentParser
import Foundation
import Paths
import TerminalText
import Text
import Training

/// The words of the command line. Any of them may be the name of a file, which need not be UTF-8, so
/// they come as paths; an option that is something else takes them by `utf8Text`.
enum CommandArguments {
  static let all = (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    CommandLine.unsafeArgv[index].map { String(cPath: $0) }
  }

  /// What a run is kept as the work of.
  static var invocation: Invocation {
    Invocation(
      command: (["charlstm"]
        + all.map { $0.hasPrefix("-") ? shellQuoted($0) : shellQuoted(path: $0) })
        .joined(separator: " "),
      version: Charlstm.configuration.version)
  }

  /// The command that the arguments ask for.
  ///
  /// - Throws: `Failure` where one of them is not UTF-8 and no name of a file either; what the parser
  ///   throws.
  static func command(of arguments: [String]) throws -> any ParsableCommand {
    do {
      return try Charlstm.parseAsRoot(HelpScope.parsed(arguments))
    } catch {
      let message = Charlstm.message(for: error)
      guard message.unicodeScalars.contains(where: { $0.escapedByte != nil }),
        let index = fault(in: arguments, message)
      else { throw error }
      throw Failure.usage(
        "argument \(index + 1) is not UTF-8: \(quoted(arguments[index].spelledPath)); convert it: "
          + "only the names of files may be other bytes")
    }
  }

  /// Which argument that is not UTF-8 a message is about.
  private static func fault(in arguments: [String], _ message: String) -> Int? {
    let candidates = arguments.indices.filter { (try? utf8Text(arguments[$0])) == nil }
    return candidates.first { index in
      let argument = arguments[index]
      let isOption = argument.utf8.first == UInt8(ascii: "-")
      let value = isOption ? argument.drop { $0 != "=" }.dropFirst() : argument[...]
      return message.contains(value.isEmpty ? argument[...] : value)
    } ?? candidates.first
  }
}

/// The text of an argument that is no path.
///
/// - Throws: `ValidationError` where it is not UTF-8.
func utf8Text(_ argument: String) throws -> String {
  guard let text = String(validating: argument.pathBytes, as: UTF8.self) else {
    throw ValidationError("it is not UTF-8")
  }
  return text
}
