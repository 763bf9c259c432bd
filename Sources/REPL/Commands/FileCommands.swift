import Files
import LineEditing
import TerminalText
import Text

extension Interpreter {
  static let fileCommands: [Command<Interpreter>] = [
    Command(
      name: "save", usage: "FILE", summary: "keep the session: settings, texts and states, exact",
      details: "Only you can read the file. /open goes on from it, in another process too.",
      argument: .file
    ) { interpreter, argument in
      let path = try file(argument, for: "/save")
      try SessionFile.write(interpreter.session, of: interpreter.resident, to: path)
      try interpreter.screen.remark("saved as \(excerpt(path, limit: 200))")
    },
    Command(
      name: "open", usage: "FILE", summary: "go on from a session that was saved",
      details: "It takes the place of this one. It must have been saved with the model at hand.",
      argument: .file
    ) { interpreter, argument in
      let path = try file(argument, for: "/open")
      let session = try SessionFile.read(path, for: interpreter.resident)
      interpreter.session = session
      interpreter.use(session.settings.precision)
      try interpreter.remarkPlace()
    },
    Command(
      name: "write", usage: "[FILE]", summary: "write the text to a file, or show all of it",
      details: "Prompts and what the model wrote, as it has read them.",
      argument: .file
    ) { interpreter, argument in
      var text = interpreter.session.draft.text
      if !text.isEmpty, !text.endsLine { text += "\n" }
      guard !argument.trimmingBlanks.isEmpty else {
        return try interpreter.screen.output(interpreter.screen.shown(text))
      }
      let path = try file(argument, for: "/write")
      try AtomicFile.write(text.utf8, to: path)
      try interpreter.screen.remark(
        "\(text.unicodeScalars.count.grouped) characters in \(excerpt(path, limit: 200))")
    },
    Command(
      name: "load", usage: "MODEL", summary: "take another model and begin a new text",
      details: "Settings and seed stay; texts and branches go, as states belong to their model.",
      argument: .file
    ) { interpreter, argument in
      let path = try file(argument, for: "/load")
      let settings = interpreter.session.settings
      let model = try ResidentModel(
        contentsOf: path, precision: settings.precision, device: interpreter.resident.device)
      let place = Place(
        state: model.generator.start(), seed: interpreter.session.draft.place.seed)
      interpreter.resident = model
      interpreter.session = Session(settings: settings, draft: Draft(at: place))
      try interpreter.screen.remark("\(model.name): \(model.shape)")
    },
  ]
}
