import ArgumentParser

/// How much help shows: `--help` the options that most people need, `--help-all` every one, as do the
/// manual and the completions.
enum HelpScope {
  static let all = "--help-all"

  /// Whether the command line asks for the short help.
  static let isShort =
    !CommandLine.arguments.contains(all)
    && CommandLine.arguments.dropFirst().contains { ["-h", "--help", "help"].contains($0) }

  /// The arguments as the parser knows them.
  static func parsed(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments[..<end].map { $0 == all ? "--help" : $0 } + arguments[end...]
  }
}

extension ArgumentVisibility {
  /// Of an option that few need, which the short help leaves out.
  static var advanced: ArgumentVisibility { HelpScope.isShort ? .hidden : .default }
}

/// Documents `--help-all`, which `HelpScope` takes before the parser does.
struct HelpAllFlag: ParsableArguments {
  @Flag(help: "Show every option.")
  var helpAll = false
}
