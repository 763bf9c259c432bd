import Foundation
import Generation
import Recurrent
import TerminalText

/// Writes on from prompts while they come: many at a time where many are there, and at once when no
/// more are waiting.
///
/// Texts are those that the same prompts get when all are there from the beginning.
final class PromptAnswers {
  /// Prompts that are read before any is written on from, enough for full batches.
  private static let batch = 1024

  private let writer: PassageWriter
  private let destination: Destination
  private var waiting: [Prompt] = []
  private var answered = 0
  private var unknown: UnknownCharacters
  private var failures = 0
  /// What happened where it could not be thrown.
  private var failure: (any Error)?

  init(by writer: PassageWriter, to destination: Destination) {
    self.writer = writer
    unknown = UnknownCharacters(to: "model", with: writer.trained.vocabulary)
    self.destination = destination
  }

  /// A prompt of unknown characters alone is answered with a text that goes on from nothing.
  func add(_ text: String) throws {
    let prompt = Prompt(text, to: writer.trained.vocabulary, unknown: &unknown)
    waiting.append(prompt)
    if prompt.isUnknown {
      failures += 1
      standardError(
        "Error: the model knows no character of prompt \(answered + waiting.count)\n")
    }
    if waiting.count == Self.batch { giveWhatHasCome() }
    if let failure { throw failure }
  }

  /// Writes on from what was added; an error is thrown by what comes next.
  func giveWhatHasCome() {
    guard failure == nil, !waiting.isEmpty else { return }
    do {
      try writer.write(waiting, from: answered, to: destination)
      try destination.finish()
    } catch {
      failure = error
    }
    answered += waiting.count
    waiting.removeAll()
  }

  func finish() throws {
    giveWhatHasCome()
    if let failure { throw failure }
    unknown.tell()
    guard answered > 0 else { throw Failure.badData("no prompt in standard input") }
    guard failures == 0 else {
      throw Failure.badData(
        "\(failures) of \(counted(answered, "prompt")) had nothing to go on from; each is named above"
      )
    }
  }
}
