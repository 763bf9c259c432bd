import CPU
import Inspection
import Recurrent
import Testing
import Text

/// Cells are found in a network by what they do.
struct SurveyTests {
  private func text() throws -> EncodedText {
    var random = Xoshiro256(seed: 4)
    let words = ["the ", "sea ", "and ", "a stone, ", "\n", "Night ", "over "]
    let text = (0..<4000).map { _ in words[Int.random(in: 0..<7, using: &random)] }.joined()
    let corpus = try Corpus(text: text)
    return try EncodedText(
      corpus, vocabulary: Vocabulary(scanning: corpus, training: 0..<corpus.byteCount))
  }

  /// Cells of the simple network see the symbol read alone: cell 5 says whether it is a newline.
  @Test func aCellThatSeesNewlinesIsFound() throws {
    let text = try text()
    let newline = try #require(text.vocabulary.symbol(for: .scalar("\n")))
    let model = try Network(
      ModelConfiguration(
        cell: .rnn, layers: 1, hiddenSize: 20, embeddingSize: 4,
        vocabularySize: text.vocabulary.count), seed: 3)
    let layer = model.layout.layers[0][0]
    model.parameters[layer.weightHH.range].update(repeating: 0)
    for symbol in 0..<text.vocabulary.count {
      model.parameters[model.layout.embedding.range][symbol * 4] = symbol == Int(newline) ? 3 : -3
    }
    for column in 0..<4 {
      model.parameters[layer.weightIH.range][5 * 4 + column] = column == 0 ? 1 : 0
    }
    let survey = try CellSurvey(of: model, on: text, device: .cpu(threads: 2))
    let strongest = try #require(survey.found.first)
    #expect(strongest.feature == "newline")
    #expect(strongest.layer == 1 && strongest.cell == 5)
    #expect(strongest.correlation > 0.999)
    #expect(strongest.shifted_control < 0.2)
    #expect(survey.shiftedDiscoveries == 0)
    #expect(survey.read <= text.count)
    #expect(survey.pieces * CellSurvey.shortestPiece <= survey.read)
  }

  @Test func anUntrainedNetworkHasNoneToShow() throws {
    let text = try text()
    let model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 20, embeddingSize: 4,
        vocabularySize: text.vocabulary.count), seed: 1)
    let survey = try CellSurvey(of: model, on: text, seed: 1, device: .cpu(threads: 1))
    #expect(survey.found.isEmpty)
    #expect(survey.discoveries > 0)
  }

  @Test func whatCannotBeSurveyed() throws {
    let corpus = try Corpus(text: "too short\n")
    let text = try EncodedText(
      corpus, vocabulary: Vocabulary(scanning: corpus, training: 0..<corpus.byteCount))
    let model = try Network(
      ModelConfiguration(
        cell: .lstm, layers: 1, hiddenSize: 4, embeddingSize: 4,
        vocabularySize: text.vocabulary.count), seed: 1)
    #expect(throws: InspectionError.textTooShort(count: 10, needed: 1536)) {
      try CellSurvey(of: model, on: text, device: .cpu(threads: 1))
    }
    #expect(throws: InspectionError.duplicateFeature(name: "newline")) {
      try CellSurvey(
        of: model, on: text, patterns: [PatternFeature(name: "newline", pattern: "\\n")],
        device: .cpu(threads: 1))
    }
  }

  /// Without recurrent weights a prediction depends on the last character alone.
  @Test func whatIsNotRememberedHasNoGradient() throws {
    let text = try text()
    let model = try Network(
      ModelConfiguration(
        cell: .rnn, layers: 1, hiddenSize: 20, embeddingSize: 4,
        vocabularySize: text.vocabulary.count), seed: 3)
    let whole = try GradientReach(of: model, on: text, device: .cpu(threads: 2)).norms
    #expect(whole.count == 64 && whole[1] > 0 && whole[0] > whole[8] && whole[8] > whole[40])
    model.parameters[model.layout.layers[0][0].weightHH.range].update(repeating: 0)
    let cut = try GradientReach(of: model, on: text, device: .cpu(threads: 2)).norms
    #expect(cut[0] > 0)
    #expect(cut.dropFirst().allSatisfy { $0 == 0 })
  }
}
