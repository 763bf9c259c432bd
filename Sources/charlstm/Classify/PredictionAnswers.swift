import Classification
import Foundation
import TerminalText

/// Gives an answer for each text, in order: in full batches while texts come fast, and at once when
/// no more are waiting.
final class PredictionAnswers {
  /// Texts that are read before any is classified: enough for full batches of about the same length.
  private static let batch = 1024

  private let classifier: Classifier
  private var writer: PredictionWriter
  private var unknown: UnknownCharacters
  private var waiting: [(text: Result<[Int32], Unreadable>, origin: PredictionWriter.Origin)] = []
  private var failures = 0
  /// What happened where it could not be thrown.
  private var failure: (any Error)?

  private struct Unreadable: Error {
    let reason: String
  }

  init(of classifier: Classifier, as writer: PredictionWriter) {
    self.classifier = classifier
    unknown = UnknownCharacters(to: "classifier", with: classifier.vocabulary)
    self.writer = writer
  }

  func begin() throws { try writer.writeHeader(labels: classifier.labels) }

  func add(text: [UInt8], row: Int?, id: String?) throws {
    unknown.note(in: String(decoding: text, as: UTF8.self))
    let kept = writer.parts.contains(.text) ? String(decoding: text, as: UTF8.self) : nil
    try add(.success(classifier.symbols(in: text)), .init(row: row, id: id, text: kept))
  }

  func add(failure: String, row: Int, id: String?) throws {
    failures += 1
    try add(.failure(Unreadable(reason: failure)), .init(row: row, id: id))
  }

  private func add(
    _ text: Result<[Int32], Unreadable>, _ origin: PredictionWriter.Origin
  ) throws {
    waiting.append((text, origin))
    if waiting.count == Self.batch { giveWhatHasCome() }
    if let failure { throw failure }
  }

  /// Answers what was added; an error is thrown by what comes next.
  func giveWhatHasCome() {
    guard failure == nil else { return }
    do {
      let texts = waiting.compactMap { try? $0.text.get() }
      var judgements = texts.isEmpty ? [][...] : classifier.judgements(of: texts)[...]
      for (text, origin) in waiting {
        switch text {
        case .success:
          guard let judgement = judgements.popFirst() else { continue }
          try writer.write(judgement, of: classifier, origin)
        case .failure(let unreadable):
          try writer.write(
            failure: unreadable.reason, classes: classifier.labels.count, origin)
        }
      }
      try writer.flush()
    } catch {
      failure = error
    }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Answers what is left.
  ///
  /// - Throws: `Failure` where a text could not be read.
  func finish() throws {
    giveWhatHasCome()
    if let failure { throw failure }
    unknown.tell()
    guard failures == 0 else {
      throw Failure.badData(
        counted(failures, "text has", plural: "texts have") + " no result; each is named above")
    }
  }
}
