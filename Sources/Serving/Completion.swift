import Form
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
  /// When the last events of the stream came.
  private var lastEvents: ContinuousClock.Instant?
  /// From events to events of a stream, at least: faster than a screen shows them, and one for each
  /// character of many clients costs more than to write it.
  private static let pace = Duration.milliseconds(15)

  private init(
    _ request: CompletionRequest, model: String, mailbox: TextMailbox, vocabulary: Vocabulary
  ) {
    self.request = request
    self.model = model
    self.mailbox = mailbox
    unended = request.prompts.count * request.candidates
    hasBegun = Array(repeating: false, count: unended)
    reports =
      request.alternatives == nil
      ? []
      : (0..<unended).map {
        CharacterReports(
          vocabulary, prompt: request.prompts[$0 / request.candidates], echoes: request.echoes)
      }
  }

  /// Has the texts of a request written. Text i of it is text i that `sample` writes with its seed.
  ///
  /// - Throws: `APIError`.
  static func begin(
    _ request: CompletionRequest, model: String, writers: CompletionWriters, limits: Limits
  ) throws(APIError) -> Completion {
    guard request.prompts.reduce(0, { $0 + $1.unicodeScalars.count }) <= limits.prompt else {
      throw .invalid(
        "the prompt is longer than \(limits.prompt) characters; send its end", field: "prompt")
    }
    let prompts = request.prompts.map { writers.vocabulary.encode($0).symbols }
    for (index, text) in request.prompts.enumerated()
    where prompts[index].isEmpty && !text.isEmpty {
      throw .invalid("the model knows no character of the prompt", field: "prompt")
    }
    let requests = (0..<prompts.count * request.candidates).map { index in
      WritingRequest(
        prompt: prompts[index / request.candidates],
        random: Xoshiro256(seed: request.seed, stream: [UInt64(index)]))
    }
    let mailbox = TextMailbox(count: requests.count, request.streams ? .eachPiece : .allTexts)
    if let formed = request.formed {
      let job = FormingJob(formed)
      try writers.forming.add(
        requests.enumerated().map { index, each in
          FormingQueue.Waiting(
            job: job, prompt: each.prompt, random: each.random,
            addressee: Addressee(mailbox: mailbox, index: index))
        })
    } else {
      let rules = try WritingRules.of(
        request.options, writers.vocabulary, writers.configuration, limits: limits)
      try writers.free.add(
        requests.enumerated().map { index, each in
          WritingQueue.Waiting(
            text: JoiningText(
              each, rules, alternatives: request.alternatives,
              reportsPrompt: request.echoes && request.alternatives != nil
            ) { mailbox.put($0, of: index) },
            addressee: Addressee(mailbox: mailbox, index: index))
        })
    }
    return Completion(request, model: model, mailbox: mailbox, vocabulary: writers.vocabulary)
  }

  /// Gives the texts up.
  package nonisolated func cancel() { mailbox.cancel() }

  /// Waits for all texts; nil where they were given up.
  ///
  /// - Throws: `APIError`.
  func whole() async throws(APIError) -> [UInt8]? {
    var choices = hasBegun.indices.map { CompletionAnswer.Choice(text: "", index: $0) }
    var characters = [[CharacterReports.Character]](repeating: [], count: choices.count)
    var scores = [Double](repeating: 0, count: choices.count)
    while unended > 0 {
      guard let delivery = await mailbox.next() else { return nil }
      for (index, piece) in delivery {
        let (choice, known) = try part(index, piece)
        choices[index].text += choice.text
        choices[index].finish_reason = choice.finish_reason
        choices[index].statistics = choice.statistics
        characters[index] += known
        if case .finished(let passage)? = piece.end {
          scores[index] = judge(&choices[index], passage)
        }
      }
    }
    if request.alternatives != nil {
      for index in choices.indices { choices[index].logprobs = .init(characters[index]) }
    }
    return json(answer(returned(of: choices, scores), usage: usage))
  }

  /// A text's value, where the best are wanted.
  private func judge(_ choice: inout CompletionAnswer.Choice, _ passage: Passage) -> Double {
    guard let ranking = request.ranking else { return 0 }
    let prompt = request.echoes ? request.prompts[choice.index / request.candidates] : ""
    let text = String(
      choice.text.unicodeScalars.dropFirst(prompt.unicodeScalars.count))
    let score = ranking.value(of: TextStatistics(text, passage))
    choice.statistics?.score = score.isFinite ? score : nil
    return score
  }

  /// Those that are wanted, numbered anew.
  private func returned(
    of choices: [CompletionAnswer.Choice], _ scores: [Double]
  ) -> [CompletionAnswer.Choice] {
    guard request.ranking != nil else { return choices }
    var returned: [CompletionAnswer.Choice] = []
    for prompt in request.prompts.indices {
      let first = prompt * request.candidates
      let ranked = BestOf.ranked(Array(scores[first..<first + request.candidates]))
      for candidate in ranked.prefix(request.count) {
        var choice = choices[first + candidate]
        choice.index = returned.count
        returned.append(choice)
      }
    }
    return returned
  }

  /// Waits for the next events of the stream, Server-Sent Events; nil after the last.
  package func nextEvents() async -> [UInt8]? {
    guard !isDone else { return nil }
    guard unended > 0 else {
      isDone = true
      let usage = request.includesUsage ? event(json(answer([], usage: usage))) : []
      return usage + event(Array("[DONE]".utf8))
    }
    // Where the stream is given up meanwhile, the mailbox knows.
    if let lastEvents { try? await Task.sleep(until: lastEvents + Self.pace) }
    guard let delivery = await mailbox.next() else { return nil }
    lastEvents = .now
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
      choice.text = request.prompts[index / request.candidates]
    }
    hasBegun[index] = true
    choice.text += String(decoding: piece.text, as: UTF8.self)
    switch piece.end {
    case .failed(let error): throw error
    case .finished(let passage):
      unended -= 1
      written += passage.characters
      choice.finish_reason = passage.stop == nil ? "length" : "stop"
      choice.statistics = statistics(passage)
    case .formed(let text):
      unended -= 1
      written += text.characters
      // The form says where a text ends.
      choice.finish_reason = "stop"
      choice.statistics = .init(text)
    case nil: break
    }
    return (choice, reports.isEmpty ? [] : reports[index].take(piece))
  }

  /// Where a request asks for what they tell of.
  private func statistics(_ passage: Passage) -> CompletionAnswer.Statistics? {
    guard request.ranking != nil || !request.options.bans.isEmpty else { return nil }
    return CompletionAnswer.Statistics(
      passage, bansAvoided: request.options.bans.isEmpty ? nil : passage.bansAvoided)
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
