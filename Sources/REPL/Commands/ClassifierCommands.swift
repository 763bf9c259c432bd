extension Interpreter {
  static let classifierCommands: [Command<Interpreter>] = [
    Command(
      name: "classify", usage: "TEXT", summary: "show the most probable classes of TEXT",
      details: """
        A classifier reads TEXT by itself; the session stays as it is. Without /classifier it is the \
        one that $CHARLSTM_CLASSIFIER names or else languages.safetensors where the models are.
        """,
      argument: .free
    ) { interpreter, argument in
      guard !argument.isEmpty else { throw ReplError.usage("/classify needs a text") }
      let resident = try interpreter.residentClassifier()
      let text = try interpreter.known(argument, to: resident.trained.vocabulary)
      let (none, classes) = try resident.classes(of: text)
      if let none { try interpreter.screen.prose(none) }
      try interpreter.screen.probabilities(
        classes.prefix(ResidentClassifier.shownClasses).map { ($0.label, $0.probability) })
    },
    Command(
      name: "classifier", usage: "[FILE]",
      summary: "take another classifier for /classify, or show which it is", argument: .file
    ) { interpreter, argument in
      guard !argument.trimmingBlanks.isEmpty else {
        let resident = try interpreter.residentClassifier()
        return try interpreter.screen.line("\(resident.name): \(resident.shape)")
      }
      let resident = try interpreter.openClassifier(file(argument, for: "/classifier"))
      interpreter.classifier = resident
      try interpreter.screen.remark("\(resident.name): \(resident.shape)")
    },
  ]

  /// The classifier beside the model, opened when it is first needed.
  private func residentClassifier() throws -> ResidentClassifier {
    if let classifier { return classifier }
    let resident = try openClassifier(surroundings.findClassifier())
    classifier = resident
    return resident
  }

  private func openClassifier(_ path: String) throws -> ResidentClassifier {
    try ResidentClassifier(
      contentsOf: path, precision: session.settings.precision, device: resident.device)
  }
}
