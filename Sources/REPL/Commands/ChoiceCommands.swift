import Generation
import Recurrent
import TerminalText
import Text

extension Interpreter {
  /// More texts, or temperatures, than this are not read side by side.
  static let mostTexts = 16

  static let choiceCommands: [Command<Interpreter>] = [
    Command(
      name: "options", usage: "[n [length] [prompt]]",
      summary: "n ways to go on from here (3), or from a prompt, to choose from",
      details: """
        /options 4 writes four texts side by side, with the next four seeds; /options 4 200 has at most \
        200 characters in each; with a prompt, they go on from that. The number of one of them, or \
        /pick N, takes it, exactly as if it had been written with its seed; with anything else the text \
        goes on from where it was. /options again writes others. All are kept in /tree.
        """,
      argument: .free
    ) { try $0.writeOptions($1) },
    Command(
      name: "pick", usage: "N",
      summary: "go on with text N of the last /options or /temperatures, or character N",
      details: """
        A text is then the text from here on, as if it had been written so; one of /temperatures makes \
        its temperature the setting; /undo goes back to before it. A character of /alternatives, by its \
        number or itself, takes the place of what followed there, and the model goes on from it; inside \
        the text it does so on a branch of its own, and the text as it was stays on its branch. Right \
        after the choice was shown, the number alone does the same.
        """,
      argument: .free
    ) { try $0.pick($1) },
    Command(
      name: "alternatives", aliases: ["next"], usage: "[n | PLACE]",
      summary: "show the n most probable next characters (10), here or at a place",
      details: """
        Probabilities are the model's own, before temperature and the other settings. PLACE is a \
        number of characters back, /alternatives -20, or a piece of the text in quotes, /alternatives \
        "summer", after which the place is where it stands last; what followed there is marked. /pick N \
        goes on with one of them, /pick e with an e. /next is the same command.
        """,
      argument: .free
    ) { interpreter, argument in
      let argument = argument.trimmingBlanks
      if argument.hasPrefix("-") || argument.hasPrefix("\"") {
        let place = try interpreter.place(argument)
        try interpreter.showAlternatives(10, after: place.text, next: place.next) {
          Alternatives(place: place, state: try interpreter.state(at: place), symbols: [])
        }
      } else {
        let count = try wholeNumber(argument, of: "/alternatives") ?? 10
        try interpreter.showAlternatives(count, after: nil, next: nil) {
          Alternatives(place: nil, state: interpreter.session.draft.state, symbols: [])
        }
      }
    },
  ]
}

extension Interpreter {
  private func writeOptions(_ argument: String) throws {
    var rest = argument[...]
    /// The number that stands next, if one does.
    func takeNumber() -> Int? {
      let word = rest.prefix { !$0.isWhitespace }
      guard !word.isEmpty, word.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(word)
      else { return nil }
      rest = rest[word.endIndex...].drop { $0 == " " || $0 == "\t" }
      return number
    }
    let count = takeNumber()
    guard count != nil || rest.isEmpty, (1...Self.mostTexts).contains(count ?? 3) else {
      throw ReplError.usage(
        "/options takes a whole number from 1 to \(Self.mostTexts) first, got "
          + excerpt(argument.prefix { !$0.isWhitespace }, limit: 40))
    }
    let length = takeNumber()
    if let length, length < 1 {
      throw ReplError.usage("the length of options must be 1 or more, got \(length)")
    }
    let prompt =
      rest.isEmpty ? .empty : try known(String(rest), to: resident.generator.vocabulary)
    let draft = session.draft
    let seed = choice?.seedAfterOptions(for: prompt.text, in: session) ?? draft.seed
    let start = try state(after: prompt, in: draft)
    let trials = try trials(
      (0..<UInt64(count ?? 3)).map { index in
        TrialRequest(
          writing: session.settings.writing, seed: seed &+ index,
          heading: "seed \(seed &+ index)")
      }, after: prompt, in: draft, from: start, length: length)
    let drafts = trials.map { draft.appending($0.exchange, endingAt: $0.end) }
    choice = Choice(.options(drafts), in: session)
    try show(trials, after: prompt, from: counted(trials.count, "option"))
  }

  private func pick(_ argument: String) throws {
    guard let choice else {
      throw ReplError.usage("there is nothing to pick; /options writes texts to choose from")
    }
    if case .characters(let alternatives) = choice.offer,
      let index = try index(of: argument.trimmingBlanks, in: alternatives)
    {
      return try pick(index + 1, of: choice)
    }
    guard let number = try wholeNumber(argument, of: "/pick") else {
      throw ReplError.usage("/pick needs the number of what to go on with")
    }
    try pick(number, of: choice)
  }

  /// The index of a character that was typed in place of its number; nil for a number.
  private func index(of argument: String, in alternatives: Alternatives) throws -> Int? {
    guard !argument.isEmpty, Int(argument) == nil else { return nil }
    let words = argument.hasPrefix("\"") ? try unescapedWords(argument) : [argument]
    guard words.count == 1, words[0].unicodeScalars.count == 1,
      let scalar = words[0].unicodeScalars.first
    else { return nil }
    let vocabulary = resident.generator.vocabulary
    guard
      let index = alternatives.symbols.firstIndex(where: { vocabulary[$0] == .scalar(scalar) })
    else {
      throw ReplError.usage("\(picture(of: scalar)) is not among the characters shown")
    }
    return index
  }

  /// Takes what has this number, from 1 on.
  func pick(_ number: Int, of choice: Choice) throws {
    guard (1...choice.count).contains(number) else {
      throw ReplError.usage("/pick takes a number from 1 to \(choice.count), got \(number)")
    }
    func checkIsOpen(_ command: String) throws(ReplError) {
      guard choice.isOpen(in: session) else {
        throw .usage("the text is another one since \(command); try it again")
      }
    }
    switch choice.offer {
    case .options(let drafts):
      try checkIsOpen("/options")
      session.draft = drafts[number - 1]
    case .temperatures(let variants):
      try checkIsOpen("/temperatures")
      let (temperature, draft) = variants[number - 1]
      session.draft = draft
      session.settings.writing.sampling.temperature = temperature
      try screen.remark("temperature \(temperature.shortest)")
    case .characters(let alternatives):
      if alternatives.place == nil { try checkIsOpen("/alternatives") }
      return try goOn(with: alternatives.symbols[number - 1], of: alternatives)
    }
    self.choice = nil
    try remarkPosition()
  }

  /// Goes on with another character at a place, inside the text on a branch of its own.
  private func goOn(with symbol: Int32, of alternatives: Alternatives) throws {
    guard case .scalar(let scalar) = resident.generator.vocabulary[symbol] else {
      throw ReplError.usage("a byte is only a part of a character; pick another")
    }
    var state = alternatives.state
    try resident.read(CollectionOfOne(symbol), into: &state)
    choice = nil
    if let place = alternatives.place {
      let draft = place.draft(goingOnWith: String(scalar), endingAt: state)
      let name = session.freeBranchName
      session.makeBranch(name)
      session.draft = draft
      try screen.remark("on \(name): \(excerpt(draft.text, limit: 50, fromEnd: true))")
    } else {
      let draft = session.draft
      session.draft.append(
        Exchange(
          prompt: "", text: String(scalar), length: 1, seed: draft.seed, seedBefore: draft.seed),
        endingAt: Position(state: state, seed: draft.seed))
      try remarkPosition()
    }
    try write(.empty, after: session.draft, seed: session.draft.seed)
  }

  /// The place that an argument of `/alternatives` names.
  private func place(_ argument: String) throws -> Place {
    let scalars = Array(session.draft.text.unicodeScalars)
    let count: Int
    if argument.hasPrefix("-") {
      guard let number = Int(argument), number < 0 else {
        throw ReplError.usage(
          "/alternatives -N takes a number of characters to go back, got "
            + excerpt(argument, limit: 40))
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
        throw ReplError.usage("/alternatives takes one piece of the text, in quotes")
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
    var state = place.before.state
    try read(place.text, into: &state)
    return state
  }

  /// - Throws: `Interrupted`.
  func read(_ text: String, into state: inout TextState) throws {
    let symbols = resident.generator.vocabulary.encode(text).symbols
    for start in stride(from: 0, to: symbols.count, by: 256) {
      if surroundings.takeInterrupt() { throw Interrupted() }
      try resident.read(symbols[start..<min(start + 256, symbols.count)], into: &state)
    }
  }

  /// - Parameters:
  ///   - before: what stands before the place; nil at the text's end, where it is on the screen.
  ///   - next: what the text has there.
  private func showAlternatives(
    _ count: Int, after before: String?, next: Unicode.Scalar?,
    _ find: () throws -> Alternatives
  ) throws {
    let vocabulary = resident.generator.vocabulary
    let found = try find()
    let probable = found.state.logits.withUnsafeBufferPointer {
      mostProbable(count, logits: $0)
    }
    let actual = next.flatMap { vocabulary.symbols(for: $0).first }
    if let before { try screen.remark("after \"\(excerpt(before, limit: 50, fromEnd: true))\"") }
    let width = "\(probable.count)".count + 2
    try screen.probabilities(
      probable.enumerated().map { index, symbol in
        let mark = before == nil ? "" : symbol.symbol == actual ? "*" : " "
        return (
          "\(index + 1))".padded(to: width) + mark + vocabulary.description(of: symbol.symbol),
          Double(symbol.probability)
        )
      })
    choice = Choice(
      .characters(
        Alternatives(place: found.place, state: found.state, symbols: probable.map(\.symbol))),
      in: session)
    try screen.remark(
      "a number, or /pick N, goes on with one of them"
        + (before == nil ? "" : "; * is what the text has"))
  }
}
