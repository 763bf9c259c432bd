import Generation
import TerminalText

/// The tree of all that was tried, in lines.
///
/// What leads on in a straight line stands below each other, however long it is; only what leads
/// elsewhere is set in.
struct TreeDrawing {
  private let tree: TextTree
  private let here: Int
  private let path: Set<Int>
  /// The names of branches, by their places.
  private var names: [Int: [String]] = [:]
  private let numberWidth: Int

  init(of session: Session) {
    tree = session.draft.tree
    here = session.draft.place
    path = Set([tree.beginning(of: here)] + tree.path(to: here))
    numberWidth = "\(tree.nodes.count - 1)".count
    let branches = session.branches
    guard branches.count > 1 else { return }
    for (name, draft) in branches.sorted(by: { $0.name < $1.name }) {
      names[draft.place, default: []].append(name)
    }
  }

  func lines(width: Int) -> [String] {
    var lines: [String] = []
    for (number, node) in tree.nodes.enumerated() where node.parent == nil {
      append(number, first: "", rest: "", width, to: &lines)
    }
    return lines
  }

  /// A place and all that follows on it.
  private func append(
    _ number: Int, first: String, rest: String, _ width: Int, to lines: inout [String]
  ) {
    var next: Int? = number
    var prefix = first
    while let place = next {
      lines.append(clipped(prefix + line(of: place), to: max(20, width)))
      prefix = rest
      let children = tree.children(of: place)
      // The way to where the text is goes straight on, else the newest.
      next = children.last { path.contains($0) } ?? children.last
      for child in children where child != next {
        append(child, first: rest + "├ ", rest: rest + "│ ", width, to: &lines)
      }
    }
  }

  private func line(of number: Int) -> String {
    let mark = number == here ? "*" : path.contains(number) ? "+" : " "
    let digits = "\(number)"
    var line = String(repeating: " ", count: max(0, numberWidth - digits.count)) + digits + mark
    if let names = names[number] { line += " [" + names.joined(separator: ", ") + "]" }
    guard let exchange = tree[number].exchange else { return line + " the beginning" }
    if let from = exchange.editedFrom {
      let end = excerpt(exchange.text, limit: 40, fromEnd: true)
      return line + " edited from \(from): " + end
    }
    line += " seed \(exchange.seed)"
    if let temperature = exchange.temperature { line += ", temperature \(temperature.shortest)" }
    line += ": "
    if !exchange.prompt.isEmpty { line += excerpt(exchange.prompt, limit: 24) + " … " }
    return line + excerpt(exchange.text, limit: 40)
  }
}
