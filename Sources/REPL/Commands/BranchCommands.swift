import TerminalText

extension Interpreter {
  static let branchCommands: [Command<Interpreter>] = [
    Command(
      name: "branch", usage: "NAME", summary: "go on in a copy of this text called NAME",
      details: """
        The text at hand stays as it is under its own name, and both can go on from here. \
        The first one is called \(Session.firstBranch).
        """,
      argument: .free
    ) { interpreter, argument in
      let name = argument.trimmingBlanks
      guard isBranchName(name) else {
        throw ReplError.usage("a branch needs a name of 1 to 40 characters without blanks")
      }
      guard !interpreter.session.branchNames.contains(name) else {
        throw ReplError.usage("there is a branch \(name) already; /switch \(name) goes there")
      }
      let old = interpreter.session.branch
      interpreter.session.makeBranch(name)
      try interpreter.screen.remark("on \(name), a copy of \(old)")
    },
    Command(
      name: "branches", summary: "list the branches"
    ) { interpreter, _ in
      let session = interpreter.session
      let all = session.branches
      let width = all.map { columns(of: $0.name) }.max() ?? 0
      for (name, draft) in all.sorted(by: { $0.name < $1.name }) {
        let end = excerpt(draft.text, limit: 30, fromEnd: true)
        try interpreter.screen.line(
          (name == session.branch ? "* " : "  ") + name.padded(to: width) + "  " + draft.summary
            + (end.isEmpty ? "" : ": " + end))
      }
    },
    Command(
      name: "switch", usage: "NAME", summary: "go to the branch NAME",
      argument: .words { interpreter, before in
        before.isEmpty ? interpreter.session.branchNames : []
      }
    ) { interpreter, argument in
      let name = argument.trimmingBlanks
      guard interpreter.session.switchTo(name) else {
        let names = interpreter.session.branchNames
        throw ReplError.usage(
          "there is no branch \(excerpt(name, limit: 40)); "
            + (nearest(name, among: names).map { "did you mean \($0)?" } ?? "/branches lists them"))
      }
      try interpreter.remarkPosition()
    },
  ]
}

/// Whether a branch can be called this: what can be typed as one word and shown on a line.
func isBranchName(_ name: String) -> Bool {
  (1...40).contains(name.unicodeScalars.count)
    && name.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator,
        .lineSeparator, .paragraphSeparator:
        false
      default: true
      }
    }
}
