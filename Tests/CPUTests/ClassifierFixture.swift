import Recurrent
import Safetensors
import Testing

/// A classifier with texts of different lengths, and what PyTorch's packed sequences make of them in
/// double precision; written by `Tests/Fixtures/make_classifier_fixtures.py`.
struct ClassifierFixture {
  static let names = [
    "lstm-1layer-last", "lstm-2layer-bidirectional-last", "lstm-2layer-bidirectional-attention",
    "lstm-2layer-concat-language-model", "gru-2layer-bidirectional-mean",
    "gru-1layer-attention-language-model", "rnn-2layer-bidirectional-max",
    "rnn-1layer-bidirectional-concat",
  ]
  static let labelSmoothing: Float = 0.1
  static let languageModelShare: Float = 0.5

  let model: Network
  let steps: Int
  let lanes: Int
  /// `[T, B]`
  let input: [Int32]
  let target: [Int32]
  /// `[B]`, falling
  let lengths: [Int]
  let labels: [Int32]
  let classWeights: [Float]
  /// `[B, C]`
  let logits: [Float]
  let loss: Float
  /// By the names of parameters.
  let gradients: [String: [Float]]

  /// Whether a gradient reaches a tensor.
  static func isTrained(_ tensor: ParameterLayout.Tensor) -> Bool {
    !tensor.name.hasPrefix("normalization.")
  }

  init(_ name: String) throws {
    useOneProductThread()
    let file = try SafetensorsFile(path: fixturePath("classifier-\(name).safetensors"))
    func text(_ key: String) throws -> String { try #require(file.metadata[key]) }
    func integer(_ key: String) throws -> Int { try #require(Int(try text(key))) }
    model = try Network(
      ModelConfiguration(
        cell: try #require(Cell(rawValue: try text("cell"))), layers: try integer("layers"),
        hiddenSize: try integer("hidden_size"), embeddingSize: try integer("embedding_size"),
        vocabularySize: try integer("vocabulary_size"),
        bidirectional: try text("bidirectional") == "true",
        classifier: ClassifierConfiguration(
          classes: try integer("classes"),
          pooling: try #require(Pooling(rawValue: try text("pooling"))),
          hasLanguageModelHead: try text("language_model") == "true")), seed: 0)
    var gradients: [String: [Float]] = [:]
    for tensor in model.layout.tensors {
      Network.setFileOrder(
        try file.floats(of: tensor.name), of: tensor, in: model.parameters)
      if Self.isTrained(tensor) {
        gradients[tensor.name] = try file.floats(of: "gradient.\(tensor.name)")
      }
    }
    self.gradients = gradients
    input = try file.values(of: "input", as: Int32.self)
    target = try file.values(of: "target", as: Int32.self)
    let shape = try file.tensor(named: "input").shape
    steps = shape[0]
    lanes = shape[1]
    lengths = try file.values(of: "length", as: Int32.self).map { Int($0) }
    labels = try file.values(of: "label", as: Int32.self)
    classWeights = try file.floats(of: "class_weight")
    logits = try file.floats(of: "logits")
    loss = try file.floats(of: "loss")[0]
  }
}
