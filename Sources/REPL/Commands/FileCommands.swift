import Files
import LineEditing
import Paths
import TerminalText
import Text

extension Interpreter {
  static let fileCommands: [Command<Interpreter>] = [
    Command(
      name: "save", usage: "FILE", summary: "keep the session: settings, texts and states, exact",
      details: """
        Only you can read the file. /open goes on from it, in another process too. A file that is
        there already is kept; /save! FILE replaces it.
        """,
      argument: .file, replacing: { try $0.save($1, replaces: true) }
    ) { try $0.save($1, replaces: false) },
    Command(
      name: "open", usage: "FILE", summary: "go on from a session that was saved",
      details: "It takes the place of this one. It must have been saved with the model at hand.",
      argument: .file
    ) { interpreter, argument in
      let path = try file(argument, for: "/open")
      try interpreter.open(sessionAt: path)
      try interpreter.remarkPosition()
    },
    Command(
      name: "write", usage: "[FILE]", summary: "write the text to a file, or show all of it",
      details: """
        Prompts and what the model wrote, as it has read them. A file that is there already is kept; \
        /write! FILE replaces it.
        """,
      argument: .file, replacing: { try $0.writeText($1, replaces: true) }
    ) { try $0.writeText($1, replaces: false) },
    Command(
      name: "load", usage: "MODEL", summary: "take another model and begin a new text",
      details: "Settings and seed stay; texts and branches go, as states belong to their model.",
      argument: .file
    ) { interpreter, argument in
      let path = try file(argument, for: "/load")
      let settings = interpreter.session.settings
      let model = try ResidentModel(
        contentsOf: path, precision: settings.precision, device: interpreter.resident.device)
      let position = Position(
        state: model.generator.start(), seed: interpreter.session.draft.seed)
      interpreter.resident = model
      // Its states are another model's.
      interpreter.choice = nil
      interpreter.session = Session(settings: settings, draft: Draft(beginningAt: position))
      interpreter.autosave = interpreter.autosave?.anew(of: model.source)
      try interpreter.screen.remark("\(model.name): \(model.shape)")
    },
  ]

  /// Goes on from a session in a file; where that cannot be, this one stays.
  package func open(sessionAt path: String) throws {
    let opened = try SessionFile.read(path, for: resident)
    let (model, session) = try learningAgain(for: opened)
    resident = model
    self.session = session
    choice = nil
    try use(session.settings.precision)
    autosave = autosave?.anew(of: resident.source)
    autosave?.hasKept(session)
  }

  private func save(_ argument: String, replaces: Bool) throws {
    let file = try outputFile(argument, for: "/save", replaces: replaces)
    try SessionFile.write(SessionSnapshot(of: session), resident.source, to: file)
    try screen.remark("saved as \(excerpt(file.path.spelledPath, limit: 200))")
  }

  private func writeText(_ argument: String, replaces: Bool) throws {
    var text = session.draft.text
    if !text.isEmpty, !text.endsLine { text += "\n" }
    guard replaces || !argument.isEmpty else {
      return try screen.output(screen.shown(text))
    }
    let file = try outputFile(argument, for: "/write", replaces: replaces)
    try file.write(text.utf8)
    try screen.remark(
      "\(counted(text.unicodeScalars.count, "character")) in "
        + excerpt(file.path.spelledPath, limit: 200))
  }

  private func outputFile(
    _ argument: String, for command: String, replaces: Bool
  ) throws -> OutputFile {
    try OutputFile(
      path: file(argument, for: command), replaces: replaces, remedy: "\(command)!")
  }
}
