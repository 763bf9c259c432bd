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
        temperature, side by side; with a prompt, from that. The text stays as it is, until the \
        number of one of them takes it.
        """,
      argument: .free
    ) { try $0.compareTemperatures($1) },
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
    var seed = draft.seed
    if !typed.isEmpty {
      prompt = try known(String(typed), to: resident.generator.vocabulary)
    } else if let last = draft.last, last.editedFrom == nil, draft.removeLast() != nil {
      prompt = KnownText(last.prompt, to: resident.generator.vocabulary)
      seed = last.seed
    }
    let start = try state(after: prompt, in: draft)
    let trials = try trials(
      temperatures.map { temperature in
        var writing = session.settings.writing
        writing.sampling.temperature = temperature
        return TrialRequest(writing: writing, seed: seed, heading: temperature.shortest)
      }, after: prompt, in: draft, from: start)
    let drafts = zip(temperatures, trials).map { temperature, trial in
      var exchange = trial.exchange
      exchange.temperature = temperature
      return (temperature, draft.appending(exchange, endingAt: trial.end))
    }
    choice = Choice(.temperatures(drafts), in: session)
    try show(trials, after: prompt, from: "seed \(seed)")
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

  func score(_ typed: String) throws {
    guard !typed.isEmpty else { throw ReplError.usage("/score needs a text") }
    let vocabulary = resident.generator.vocabulary
    let text = try known(typed, to: vocabulary).text
    var state = session.draft.state
    if !session.draft.endsLine {
      try resident.read(vocabulary.encode("\n").symbols, into: &state)
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
        try resident.read(CollectionOfOne(symbol), into: &state)
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
