import ArgumentParser
import Generation

/// How symbols are chosen.
struct SamplingFlags: ParsableArguments {
  @Option(
    help: "Below 1 more predictable, above 1 more varied; 0 takes the most probable character.")
  var temperature = 1.0

  @Option(help: "Choose among the K most probable characters.")
  var topK: Int?

  @Option(help: "Choose among the fewest characters that together are this probable.")
  var topP: Double?

  @Option(help: "Choose among characters this many times as probable as the most probable.")
  var minP: Double?

  @Option(help: "Choose among characters of typical surprisal, together this probable.")
  var typicalP: Double?

  @Option(help: "Above 1: characters of the recent text become less probable.")
  var repetitionPenalty = 1.0

  @Option(help: "How many characters back the penalty looks.")
  var repetitionWindow = 64

  var options: SamplingOptions {
    SamplingOptions(
      temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typicalP,
      repetitionPenalty: repetitionPenalty, repetitionWindow: repetitionWindow)
  }
}
