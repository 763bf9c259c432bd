import Recurrent
import TerminalText

extension Interpreter {
  static let cellCommands: [Command<Interpreter>] = [
    Command(
      name: "clamp", usage: "[CELL=VALUE]",
      summary: "hold the output of a cell at a value, and see what it does to the text",
      details: """
        /clamp 2.137=1 holds cell 137 of layer 2 at 1, from the next character read on: layers count \
        from 1, cells from 0, and values are from -1 to 1. Several may stand beside each other. \
        /clamp 2.137 off lets it go, /clamp off all of them; /clamp lists them.
        """,
      argument: .words { interpreter, before in
        before.isEmpty ? interpreter.session.clamps.map(\.place.description) + ["off"] : ["off"]
      }
    ) { try $0.clamp($1) }
  ]

  private func clamp(_ argument: String) throws {
    var words = argument.split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return try listClamps() }
    var clamps = session.clamps
    if words.last == "off" {
      words.removeLast()
      for word in words {
        let place = try heldCell(word)
        clamps.removeAll { $0.place == place }
      }
      if words.isEmpty { clamps = [] }
    } else {
      for word in words {
        let clamp = try Clamp(String(word))
        clamps.removeAll { $0.place == clamp.place }
        clamps.append(clamp)
      }
    }
    try resident.use(session.settings.precision, clamping: clamps)
    session.clamps = clamps
    if screen.isInteractive { try listClamps() }
  }

  /// - Throws: `ReplError` where `word` is no cell that is held.
  private func heldCell(_ word: Substring) throws(ReplError) -> CellPlace {
    guard let place = CellPlace(word) else {
      throw .usage("a cell is layer.cell, such as 2.137, got \(excerpt(word, limit: 40))")
    }
    guard session.clamps.contains(where: { $0.place == place }) else {
      throw .usage("cell \(place) is not held; /clamp lists those that are")
    }
    return place
  }

  private func listClamps() throws {
    guard !session.clamps.isEmpty else { return try screen.remark("no cell is held") }
    try screen.line(session.clamps.map(\.description).joined(separator: " "))
  }
}
