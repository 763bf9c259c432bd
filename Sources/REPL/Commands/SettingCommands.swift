import Checkpoints
import TerminalText

extension Interpreter {
  static let set = Command<Interpreter>(
    name: "set", usage: "[name [value]]", summary: "list the settings, show one, or change it",
    list: Setting.all.map { ($0.name, $0.summary) },
    argument: .words { _, before in
      switch before.count {
      case 0: Setting.all.map(\.name)
      case 1: Setting.all.first { $0.name == before[0] }?.values ?? []
      default: []
      }
    }
  ) { interpreter, argument in
    let screen = interpreter.screen
    guard !argument.isEmpty else {
      for setting in Setting.all {
        try screen.prose(
          setting.summary,
          after: setting.name.padded(to: nameWidth) + setting.value(interpreter).padded(to: 10)
            + "  ", style: screen.outputStyle.dim)
      }
      return
    }
    let name = argument.prefix { !$0.isWhitespace }
    let setting = try Setting.named(String(name))
    let value = argument[name.endIndex...].trimmingBlanks
    guard !value.isEmpty else {
      try screen.line("\(setting.name) \(setting.value(interpreter))")
      return
    }
    try setting.set(interpreter, value)
    try screen.remark("\(setting.name) \(setting.value(interpreter))")
  }

  static let show = Command<Interpreter>(
    name: "show", summary: "show where this session is: model, text and settings"
  ) { interpreter, _ in
    let session = interpreter.session
    var rows = [
      ("model", "\(interpreter.resident.name): \(interpreter.resident.shape)"),
      ("branch", session.branch),
      ("text", session.draft.summary),
    ]
    if session.draft.last != nil {
      rows.append(("ends", excerpt(session.draft.text, limit: 50, fromEnd: true)))
    }
    rows += Setting.all.map { ($0.name, $0.value(interpreter)) }
    if case let bans = session.settings.writing.bans, !bans.isEmpty {
      rows.append(("ban", bans.list))
    }
    if case let biases = session.settings.writing.biases, !biases.isEmpty {
      rows.append(("bias", biases.list))
    }
    if let bestOf = session.settings.bestOf { rows.append(("best-of", bestOf.description)) }
    if let copyLimit = interpreter.copyLimit {
      rows.append(("avoid-copying", copyLimit.description))
    }
    if !session.clamps.isEmpty {
      rows.append(("clamp", session.clamps.map(\.description).joined(separator: " ")))
    }
    if let adaptation = session.adaptation {
      rows += adaptation.texts.map { ("adapted to", $0.summary.description) }
    }
    for (name, value) in rows {
      try interpreter.screen.line(name.padded(to: nameWidth) + value)
    }
  }

  static let info = Command<Interpreter>(
    name: "info", summary: "show what the model is and how it was trained"
  ) { interpreter, _ in
    try interpreter.screen.line(factSheet(interpreter.resident.trained.facts))
  }
}

extension Draft {
  /// How much there is of it.
  var summary: String {
    let characters = text.unicodeScalars.count
    return counted(exchanges.count, "exchange") + ", " + counted(characters, "character")
  }
}
