import Foundation
import Generation
import Recurrent
import TerminalText
import Text

extension Interpreter {
  static let experimentCommands: [Command<Interpreter>] = [
    Command(
      name: "temperatures", usage: "[list [prompt]]",
      summary: "the same prompt and seed at several temperatures",
      details: """
        /temperatures 0.3,0.7,1.0,1.3 writes on from the last prompt, with its seed, at each \
        temperature, side by side; with a prompt, from that. The session stays as it is, until /pick \
        takes one of the texts.
        """,
      argument: .free
    ) { try $0.compareTemperatures($1) },
    Command(
      name: "pick", usage: "N",
      summary: "go on with text N of the last /temperatures, or character N of /next",
      details: """
        A text of /temperatures is the text from here on, as if it had been written so, and its \
        temperature the setting; /undo goes back to before it. A character of /next at a place takes \
        the place of what followed there, and the model goes on from it, on a branch of its own: the \
        text as it was stays on its branch.
        """,
      argument: .free
    ) { try $0.pick($1) },
    Command(
      name: "next", usage: "[n | PLACE]",
      summary: "show the n most probable next characters (10), here or at a place",
      details: """
        Probabilities are the model's own, before temperature and the other settings. PLACE is a \
        number of characters back, /next -20, or a piece of the text in quotes, /next "summer", after \
        which the place is where it stands last; what followed there is marked. /pick N goes on with \
        another.
        """,
      argument: .free
    ) { interpreter, argument in
      let argument = argument.trimmingBlanks
      if argument.hasPrefix("-") || argument.hasPrefix("\"") {
        try interpreter.showAlternatives(at: interpreter.place(argument))
      } else {
        try interpreter.showNext(try wholeNumber(argument, of: "/next") ?? 10)
      }
    },
    Command(
      name: "score", usage: "TEXT", summary: "how well the model predicts TEXT here",
      details: """
        TEXT is read as a prompt would be, from the place where the session is; the session stays as \
        it is. Each character is coloured by its surprisal or, without colours, has its bits below \
        it, rounded, 9 for more.
        """,
      argument: .free
    ) { try $0.score($1) },
  ]
}

extension Interpreter {
  func compareTemperatures(_ argument: String) throws {
    let list = argument.prefix { !$0.isWhitespace }
    let temperatures = try list.isEmpty ? [0.3, 0.7, 1, 1.3] : temperatures(list)
    let typed = argument[list.endIndex...].drop { $0.isWhitespace }

    var draft = session.draft
    var prompt = KnownText.empty
    var seed = draft.position.seed
    if !typed.isEmpty {
      prompt = try known(String(typed), to: resident.generator.vocabulary)
    } else if let last = draft.exchanges.last, draft.undo() {
      prompt = KnownText(last.prompt, to: resident.generator.vocabulary)
      seed = last.seed
    }
    let start = try state(after: prompt, in: draft)
    var variants: [Variants.Variant] = []
    let columns = try temperatures.enumerated().map { index, temperature in
      var writing = session.settings.writing
      writing.sampling.temperature = temperature
      var state = start
      var random = Xoshiro256(seed: seed, stream: [0])
      var text: [UInt8] = []
      let passage = try resident.generator.write(
        from: &state, writing, after: preceding(prompt, in: draft), using: &random
      ) { bytes in
        text += bytes
        if surroundings.takeInterrupt() { throw Interrupted() }
        return true
      }
      let nats =
        passage.surprisal
        / Double(
          max(1, passage.characters + (passage.stop?.unicodeScalars.count ?? 0)))
      let written = String(decoding: text, as: UTF8.self)
      var variant = draft
      variant.append(
        Exchange(
          prompt: prompt.text, text: written, stop: passage.stop, seed: seed, before: draft.position
        ),
        endingAt: Position(state: state, seed: seed &+ 1))
      variants.append(.init(temperature: temperature, draft: variant))
      return (
        heading: "\(index + 1)) \(temperature.shortest): \(nats.fixed(2)) nats",
        text: written.withControlPictures
      )
    }
    self.variants = Variants(variants, in: session)
    alternatives = nil
    if !prompt.text.isEmpty {
      try screen.remark("after \"\(excerpt(prompt.text, limit: 60, fromEnd: true))\", seed \(seed)")
    }
    for line in sideBySide(columns, width: screen.width()) { try screen.line(line) }
    try screen.remark("/pick N goes on with one of them")
  }

  /// The place that an argument of `/next` names.
  private func place(_ argument: String) throws -> Place {
    let scalars = Array(session.draft.text.unicodeScalars)
    let count: Int
    if argument.hasPrefix("-") {
      guard let number = Int(argument), number < 0 else {
        throw ReplError.usage(
          "/next -N takes a number of characters to go back, got \(excerpt(argument, limit: 40))")
      }
      guard number.magnitude < scalars.count else {
        throw ReplError.usage(
          "the text has only \(counted(scalars.count, "character")), and the place must be after one"
        )
      }
      count = scalars.count + number
    } else {
      let words = try unescapedWords(argument)
      guard words.count == 1, case let piece = Array(words[0].unicodeScalars), !piece.isEmpty else {
        throw ReplError.usage("/next takes one piece of the text, in quotes")
      }
      let end = stride(from: scalars.count, through: piece.count, by: -1).first { end in
        scalars[end - piece.count..<end].elementsEqual(piece)
      }
      guard let end else {
        throw ReplError.usage("the text has no \(excerpt(escaped(words[0]), limit: 40))")
      }
      count = end
    }
    guard let place = Place(after: count, of: session.draft) else {
      throw ReplError.usage("there is no text yet; type a prompt first")
    }
    return place
  }

  /// The state after what stands before a place.
  private func state(at place: Place) throws -> TextState {
    var state = place.before.position.state
    let symbols = resident.generator.vocabulary.encode(place.text).symbols
    for start in stride(from: 0, to: symbols.count, by: 256) {
      if surroundings.takeInterrupt() { throw Interrupted() }
      resident.generator.read(symbols[start..<min(start + 256, symbols.count)], into: &state)
    }
    return state
  }

  private func showAlternatives(at place: Place) throws {
    let vocabulary = resident.generator.vocabulary
    let state = try state(at: place)
    let next = state.logits.withUnsafeBufferPointer { mostProbable(10, logits: $0) }
    let actual = place.next.flatMap { vocabulary.symbols(for: $0).first }
    try screen.remark("after \"\(excerpt(place.text, limit: 50, fromEnd: true))\"")
    try screen.probabilities(
      next.enumerated().map { index, next in
        let mark = next.symbol == actual ? "*" : " "
        return (
          "\(index + 1))".padded(to: 4) + mark + vocabulary.description(of: next.symbol),
          Double(next.probability)
        )
      })
    alternatives = Alternatives(place: place, state: state, symbols: next.map(\.symbol))
    variants = nil
    try screen.remark("/pick N goes on with one of them; * is what the text has")
  }

  /// Goes on with another character at a place, on a branch of its own.
  private func pick(_ number: Int, of alternatives: Alternatives) throws {
    guard alternatives.symbols.indices.contains(number - 1) else {
      throw ReplError.usage(
        "/pick takes a number from 1 to \(alternatives.symbols.count), got \(number)")
    }
    let symbol = alternatives.symbols[number - 1]
    guard case .scalar(let scalar) = resident.generator.vocabulary[symbol] else {
      throw ReplError.usage("a byte is only a part of a character; pick another")
    }
    var state = alternatives.state
    resident.generator.read(CollectionOfOne(symbol), into: &state)
    let draft = alternatives.place.draft(goingOnWith: String(scalar), endingAt: state)
    let name = session.freeBranchName
    session.makeBranch(name)
    session.draft = draft
    self.alternatives = nil
    try screen.remark("on \(name): \(excerpt(draft.text, limit: 50, fromEnd: true))")
    try write(.empty, after: draft, seed: draft.position.seed)
  }

  private func pick(_ argument: String) throws {
    if let alternatives, let number = try wholeNumber(argument, of: "/pick") {
      return try pick(number, of: alternatives)
    }
    guard let variants else {
      throw ReplError.usage("there is nothing to pick; /temperatures writes texts to choose from")
    }
    guard let number = try wholeNumber(argument, of: "/pick") else {
      throw ReplError.usage("/pick needs the number of a text")
    }
    let variant = try variants.pick(number, for: session)
    session.draft = variant.draft
    session.settings.writing.sampling.temperature = variant.temperature
    self.variants = nil
    try screen.remark("temperature \(variant.temperature.shortest)")
    try remarkPosition()
  }

  private func temperatures(_ list: Substring) throws -> [Double] {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 16 else { throw ReplError.usage("16 temperatures at most") }
    return try parts.map { part in
      guard let temperature = Double(part) else {
        throw ReplError.usage(
          "temperatures are numbers with commas between them and no blanks, got "
            + excerpt(list, limit: 40))
      }
      try SamplingOptions(temperature: temperature).validate()
      return temperature
    }
  }

  func showNext(_ count: Int) throws {
    let vocabulary = resident.generator.vocabulary
    let next = session.draft.position.state.logits.withUnsafeBufferPointer {
      mostProbable(count, logits: $0)
    }
    try screen.probabilities(
      next.map { (vocabulary.description(of: $0.symbol), Double($0.probability)) })
  }

  func score(_ typed: String) throws {
    guard !typed.isEmpty else { throw ReplError.usage("/score needs a text") }
    let vocabulary = resident.generator.vocabulary
    let text = try known(typed, to: vocabulary).text
    var state = session.draft.position.state
    if !session.draft.endsLine {
      resident.generator.read(vocabulary.encode("\n").symbols, into: &state)
    }
    var scalars: [(scalar: Unicode.Scalar, bits: Double)] = []
    var nats = 0.0
    for scalar in text.unicodeScalars {
      if surroundings.takeInterrupt() { throw Interrupted() }
      var bits = 0.0
      for symbol in vocabulary.symbols(for: scalar) {
        let logits = state.logits
        let loss = Double(logits.withUnsafeBufferPointer { surprisal(of: symbol, in: $0) })
        nats += loss
        bits += loss / log(2)
        resident.generator.read(CollectionOfOne(symbol), into: &state)
      }
      scalars.append((scalar, bits))
    }
    try showUnderText(
      scalars.map {
        ($0.scalar, "\(Int(min(9, $0.bits.rounded())))", colour(ofBits: $0.bits))
      })
    let perCharacter = nats / Double(scalars.count)
    try screen.line(
      counted(scalars.count, "character") + ": "
        + "\(perCharacter.fixed(3)) nats, \((perCharacter / log(2)).fixed(3)) bits a character")
  }

  /// Shows a text with something about each of its characters: its colour or, without colours, what
  /// stands below it.
  func showUnderText(_ scalars: [(scalar: Unicode.Scalar, below: String, colour: Int)]) throws {
    for line in scalars.split(
      omittingEmptySubsequences: false, whereSeparator: { $0.scalar == "\n" })
    {
      // The line feed that ends a line is shown with it.
      let isLast = line.endIndex == scalars.endIndex
      let shown = isLast ? line : scalars[line.startIndex...line.endIndex]
      guard screen.outputStyle.isOn else {
        var text = ""
        var marks = ""
        for (scalar, below, _) in shown {
          let picture = picture(of: scalar)
          text += picture
          marks += below.padded(to: columns(of: picture))
        }
        try screen.line(text)
        try screen.line(marks)
        continue
      }
      try screen.line(
        shown.map { screen.outputStyle.coloured(picture(of: $0.scalar), $0.colour) }.joined())
    }
  }
}

/// From green, expected, to red, a surprise; of the 256 of xterm.
private func colour(ofBits bits: Double) -> Int {
  switch bits {
  case ..<1: 34
  case ..<2: 70
  case ..<3: 142
  case ..<5: 178
  case ..<8: 208
  default: 196
  }
}
