import Checkpoints
import FileTesting
import Foundation
import Recurrent
import Testing
import Text

@Suite("Model file")
struct TrainedModelTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private var path: String { folder.file("model.safetensors") }

  private func model(_ cell: Cell = .lstm, bidirectional: Bool = false) throws -> TrainedModel {
    TrainedModel(
      model: try Network(
        ModelConfiguration(
          cell: cell, layers: 2, hiddenSize: 18, embeddingSize: 3, vocabularySize: 4,
          bidirectional: bidirectional), seed: 3),
      vocabulary: try Vocabulary(scalars: ["\n", "\"", "a", "語"], byteFallback: false),
      summary: TrainingSummary(
        corpus: ["a \"b\".txt", "ü/c.txt"], trainingCharacters: 1234, epochs: 1.5, steps: 77,
        validationLoss: 1.25, options: ["seed": "3", "learning-rate": "0.004"]))
  }

  private func values(_ model: Network) -> [[Float]] {
    model.layout.tensors.map { model.elements(of: $0) }
  }

  /// The reason that is given for a file with a part of its header replaced by one as long.
  private func complaint(replacing old: String, by new: String) throws -> String {
    try #require(old.utf8.count == new.utf8.count)
    var bytes = try Data(contentsOf: URL(filePath: path))
    let range = try #require(bytes.range(of: Data(old.utf8)), "\(old) is not in the file")
    bytes.replaceSubrange(range, with: Data(new.utf8))
    try folder.write(bytes, to: "changed.safetensors")
    do {
      _ = try TrainedModel(contentsOf: folder.file("changed.safetensors"))
      return "none"
    } catch {
      #expect(!error.description.contains("\n"))
      return error.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test(arguments: Cell.allCases)
  func comesBack(_ cell: Cell) throws {
    let model = try model(cell)
    try model.write(to: path)
    let read = try TrainedModel(contentsOf: path)
    #expect(read.model.configuration == model.model.configuration)
    #expect(read.vocabulary == model.vocabulary)
    #expect(read.summary == model.summary)
    #expect(values(read.model) == values(model.model))
    try read.write(to: folder.file("again.safetensors"))
    #expect(try folder.bytes(of: "again.safetensors") == folder.bytes(of: "model.safetensors"))
  }

  @Test func halfTheSize() throws {
    let model = try model()
    try model.write(to: path)
    try model.write(to: folder.file("half.safetensors"), halfSize: true)
    let saved =
      try folder.bytes(of: "model.safetensors").count
      - folder.bytes(of: "half.safetensors").count
    #expect(abs(saved - 2 * model.model.layout.parameterCount) < 1000)
    let read = try TrainedModel(contentsOf: folder.file("half.safetensors"))
    for (half, full) in zip(values(read.model).joined(), values(model.model).joined()) {
      #expect(abs(half - full) <= abs(full) / 256)
    }
    // Reading and writing once more loses nothing more.
    try read.write(to: folder.file("again.safetensors"), halfSize: true)
    #expect(try folder.bytes(of: "again.safetensors") == folder.bytes(of: "half.safetensors"))
  }

  @Test func partsThatDoNotFitTogether() throws {
    try model().write(to: path)
    #expect(try complaint(replacing: "lstm.bias_hh_l1", by: "lstm.bias_hh_l9").contains("l1"))
    #expect(
      try complaint(replacing: #"\"hiddenSize\":18"#, by: #"\"hiddenSize\":19"#)
        == "changed.safetensors: tensor 'lstm.weight_ih_l0' has shape [72, 3] where [76, 3] "
        + "belongs; its configuration and its weights do not fit together")
    #expect(
      try complaint(replacing: #"\"hiddenSize\":18"#, by: #"\"hiddenSize\":-1"#)
        == "changed.safetensors has a damaged configuration: hidden size must be between 1 and "
        + "65536, got -1; copy or write it again")
    #expect(
      try complaint(replacing: #"\"vocabularySize\":4"#, by: #"\"vocabularySize\":5"#)
        == "changed.safetensors has a damaged vocabulary: it has 4 symbols, the configuration 5; "
        + "copy or write it again")
    #expect(
      try complaint(replacing: #"\"cell\":\"lstm\""#, by: #"\"cell\":\"lstn\""#)
        .hasPrefix("changed.safetensors has a damaged configuration: cell"))
    #expect(
      try complaint(replacing: #""configuration""#, by: #""configuratiom""#)
        == "not a charlstm model: changed.safetensors (its metadata have no configuration); "
        + "give a .safetensors file")
  }

  @Test func bothDirectionsAreNoLanguageModel() throws {
    try model(bidirectional: true).write(to: path)
    #expect(
      try complaint(replacing: "lstm", by: "lstm")
        == "changed.safetensors has a damaged configuration: a language model reads in one "
        + "direction only, this one reads in both; copy or write it again")
  }

  @Test func weightsThatAreNoNumbers() throws {
    let model = try model()
    model.model.parameters.elements[model.model.layout.head!.bias.range.lowerBound + 2] = .nan
    try model.write(to: path)
    #expect(
      throws: CheckpointError.safetensors(
        .notFinite(path: path, tensor: "head.bias", index: 2))
    ) { try TrainedModel(contentsOf: path) }
  }
}
