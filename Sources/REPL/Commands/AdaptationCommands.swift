import Checkpoints
import Files
import Generation
import Paths
import Recurrent
import TerminalText
import Text

extension Interpreter {
  static let adaptationCommands: [Command<Interpreter>] = [
    Command(
      name: "adapt", usage: "[FILE|off|save FILE]",
      summary: "let the model learn from the text so far, or from a file or folder",
      details: """
        It goes on from the weights at hand, as dynamic evaluation does; the model's file stays as it \
        is. All texts of the session are read again with the new weights: undo and branches lead to \
        the same texts, from which the model writes otherwise. /adapt off takes the file's weights \
        again, /adapt save FILE keeps those at hand in a model file, which /adapt! save FILE \
        replaces. ./off and ./save are files.
        """,
      argument: .file, replacing: { try $0.adapt($1, replaces: true) }
    ) { try $0.adapt($1, replaces: false) }
  ]

  private func adapt(_ argument: String, replaces: Bool) throws {
    let words = argument.trimmingBlanks.split(separator: " ", maxSplits: 1)
    if words.first == "save" {
      return try saveAdapted(words.dropFirst().first.map(String.init) ?? "", replaces: replaces)
    }
    guard !replaces else { throw ReplError.usage("/adapt! is for save FILE") }
    switch argument.trimmingBlanks {
    case "off":
      guard session.adaptation != nil else { return try screen.remark(Self.nothingLearnt) }
      var model = resident
      try model.take(model.source.trained)
      try take(model, nil)
      try screen.remark("the weights are those of \(model.name) again")
    case "":
      let text = session.draft.text
      guard !text.isEmpty else {
        throw ReplError.usage("there is no text yet to learn from; /adapt FILE takes a file")
      }
      try learn(from: Corpus(text: text), at: nil)
    default:
      let path = try file(argument, for: "/adapt")
      guard path != "-" else {
        throw ReplError.usage("/adapt needs the name of a file or a folder, got -")
      }
      try learn(from: corpus(at: path), at: path)
    }
  }

  private static let nothingLearnt = "the weights are those of the model's file"

  private func corpus(at path: String) throws(CorpusError) -> Corpus {
    try Corpus(
      paths: [path], separator: resident.trained.summary?.documentSeparator ?? .lineFeed)
  }

  /// - Parameter path: nil for the text of the session.
  private func learn(from corpus: Corpus, at path: String?) throws {
    let began = surroundings.now()
    let text = try EncodedText(corpus, vocabulary: resident.trained.vocabulary)
    if text.unknownCount > 0 {
      try screen.warning(
        "The model does not know "
          + counted(
            text.unknownCount, "character of the text, which is",
            plural: "characters of the text, which are") + " left out.")
    }
    guard text.count > 1 else {
      throw ReplError.badData(
        "the text has \(counted(text.count, "known character")); at least 2 are needed to learn "
          + "from it")
    }
    let before = try score(text)
    let learning = DynamicEvaluation()
    var model = resident
    let learnt = try model.learn(from: text, by: learning, named: path, progress: goOn)
    let source = LearntText(
      summary: learnt.summary, path: path.map(fullPath),
      contentHash: path == nil ? nil : corpus.contentHash(),
      text: path == nil ? session.draft.text : nil)
    let seconds = surroundings.now() - began
    try take(
      model,
      SessionAdaptation(
        texts: (session.adaptation?.texts ?? []) + [source],
        weights: hashOfWeights(model.trained.model)))
    let name = path.map(lastComponent) ?? "the text so far"
    var remark = "learnt from \(name): " + counted(text.count, "character")
    if seconds > 0 {
      remark += " in \(seconds.fixed(1)) s, \(Int(Double(text.count) / seconds).grouped)/s"
    }
    try screen.remark(
      remark + " · \(before.natsPerCharacter.fixed(2)) nats a character before, "
        + "\(learnt.score.natsPerCharacter.fixed(2)) while learning")
  }

  /// Takes a model with other weights: all texts of the session are read again.
  ///
  /// - Throws: `Interrupted` while they are: then nothing has changed.
  private func take(_ model: ResidentModel, _ adaptation: SessionAdaptation?) throws {
    var session = try read(session, by: model)
    session.adaptation = adaptation
    resident = model
    self.session = session
    choice = nil
  }

  private func saveAdapted(_ argument: String, replaces: Bool) throws {
    let path = try file(argument, for: "/adapt save")
    let file = try OutputFile(path: path, replaces: replaces, remedy: "/adapt! save")
    guard session.adaptation != nil else {
      throw ReplError.usage("\(Self.nothingLearnt); /adapt learns from a text")
    }
    try resident.trained.write(to: file)
    try screen.remark("saved as \(excerpt(path.spelledPath, limit: 200))")
  }

  // MARK: - Work that Ctrl-C ends

  /// - Throws: `Interrupted`.
  private func goOn(_ symbols: Int = 0) throws {
    if surroundings.takeInterrupt() { throw Interrupted() }
  }

  private func score(_ text: EncodedText) throws -> TextScore {
    var symbols = 0
    return try TextScorer(resident.trained.model, precision: .float32, device: device)
      .score(text) { _, _ in
        symbols += 1
        if symbols % 256 == 0 { try goOn() }
      }
  }

  /// A session whose texts another model has read.
  ///
  /// - Throws: `Interrupted`.
  private func read(_ session: Session, by model: ResidentModel) throws -> Session {
    let vocabulary = model.generator.vocabulary
    let tree = try session.draft.tree.read(from: model.generator.start()) { text, state in
      let symbols = vocabulary.encode(text).symbols
      for start in stride(from: 0, to: symbols.count, by: 256) {
        try goOn()
        try model.read(symbols[start..<min(start + 256, symbols.count)], into: &state)
      }
    }
    return session.moved(to: tree)
  }

  // MARK: - Sessions of files

  /// The model with the weights of a session that was saved, and that session. Where they do not come
  /// out again, a warning says why, and the file's weights have read its texts.
  ///
  /// - Throws: `Interrupted`.
  func learningAgain(for opened: Session) throws -> (ResidentModel, Session) {
    guard opened.adaptation?.weights != session.adaptation?.weights else {
      return (resident, opened)
    }
    var model = resident
    try model.take(model.source.trained)
    guard let adaptation = opened.adaptation else { return (model, opened) }
    do {
      for text in adaptation.texts { try learnAgain(from: text, model: &model) }
      guard hashOfWeights(model.trained.model) == adaptation.weights else {
        throw ReplError.badData("it comes to other weights on this machine")
      }
      return (model, opened)
    } catch let error where !(error is Interrupted || error is DeviceError) {
      try screen.warning(
        "What the session has learnt from cannot be learnt again: \(error). Its texts are read with "
          + "the weights of \(model.name).")
      try model.take(model.source.trained)
      try model.use(opened.settings.precision, clamping: opened.clamps)
      var session = try read(opened, by: model)
      session.adaptation = nil
      return (model, session)
    }
  }

  private func learnAgain(from learnt: LearntText, model: inout ResidentModel) throws {
    let summary = learnt.summary
    let corpus: Corpus
    if let path = learnt.path {
      corpus = try self.corpus(at: path)
      guard corpus.contentHash() == learnt.contentHash else {
        throw ReplError.badData("\(path: path) is not what it was")
      }
    } else {
      corpus = try Corpus(text: learnt.text ?? "")
    }
    let text = try EncodedText(corpus, vocabulary: model.trained.vocabulary)
    guard text.count > 1, summary.passes > 0 else {
      throw ReplError.badData("there is no text to learn from")
    }
    try screen.remark(
      "learning again from "
        + (learnt.path.map(lastComponent) ?? counted(text.count, "character") + " of the session"))
    _ = try model.learn(
      from: text,
      by: DynamicEvaluation(
        rate: summary.rate, decay: summary.decay, segment: summary.segment),
      passes: summary.passes, named: summary.texts.first, progress: goOn)
  }
}

extension ResidentModel {
  /// Learns from a text, on from the weights at hand.
  ///
  /// - Parameter name: the file's; nil for the text of a session.
  /// - Throws: as `DynamicEvaluation.adapting` does; then nothing has changed.
  mutating func learn(
    from text: EncodedText, by learning: DynamicEvaluation, passes: Int = 1, named name: String?,
    progress: (Int) throws -> Void
  ) throws -> (summary: AdaptationSummary, score: TextScore) {
    let adapted: AdaptedNetwork
    do {
      adapted = try learning.adapting(
        trained.model, to: text, passes: passes, device: device, progress: progress)
    } catch ScoringError.cannotLearn(let character, _) {
      throw ReplError.badData(
        "learning came to no finite number after character \(character); the model stays as it was")
    }
    let summary = AdaptationSummary(
      texts: name.map { [$0] } ?? [], characters: text.count, passes: passes,
      rate: learning.rate, decay: learning.decay, segment: learning.segment)
    var trained = trained
    trained.model = adapted.network
    trained.adaptations.append(summary)
    try take(trained)
    return (summary, adapted.passes[passes - 1])
  }
}
