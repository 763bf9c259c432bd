import Generation

/// An option that does not go with a form.
package enum FormConflict: Equatable, Sendable {
  /// One that changes which characters are chosen.
  case choice
  case stops
  /// Any other, by its name.
  case option(String)

  /// Nil where none of these does.
  package init?(_ options: WritingOptions) {
    var plain = SamplingOptions()
    plain.temperature = options.sampling.temperature
    plain.repetitionWindow = options.sampling.repetitionWindow
    if options.sampling != plain {
      self = .choice
    } else if !options.stops.isEmpty {
      self = .stops
    } else if !options.bans.isEmpty {
      self = .option("ban")
    } else if !options.biases.isEmpty {
      self = .option("bias")
    } else {
      return nil
    }
  }

  /// One line, options as `option` spells their names.
  package func description(spelling option: (String) -> String) -> String {
    switch self {
    case .choice:
      "a form is written with the model's own probabilities: of the choice of characters only "
        + "\(option("temperature")) goes with it"
    case .stops:
      "\(option("stop")) does not go with a form, which says itself where a text ends"
    case .option(let name): "\(option(name)) does not go with a form"
    }
  }
}
