import Foundation
import Recurrent
import Safetensors
import Testing

/// A model with its inputs, states, outputs and gradients as PyTorch computes them in double
/// precision; written by `Tests/Fixtures/make_fixtures.py`.
struct PyTorchFixture {
  static let names = [
    "lstm-1layer", "lstm-2layer", "lstm-3layer", "lstm-1layer-hidden32", "lstm-2layer-hidden7",
    "lstm-2layer-bidirectional", "gru-1layer", "gru-2layer", "gru-3layer",
    "gru-1layer-bidirectional", "rnn-1layer", "rnn-2layer", "rnn-3layer",
  ]

  let model: Network
  let steps: Int
  let lanes: Int
  /// `[T, B]`
  let input: [Int32]
  let target: [Int32]
  /// By lane.
  let initialStates: [RecurrentState]
  let finalStates: [RecurrentState]
  /// `[T, B, V]`
  let logits: [Float]
  let loss: Float
  /// By the names of parameters.
  let gradients: [String: [Float]]

  init(_ name: String) throws {
    useOneProductThread()
    let file = try SafetensorsFile(path: fixturePath("\(name).safetensors"))
    func text(_ key: String) throws -> String { try #require(file.metadata[key]) }
    func integer(_ key: String) throws -> Int { try #require(Int(try text(key))) }
    let configuration = ModelConfiguration(
      cell: try #require(Cell(rawValue: try text("cell"))), layers: try integer("layers"),
      hiddenSize: try integer("hidden_size"), embeddingSize: try integer("embedding_size"),
      vocabularySize: try integer("vocabulary_size"),
      bidirectional: try text("bidirectional").lowercased() == "true")
    model = try Network(configuration, seed: 0)
    var gradients: [String: [Float]] = [:]
    for tensor in model.layout.tensors {
      Network.setFileOrder(
        try file.floats(of: tensor.name), of: tensor, in: model.parameters)
      gradients[tensor.name] = try file.floats(of: "gradient.\(tensor.name)")
    }
    self.gradients = gradients
    input = try file.values(of: "input", as: Int32.self)
    target = try file.values(of: "target", as: Int32.self)
    let shape = try file.tensor(named: "input").shape
    steps = shape[0]
    lanes = shape[1]
    logits = try file.floats(of: "logits")
    loss = try file.floats(of: "loss")[0]

    let lanes = lanes
    /// From PyTorch's `[L·D, B, H]` to a state a lane.
    func states(_ hidden: String, _ cell: String) throws -> [RecurrentState] {
      let h = try file.floats(of: hidden)
      let c = configuration.cell == .lstm ? try file.floats(of: cell) : []
      let size = configuration.hiddenSize
      return (0..<lanes).map { lane in
        var state = RecurrentState(configuration)
        for index in state.hidden.indices {
          let source = (index / size * lanes + lane) * size + index % size
          state.hidden[index] = h[source]
          if !c.isEmpty { state.cell[index] = c[source] }
        }
        return state
      }
    }
    initialStates = try states("h0", "c0")
    finalStates = try states("hn", "cn")
  }
}

func fixturePath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/\(name)").path
}

/// The largest difference, relative to the largest value there is.
func relativeError(_ values: [Float], _ expected: [Float]) -> Float {
  precondition(values.count == expected.count)
  let scale = expected.reduce(0) { max($0, abs($1)) }
  let difference = zip(values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference.isFinite ? difference / max(scale, .leastNormalMagnitude) : .infinity
}
