import ArgumentParser
import Form
import Generation
import Recurrent

extension Sample {
  /// What is to be written in a form; nil where no form is asked for.
  ///
  /// - Throws: a `Failure` of usage for options that say otherwise how characters are chosen; `FormError`.
  func formRequest() throws -> FormRequest? {
    guard
      let request = try form.request(length: length, temperature: sampling.options.temperature)
    else { return nil }
    let options = WritingOptions(
      sampling: sampling.options, length: length, stops: stop, bans: try bans.resolved(),
      biases: try bias.resolved())
    var conflict = FormConflict(options)
    if conflict == nil, !avoidCopying.avoidCopying.isEmpty { conflict = .option("avoid-copying") }
    if conflict == nil, bestOf.bestOf != nil { conflict = .option("best-of") }
    if let conflict { throw Failure.usage(conflict.description { "--\($0)" }) }
    guard form.beam == nil || count == 1 else {
      throw Failure.usage("--beam finds one text; leave out --count")
    }
    return request
  }

  /// Writes every prompt's texts, one after the other.
  ///
  /// - Throws: an `ExitCode` after Ctrl-C, once the text at hand is shown as far as it had come, as that of a
  ///   free text would be; files appear whole or not at all.
  func writeFormed(
    _ request: FormRequest, _ prompts: [Prompt], by writer: PassageWriter,
    to destination: Destination
  ) throws {
    let forms = FormWriter(
      writer.trained.model, vocabulary: writer.trained.vocabulary, precision: writer.precision,
      particles: form.width, device: writer.device)
    let prepared = try forms.prepare(request)
    let generator = Generator(
      writer.trained.model, vocabulary: writer.trained.vocabulary, precision: writer.precision,
      device: writer.device)
    let progress =
      destination.isSeen ? nil : WorkProgress(of: prompts.count * count, "texts written")
    defer { progress?.finish() }
    Interruption.watch()
    defer { Interruption.unwatch() }
    let goesOn = { Interruption.signal == nil }
    for (number, prompt) in prompts.enumerated() {
      var state = generator.start()
      generator.read(prompt.symbols, into: &state)
      for index in number * count..<(number + 1) * count {
        var random = Xoshiro256(seed: writer.description.seed, stream: [UInt64(index)])
        let text =
          form.beam == nil
          ? try forms.text(prepared, from: state, using: &random, goesOn: goesOn)
          : try forms.mostProbable(prepared, from: state, goesOn: goesOn)
        let record = writer.description.record(
          index, prompt.text, text, request, width: form.width)
        if let signal = Interruption.signal {
          progress?.finish()
          if output == nil, outputDirectory == nil, !jsonLines {
            try destination.write(record)
            try destination.finish()
          }
          throw ExitCode(128 + signal)
        }
        try destination.write(record)
        if prompts.count * count == 1, !jsonLines { say(text, request) }
        progress?.show(index + 1)
      }
    }
  }

  private func say(_ text: FormedText, _ request: FormRequest) {
    var parts: [String] = []
    if let size = text.effectiveSampleSize {
      parts.append("effective sample size \(rounded(size)) of \(form.width) particles")
    }
    parts.append("\(rounded(text.meanSurprisal)) nats a character")
    if let after = text.surprisalAfter { parts.append("\(rounded(after)) nats for what follows") }
    parts.append("log-probability \(rounded(text.logProbability))")
    standardError(parts.joined(separator: ", ") + "\n")
  }

  private func rounded(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let digits = hundredths % 100
    return (value < 0 && hundredths > 0 ? "-" : "") + "\(hundredths / 100)."
      + (digits < 10 ? "0" : "") + "\(digits)"
  }
}

/// How a text in a form was found.
struct FormRecord: Encodable {
  var infill: String?
  var particles: Int?
  var beam: Int?
  var effective_sample_size: Double?
  var log_probability: Double
  var nats_of_infill: Double?
}

extension PassageDescription {
  func record(
    _ index: Int, _ prompt: String, _ formed: FormedText, _ request: FormRequest, width: Int
  ) -> PassageRecord {
    let isLed = formed.isWhole && !omitsPrompt
    let text = formed.text + (isLed ? request.following ?? "" : "")
    let isBeam = formed.effectiveSampleSize == nil
    return PassageRecord(
      written: WrittenText(
        index: index, text: omitsPrompt ? text : prompt + text, prompt: prompt, seed: seed,
        characters: formed.characters, nats_per_character: formed.meanSurprisal,
        length: request.length, adapt: adaptedTo.isEmpty ? nil : adaptedTo,
        clamp: clamps.texts),
      sampling: options.sampling,
      formed: FormRecord(
        infill: request.following, particles: isBeam ? nil : width, beam: isBeam ? width : nil,
        effective_sample_size: formed.effectiveSampleSize, log_probability: formed.logProbability,
        nats_of_infill: formed.surprisalAfter))
  }
}
