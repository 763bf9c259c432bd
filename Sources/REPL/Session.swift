import Form
import Generation
import Recurrent

/// A position in a text, and the seed that the next generation from there takes.
struct Position {
  var state: TextState
  var seed: UInt64
}

/// A prompt and what the model wrote on from it.
struct Exchange {
  /// As the model read it: without characters it does not know; empty where it just went on.
  var prompt: String
  var text: String
  /// The stop string that ended the text. The model has read it; it was not shown.
  var stop: String?
  /// How many characters were asked for, where that was not left to the settings.
  var length: Int?
  var seed: UInt64
  /// Where it began.
  var before: Position
}

/// One text as far as it has come: its exchanges, the way back and the way forward.
///
/// A value. A copy is a branch, and every step back is exact, because each exchange holds the position
/// where it began. A position is a few kilobytes, so there is no limit to the steps.
struct Draft {
  private(set) var exchanges: [Exchange] = []
  /// After the last exchange.
  var position: Position
  /// Exchanges taken back, the last one first to return, each with the position after it.
  private(set) var undone: [(exchange: Exchange, after: Position)] = []

  init(at position: Position) {
    self.position = position
  }

  /// A draft with a past, as it was saved.
  init(exchanges: [Exchange], position: Position, undone: [(exchange: Exchange, after: Position)]) {
    self.exchanges = exchanges
    self.position = position
    self.undone = undone
  }

  /// Adds an exchange that ended at `position`; nothing can be redone after it.
  mutating func append(_ exchange: Exchange, endingAt position: Position) {
    exchanges.append(exchange)
    self.position = position
    undone = []
  }

  /// Goes back to before the last exchange; returns whether there was one.
  mutating func undo() -> Bool {
    guard let exchange = exchanges.popLast() else { return false }
    undone.append((exchange, position))
    position = exchange.before
    return true
  }

  /// Goes forward again by one exchange; returns whether one was undone.
  mutating func redo() -> Bool {
    guard let (exchange, after) = undone.popLast() else { return false }
    exchanges.append(exchange)
    position = after
    return true
  }

  /// All that was typed and written, as the model has read it.
  var text: String {
    var text = ""
    for exchange in exchanges {
      if !exchange.prompt.isEmpty, !text.isEmpty, !text.endsLine { text += "\n" }
      text += exchange.prompt + exchange.text + (exchange.stop ?? "")
    }
    return text
  }

  /// Whether what comes next begins a line. A text begins one.
  var endsLine: Bool {
    for exchange in exchanges.reversed() {
      for part in [exchange.stop ?? "", exchange.text, exchange.prompt] where !part.isEmpty {
        return part.endsLine
      }
    }
    return true
  }
}

extension String {
  /// Whether the last scalar is a line feed; as a `Character` it could be part of CR LF.
  var endsLine: Bool { unicodeScalars.last == "\n" }
}

/// What a person is at: settings, and one text or several branches of it.
struct Session {
  static let firstBranch = "main"

  var settings: Settings
  /// Cells of the model that are held.
  var clamps: [Clamp] = []
  /// What is written keeps to it, where it asks for anything.
  var form = Form()
  /// The branch at hand.
  var draft: Draft
  var branch = firstBranch
  /// The other branches, in order of their making.
  var others: [(name: String, draft: Draft)] = []

  init(settings: Settings, draft: Draft) {
    self.settings = settings
    self.draft = draft
  }

  var branchNames: [String] { [branch] + others.map(\.name) }

  /// A name that no branch has, made of the name of the one at hand.
  var freeBranchName: String {
    let stem = String(branch.unicodeScalars.prefix(30))
    var number = 2
    while branchNames.contains("\(stem)-\(number)") { number += 1 }
    return "\(stem)-\(number)"
  }

  /// Goes on in a copy of this text called `name`, leaving this one under its own name.
  mutating func makeBranch(_ name: String) {
    others.append((branch, draft))
    branch = name
  }

  /// Goes to the branch `name`; returns whether there is one.
  mutating func switchTo(_ name: String) -> Bool {
    if name == branch { return true }
    guard let index = others.firstIndex(where: { $0.name == name }) else { return false }
    let next = others[index].draft
    others[index] = (branch, draft)
    branch = name
    draft = next
    return true
  }
}
