import CPU
import Checkpoints
import Recurrent
import TerminalText

/// What `--precision auto` takes on this CPU, and who multiplies.
struct CPUChoices: Encodable {
  struct Choice: Encodable {
    var precision: Precision
    var engine: ProductEngine
  }

  /// What products are made of, and the lower ones that `CHARLSTM_CPU` may name instead.
  var instructionSet = InstructionSet.current
  var available = InstructionSet.available
  var training = Self.choice(.nativeForTraining, rows: 64)
  var writingOneStream = Self.choice(.nativeForWriting, rows: 1)
  var writingManyStreams = Self.choice(.nativeForWriting, rows: 64)
  var reading = Self.choice(.native, rows: 64)

  private enum CodingKeys: String, CodingKey {
    case instructionSet = "instruction_set"
    case available, training
    case writingOneStream = "writing_one_stream"
    case writingManyStreams = "writing_many_streams"
    case reading
  }

  private static func choice(_ precision: Precision, rows: Int) -> Choice {
    Choice(precision: precision, engine: .best(for: precision, rows: rows))
  }

  var facts: [Fact] {
    func fact(_ choice: Choice) -> String { "\(choice.precision.rawValue), \(choice.engine.name)" }
    return [
      ("instructions", instructionSet.rawValue),
      ("CHARLSTM_CPU", available.map(\.rawValue).joined(separator: ", ")),
      ("training", fact(training)),
      ("writing one stream", fact(writingOneStream)),
      ("writing many", fact(writingManyStreams)),
      ("evaluating", fact(reading)),
    ]
  }
}
