import Generation
import TerminalText
import Text

extension Interpreter {
  /// Lets the person edit the whole text. What is no longer the same is read again, from the nearest
  /// place before it of which the tree has the state.
  ///
  /// - Throws: `Interrupted` while it is read: then nothing has changed.
  func editAll(by edit: (String) throws -> String) throws {
    let old = session.draft.text
    guard !old.isEmpty else { throw ReplError.usage("there is no text yet; type a prompt first") }
    // Editors end the last line, whether the text did or not.
    var typed = try edit(old.endsLine ? old : old + "\n")
    _ = surroundings.takeInterrupt()
    if !old.endsLine, typed.endsLine { typed.unicodeScalars.removeLast() }
    guard !typed.isEmpty else {
      throw ReplError.usage("nothing is left of the text; /reset begins a new one")
    }
    let new = Array(try known(typed, to: resident.generator.vocabulary).text.unicodeScalars)
    let before = Array(old.unicodeScalars)
    guard new != before else { return try screen.remark("the text is as it was") }
    let same = zip(new, before).prefix { $0 == $1 }.count

    let draft = session.draft
    let tree = draft.tree
    var parts = draft.textsByPlace[...]
    var kept = 0
    var parent = tree.beginning(of: draft.place)
    while let part = parts.first, case let count = part.text.unicodeScalars.count,
      kept + count <= same
    {
      kept += count
      parent = part.place
      parts.removeFirst()
    }
    var rest = String.UnicodeScalarView()
    rest.append(contentsOf: new[kept...])
    var state = tree[parent].after.state
    try read(String(rest), into: &state)
    let exchange = Exchange(
      prompt: "", text: String(rest), seed: draft.seed, seedBefore: draft.seed,
      editedFrom: draft.place)
    session.draft = Draft(at: parent, of: tree).appending(
      exchange, endingAt: Position(state: state, seed: draft.seed))
    try screen.remark("read again from character \((kept + 1).grouped) on")
    try remarkPosition()
  }
}
