import Foundation
import Generation
import Recurrent

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
  /// What happened where it could not be thrown.
  private var failure: (any Error)?

  init(by writer: PassageWriter, to destination: Destination) {
    self.writer = writer
    self.destination = destination
  }

  func add(_ prompt: Prompt) throws {
    waiting.append(prompt)
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
    guard answered > 0 else { throw Failure.badData("no prompt in standard input") }
  }
}
