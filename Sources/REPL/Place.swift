import Generation
import TerminalText
import Text

/// A place inside a draft's text, after one of its characters.
struct Place {
  /// The exchanges before the one that the place is in.
  let before: Draft
  /// The one that it is in.
  let exchange: Exchange
  /// What of that one stands before the place: the line feed that it began with, if it did, its
  /// prompt, and what was written.
  let opening: String
  let prompt: String
  let written: String
  /// What follows there.
  let next: Unicode.Scalar?

  /// The place after as many characters of the text; nil where it has fewer, and before the first.
  init?(after count: Int, of draft: Draft) {
    guard count > 0 else { return nil }
    var before = draft
    var rest = draft.text.unicodeScalars.count
    while let exchange = before.removeLast() {
      let opening = exchange.prompt.isEmpty || before.endsLine ? "" : "\n"
      let written = exchange.text + (exchange.stop ?? "")
      let all = Array((opening + exchange.prompt + written).unicodeScalars)
      rest -= all.count
      guard count > rest || before.last == nil else { continue }
      let length = count - rest
      guard (0...all.count).contains(length) else { return nil }
      func part(_ from: Int, _ count: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: all[min(from, length)..<min(from + count, length)])
        return String(text)
      }
      let (o, p) = (opening.unicodeScalars.count, exchange.prompt.unicodeScalars.count)
      self.before = before
      self.exchange = exchange
      self.opening = part(0, o)
      prompt = part(o, p)
      self.written = part(o + p, all.count)
      next = length < all.count ? all[length] : nil
      return
    }
    return nil
  }

  /// What stands before it, of its exchange.
  var text: String { opening + prompt + written }

  /// The draft up to here, with another character in place of what followed.
  func draft(goingOnWith text: String, endingAt state: TextState) -> Draft {
    var new = exchange
    new.stop = nil
    new.length = nil
    new.editedFrom = nil
    new.seedBefore = before.seed
    if written.isEmpty, !prompt.isEmpty {
      new.prompt = prompt + text
      new.text = ""
    } else {
      // At the line feed before a prompt there is no prompt yet.
      new.prompt = prompt
      new.text = (prompt.isEmpty ? opening : "") + written + text
    }
    var draft = before
    draft.append(new, endingAt: Position(state: state, seed: exchange.seed &+ 1))
    return draft
  }
}
