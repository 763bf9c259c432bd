import TerminalText

extension Interpreter {
  static let treeCommands: [Command<Interpreter>] = [
    Command(
      name: "tree", aliases: ["goto"], usage: "[N]",
      summary: "draw all that was tried, or go to place N of it",
      details: """
        All that was typed and written in the session is in it: what was undone, retried or left for \
        another option, too. What follows on a place stands below it; where there are several, those \
        that lead elsewhere are set in. * is where the text is, + what leads to it. /tree 5 goes to \
        after 5, with the state and the seed of that moment, from where the text can go on otherwise; \
        settings stay as they are.
        """,
      argument: .free
    ) { interpreter, argument in
      guard let number = try interpreter.number(ofPlace: argument.trimmingBlanks) else {
        return try interpreter.drawTree()
      }
      interpreter.session.draft.go(to: number)
      try interpreter.remarkPosition()
    }
  ]

  /// The place that was named by its number; nil where none was named.
  private func number(ofPlace argument: String) throws(ReplError) -> Int? {
    guard !argument.isEmpty else { return nil }
    let nodes = session.draft.tree.nodes
    guard let number = Int(argument) else {
      throw .usage("/tree takes the number of a place, got \(excerpt(argument, limit: 40))")
    }
    guard nodes.indices.contains(number), !nodes[number].isDropped else {
      throw .usage("there is no place \(number); /tree shows those that there are")
    }
    return number
  }

  private func drawTree() throws {
    let drawing = TreeDrawing(of: session)
    for line in drawing.lines(width: screen.width()) { try screen.line(line) }
  }
}
