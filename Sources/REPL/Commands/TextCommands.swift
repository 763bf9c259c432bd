import TerminalText
import Text

extension Interpreter {
  static let textCommands: [Command<Interpreter>] = [
    Command(
      name: "more", usage: "[n]", summary: "go on from where the text stopped",
      details: "Writes n characters, or as many as the setting length says.",
      argument: .free
    ) { interpreter, argument in
      try interpreter.write(
        .empty, after: interpreter.session.draft, seed: interpreter.session.draft.seed,
        length: try wholeNumber(argument, of: "/more"))
    },
    Command(
      name: "retry", summary: "write on from the last prompt again, with the next seed",
      details: """
        The model is put back to where it was before the last prompt, exactly. With /set seed N \
        before it, /retry writes the text of that seed.
        """
    ) { interpreter, _ in
      var draft = interpreter.session.draft
      guard let last = draft.removeLast() else {
        throw ReplError.usage("there is nothing to retry; type a prompt first")
      }
      guard last.editedFrom == nil else {
        throw ReplError.usage("what was edited is not written again; /more goes on from it")
      }
      let prompt = KnownText(last.prompt, to: interpreter.resident.generator.vocabulary)
      let seed = interpreter.session.draft.seed
      if let following = last.following {
        try interpreter.writeFormed(
          prompt, after: draft, seed: seed, length: last.length, following: following)
      } else {
        try interpreter.write(prompt, after: draft, seed: seed, length: last.length)
      }
    },
    Command(
      name: "undo", usage: "[n]",
      summary: "go back to before the last exchange, or the last n, as often as you like",
      details: """
        The model's state, the text and the seed are exactly what they were: the same prompt again \
        gives the same text again. Settings stay as they are.
        """,
      argument: .free
    ) { interpreter, argument in
      try interpreter.step(
        argument, "/undo", of: interpreter.session.draft.undoCount
      ) { $0.undo() }
    },
    Command(
      name: "redo", usage: "[n]", summary: "take the last /undo back, or the last n",
      argument: .free
    ) { interpreter, argument in
      try interpreter.step(
        argument, "/redo", of: interpreter.session.draft.undone.count
      ) { $0.redo() }
    },
    Command(
      name: "reset", summary: "begin a new text",
      details: """
        Settings, seed and branches stay. What was written before is in /tree, and can be gone \
        back to; /branch gives a text a name.
        """
    ) { interpreter, _ in
      let draft = interpreter.session.draft
      interpreter.session.draft = Draft(
        beginningAt: Position(
          state: interpreter.resident.generator.start(), seed: draft.seed), in: draft.tree)
      try interpreter.remarkPosition()
    },
    Command(
      name: "edit", usage: "[all]",
      summary: "write a prompt in $VISUAL or $EDITOR, or edit all of the text",
      details: """
        What is in the editor when it is closed is the prompt; nothing is none. /edit all opens the \
        whole text. What was changed in it, and what comes after, is read again, from the end of the \
        last exchange before that; the model writes nothing. /more goes on from there, /undo takes the \
        edit back.
        """,
      argument: .words { $1.isEmpty ? ["all"] : [] }
    ) { interpreter, argument in
      guard let edit = interpreter.surroundings.edit else {
        throw ReplError.usage("/edit needs a terminal")
      }
      switch argument.trimmingBlanks {
      case "": break
      case "all": return try interpreter.editAll(by: edit)
      default: throw ReplError.usage("/edit takes no argument but all")
      }
      var text = try edit("")
      // Ctrl-C in the editor was meant for it.
      _ = interpreter.surroundings.takeInterrupt()
      if text.endsLine { text.unicodeScalars.removeLast() }
      guard !text.isEmpty else { return try interpreter.screen.remark("no prompt") }
      try interpreter.screen.remark(text.withControlPictures)
      try interpreter.write(onFrom: text)
    },
  ]
}

extension Interpreter {
  /// Goes back or forward by as many exchanges as were asked for, one unless told, or not at all.
  ///
  /// - Parameter count: how many there are.
  private func step(
    _ argument: String, _ command: String, of count: Int, by move: (inout Draft) -> Bool
  ) throws {
    let wanted = try wholeNumber(argument, of: command) ?? 1
    guard count > 0 else {
      throw ReplError.usage("there is nothing to \(command.dropFirst())")
    }
    guard wanted <= count else {
      throw ReplError.usage(
        "there \(count == 1 ? "is" : "are") only \(counted(count, "exchange")) to "
          + command.dropFirst())
    }
    for _ in 0..<wanted { _ = move(&session.draft) }
    try remarkPosition()
  }

  /// Shows a person the end of a text that they go on with.
  package func showPosition() throws(OutputFailure) {
    do {
      try remarkPosition()
    } catch {
      throw error as? OutputFailure ?? OutputFailure(cause: error)
    }
  }

  /// Tells a person where in the text they are now.
  func remarkPosition() throws {
    let draft = session.draft
    let end = excerpt(draft.text, limit: 50, fromEnd: true)
    try screen.remark(
      draft.last == nil ? "at the beginning of the text" : "\(draft.summary): \(end)")
  }
}
