import Checkpoints
import Classification
import FileTesting
import Foundation
import Recurrent
import Testing
import Text

@Suite("Classifier file")
struct TrainedClassifierTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private var path: String { folder.file("classifier.safetensors") }

  private func classifier(
    pooling: Pooling = .attention, bidirectional: Bool = true, vocabulary: String = "\nabc"
  ) throws -> TrainedClassifier {
    let vocabulary = try Vocabulary(
      scalars: Array(vocabulary.unicodeScalars), byteFallback: false)
    return TrainedClassifier(
      model: try Network(
        ModelConfiguration(
          cell: .gru, layers: 2, hiddenSize: 7, embeddingSize: 3,
          vocabularySize: vocabulary.count, bidirectional: bidirectional,
          classifier: ClassifierConfiguration(classes: 3, pooling: pooling)), seed: 3),
      vocabulary: vocabulary, labels: ["no", "yes", "é \"?\""],
      limit: TextLimit(length: 77, kept: .both), temperature: 1.5)
  }

  private func values(_ model: Network) -> [[Float]] {
    model.layout.tensors.map { model.elements(of: $0) }
  }

  @Test(arguments: Pooling.allCases, [true, false])
  func comesBack(_ pooling: Pooling, bidirectional: Bool) throws {
    let classifier = try classifier(pooling: pooling, bidirectional: bidirectional)
    try classifier.write(to: path)
    let read = try TrainedClassifier(contentsOf: path)
    #expect(read.model.configuration == classifier.model.configuration)
    #expect(read.vocabulary == classifier.vocabulary && read.labels == classifier.labels)
    #expect(read.limit == classifier.limit && read.temperature == 1.5)
    #expect(values(read.model) == values(classifier.model))
    try read.write(to: folder.file("again.safetensors"))
    #expect(
      try folder.bytes(of: "again.safetensors") == folder.bytes(of: "classifier.safetensors"))
  }

  /// What is said of a file with a part of its header replaced by one as long.
  private func complaint(replacing old: String, by new: String) throws -> String {
    try #require(old.utf8.count == new.utf8.count)
    try classifier().write(to: path)
    var bytes = try Data(contentsOf: URL(filePath: path))
    let range = try #require(bytes.range(of: Data(old.utf8)), "\(old) is not in the file")
    bytes.replaceSubrange(range, with: Data(new.utf8))
    try folder.write(bytes, to: "changed.safetensors")
    do {
      _ = try TrainedClassifier(contentsOf: folder.file("changed.safetensors"))
      return "none"
    } catch {
      return error.description.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test func partsThatDoNotFitTogether() throws {
    let damaged = "changed.safetensors has a damaged classifier: "
    let remedy = "; copy or write it again"
    #expect(
      try complaint(replacing: #"\"yes\""#, by: #"\"no\" "#)
        == damaged + "two labels are the same" + remedy)
    #expect(
      try complaint(replacing: #"\"no\",\"yes\""#, by: #"\"no\\\",yes\""#)
        == damaged + "it has 2 labels, the configuration 3 classes" + remedy)
    #expect(
      try complaint(replacing: #"\"temperature\":1.5"#, by: #"\"temperature\":-.5"#)
        .hasPrefix(damaged))
    #expect(
      try complaint(replacing: #"\"temperature\":1.5"#, by: #"\"temperature\":0.0"#)
        == damaged + "its temperature of 0.0 is not above 0 and finite" + remedy)
    #expect(
      try complaint(replacing: #"\"length\":77"#, by: #"\"length\":-7"#)
        == damaged + "its length of -7 is not 1 to 1048576" + remedy)
    #expect(
      try complaint(replacing: #"\"classes\":3"#, by: #"\"classes\":0"#)
        .contains("classes must be between 1 and 65536, got 0"))
    #expect(
      try complaint(replacing: #"\"pooling\":\"attention\""#, by: #"\"pooling\":\"attentiom\""#)
        .contains("pooling"))
  }

  @Test func theOtherKindOfModelIsNamed() throws {
    let classifier = try classifier()
    try classifier.write(to: path)
    #expect(throws: CheckpointError.isClassifier(path: path)) { try TrainedModel(contentsOf: path) }
    guard case .classifier(let trained) = try Checkpoint(contentsOf: path) else {
      Issue.record("a classifier is taken for a language model")
      return
    }
    #expect(trained.labels == classifier.labels)
    let languageModel = try languageModel("abc")
    try languageModel.write(to: path)
    #expect(throws: CheckpointError.isLanguageModel(path: path)) {
      try TrainedClassifier(contentsOf: path)
    }
    guard case .languageModel(let trained) = try Checkpoint(contentsOf: path) else {
      Issue.record("a language model is taken for a classifier")
      return
    }
    #expect(trained.vocabulary == languageModel.vocabulary)
  }

  private func languageModel(_ vocabulary: String) throws -> TrainedModel {
    let vocabulary = try Vocabulary(
      scalars: Array(vocabulary.unicodeScalars), byteFallback: false)
    return TrainedModel(
      model: try Network(
        ModelConfiguration(
          cell: .gru, layers: 2, hiddenSize: 7, embeddingSize: 3,
          vocabularySize: vocabulary.count), seed: 9),
      vocabulary: vocabulary)
  }

  @Test func adoptsALanguageModelSymbolBySymbol() throws {
    let start = try classifier(bidirectional: false, vocabulary: "abcd")
    // It lacks b, and has x.
    let source = try languageModel("acdx")
    let adopted = start.adopting(source)
    let layout = start.model.layout
    for (mine, theirs) in zip(
      layout.layers.joined(), source.model.layout.layers.joined())
    {
      #expect(
        adopted.model.elements(of: mine.weightHH) == source.model.elements(of: theirs.weightHH))
      #expect(
        adopted.model.elements(of: mine.biasIH) == source.model.elements(of: theirs.biasIH))
    }
    let mine = adopted.model.elements(of: layout.embedding)
    let before = start.model.elements(of: layout.embedding)
    let theirs = source.model.elements(of: source.model.layout.embedding)
    #expect(mine[0..<3] == theirs[0..<3])
    #expect(mine[3..<6] == before[3..<6])
    #expect(mine[6..<12] == theirs[3..<9])
    // What it begins with is not changed.
    #expect(start.model.elements(of: layout.embedding) == before && mine != before)
  }
}
