import Foundation
import Generation
import Recurrent
import Text

/// A request for texts that are being written, and what is answered to it.
///
/// One reader at a time.
package actor Completion {
  private let request: CompletionRequest
  private let model: String
  private let mailbox: TextMailbox
  private let id = "cmpl-" + String(UInt64.random(in: 0 ... .max), radix: 36)
  private let created = Int(Date().timeIntervalSince1970)
  /// By text; empty where no probabilities are asked for.
  private var reports: [CharacterReports]
  private var hasBegun: [Bool]
  private var unended: Int
  private var written = 0
  private var isDone = false

  private init(
    _ request: CompletionRequest, model: String, mailbox: TextMailbox, vocabulary: Vocabulary
  ) {
    self.request = request
    self.model = model
    self.mailbox = mailbox
    unended = request.prompts.count * request.count
    hasBegun = Array(repeating: false, count: unended)
    reports =
      request.alternatives == nil
      ? []
      : (0..<unended).map {
        CharacterReports(
          vocabulary, prompt: request.prompts[$0 / request.count], echoes: request.echoes)
      }
  }

  /// Has the texts of a request written. Text i of it is text i that `sample` writes with its seed.
  ///
  /// - Throws: `APIError`.
  static func begin(
    _ request: CompletionRequest, model: String, vocabulary: Vocabulary, queue: WritingQueue,
    limits: Limits
  ) throws(APIError) -> Completion {
    guard request.prompts.reduce(0, { $0 + $1.unicodeScalars.count }) <= limits.prompt else {
      throw .invalid(
        "the prompt is longer than \(limits.prompt) characters; send its end", field: "prompt")
    }
    let prompts = request.prompts.map { vocabulary.encode($0).symbols }
    for (index, text) in request.prompts.enumerated()
    where prompts[index].isEmpty && !text.isEmpty {
      throw .invalid("the model knows no character of the prompt", field: "prompt")
    }
    let total = prompts.count * request.count
    let mailbox = TextMailbox(count: total)
    try queue.add(
      (0..<total).map { index in
        let text = JoiningText(
          WritingRequest(
            prompt: prompts[index / request.count],
            random: Xoshiro256(seed: request.seed, stream: [UInt64(index)])),
          request.options, alternatives: request.alternatives,
          reportsPrompt: request.echoes && request.alternatives != nil
        ) { mailbox.put($0, of: index) }
        return WritingQueue.Waiting(text: text, mailbox: mailbox, index: index)
      })
    return Completion(request, model: model, mailbox: mailbox, vocabulary: vocabulary)
  }

  /// Gives the texts up.
  package nonisolated func cancel() { mailbox.cancel() }

  /// Waits for all texts; nil where they were given up.
  ///
  /// - Throws: `APIError`.
  func whole() async throws(APIError) -> [UInt8]? {
    var choices = hasBegun.indices.map { CompletionAnswer.Choice(text: "", index: $0) }
    var characters = [[CharacterReports.Character]](repeating: [], count: choices.count)
    while unended > 0 {
      guard let delivery = await mailbox.next() else { return nil }
      for (index, piece) in delivery {
        let (choice, known) = try part(index, piece)
        choices[index].text += choice.text
        choices[index].finish_reason = choice.finish_reason
        characters[index] += known
      }
    }
    if request.alternatives != nil {
      for index in choices.indices { choices[index].logprobs = .init(characters[index]) }
    }
    return json(answer(choices, usage: usage))
  }

  /// Waits for the next events of the stream, Server-Sent Events; nil after the last.
  package func nextEvents() async -> [UInt8]? {
    guard !isDone else { return nil }
    guard unended > 0 else {
      isDone = true
      let usage = request.includesUsage ? event(json(answer([], usage: usage))) : []
      return usage + event(Array("[DONE]".utf8))
    }
    guard let delivery = await mailbox.next() else { return nil }
    var events: [UInt8] = []
    for (index, piece) in delivery {
      do throws(APIError) {
        var (choice, known) = try part(index, piece)
        guard !choice.text.isEmpty || !known.isEmpty || choice.finish_reason != nil else {
          continue
        }
        if request.alternatives != nil { choice.logprobs = .init(known) }
        events += event(json(answer([choice], usage: nil)))
      } catch {
        isDone = true
        mailbox.cancel()
        return events + event(error.body)
      }
    }
    // Nothing to be shown, as where all was held back: a comment keeps the connection busy.
    return events.isEmpty ? Array(":\n\n".utf8) : events
  }

  /// Takes a piece of a text.
  private func part(
    _ index: Int, _ piece: TextMailbox.Piece
  ) throws(APIError) -> (CompletionAnswer.Choice, [CharacterReports.Character]) {
    var choice = CompletionAnswer.Choice(text: "", index: index)
    if request.echoes, !hasBegun[index] {
      choice.text = request.prompts[index / request.count]
    }
    hasBegun[index] = true
    choice.text += String(decoding: piece.text, as: UTF8.self)
    switch piece.end {
    case .failed(let error): throw error
    case .finished(let passage):
      unended -= 1
      written += passage.characters
      choice.finish_reason = passage.stop == nil ? "length" : "stop"
    case nil: break
    }
    return (choice, reports.isEmpty ? [] : reports[index].take(piece))
  }

  private var usage: CompletionAnswer.Usage {
    let read = request.prompts.reduce(0) { $0 + $1.unicodeScalars.count }
    return .init(prompt_tokens: read, completion_tokens: written, total_tokens: read + written)
  }

  private func answer(
    _ choices: [CompletionAnswer.Choice], usage: CompletionAnswer.Usage?
  ) -> CompletionAnswer {
    CompletionAnswer(
      id: id, created: created, model: model, choices: choices, usage: usage, seed: request.seed)
  }

  private func event(_ data: [UInt8]) -> [UInt8] {
    Array("data: ".utf8) + data + Array("\n\n".utf8)
  }
}
