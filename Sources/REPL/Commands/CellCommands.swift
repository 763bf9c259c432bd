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
    ) { try $0.clamp($1) },
    Command(
      name: "cells", usage: "[n | CELL]",
      summary: "show what the n liveliest cells did over the end of the text (8)",
      details: """
        Cells are the liveliest whose output changed most from character to character of the last \
        exchange, as far as a line has room; each has its outputs below the text, from -1, the lowest \
        block, to 1. /cells 2.137 shows one over the whole of it: in colours from blue, -1, to red, 1.
        """,
      argument: .free
    ) { try $0.showCells($1) },
  ]

  private func showCells(_ argument: String) throws {
    let argument = argument.trimmingBlanks
    if let place = CellPlace(argument) {
      try place.check(in: resident.trained.model.configuration)
      let traces = try traces()
      return try showUnderText(
        zip(traces.scalars, traces[place]).map {
          ($0, sparklineBlock($1, from: -1, to: 1), colour(ofOutput: $1))
        })
    }
    let count = try wholeNumber(argument, of: "/cells") ?? 8
    let width = 9
    var traces = try traces()
    traces = traces.suffix(max(8, min(screen.width(), 200) - width))
    let pictures = traces.scalars.map { picture(of: $0) }
    // Characters of two columns may not leave room for all.
    var room = max(8, min(screen.width(), 200) - width)
    let shown = pictures.reversed().prefix { picture in
      room -= columns(of: picture)
      return room >= 0
    }.count
    traces = traces.suffix(shown)
    let all = resident.trained.model.configuration
    try screen.line(String(repeating: " ", count: width) + pictures.suffix(shown).joined())
    for place in traces.liveliest(min(count, all.layers * all.hiddenSize)) {
      let blocks = zip(pictures.suffix(shown), traces[place]).map { picture, output in
        String(
          repeating: sparklineBlock(output, from: -1, to: 1), count: columns(of: picture))
      }
      try screen.line("\(place)".padded(to: width) + blocks.joined())
    }
  }

  /// What the cells did while the last exchange was read and written, which is read again.
  private func traces() throws -> CellTraces {
    var draft = session.draft
    guard let exchange = draft.removeLast() else {
      throw ReplError.usage("there is no text yet; type a prompt first")
    }
    let vocabulary = resident.generator.vocabulary
    var traces = CellTraces(hiddenSize: resident.trained.model.configuration.hiddenSize)
    var state = draft.state
    if !exchange.prompt.isEmpty, !draft.endsLine {
      try resident.read(Array(vocabulary.symbols(for: "\n")), into: &state)
    }
    let text = exchange.prompt + exchange.text + (exchange.stop ?? "")
    for scalar in text.unicodeScalars {
      if surroundings.takeInterrupt() { throw Interrupted() }
      try resident.read(Array(vocabulary.symbols(for: scalar)), into: &state)
      traces.append(scalar, state.parts.recurrent.hidden)
    }
    return traces
  }

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

/// From blue, −1, over grey to red, 1; of the 256 of xterm.
private func colour(ofOutput output: Float) -> Int {
  switch output {
  case ..<(-0.6): 27
  case ..<(-0.2): 75
  case ..<0.2: 245
  case ..<0.6: 209
  default: 196
  }
}
