import Foundation
import Recurrent

/// The network gate by gate, cell by cell, in double precision: what the fused kernels must equal.
struct PlainNetwork {
  let configuration: ModelConfiguration
  /// Hidden states that are overwritten, before the first step too.
  var clamps: [Clamp] = []
  private var tensors: [String: [Double]] = [:]

  init(_ model: Network) {
    configuration = model.configuration
    for tensor in model.layout.tensors {
      tensors[tensor.name] = model.elements(of: tensor).map(Double.init)
    }
  }

  private func tensor(_ name: String) -> [Double] {
    guard let tensor = tensors[name] else { preconditionFailure("no tensor \(name)") }
    return tensor
  }

  /// `W · x + b`
  private func affine(_ weight: String, _ bias: String, _ x: [Double]) -> [Double] {
    let weight = tensor(weight)
    return tensor(bias).enumerated().map { row, bias in
      bias + x.indices.reduce(0) { $0 + weight[row * x.count + $1] * x[$1] }
    }
  }

  /// Reads one symbol and returns the logits of the next, `[V]`.
  func read(_ symbol: Int32, _ state: inout (hidden: [Double], cell: [Double])) -> [Double] {
    let size = configuration.embeddingSize
    var x = Array(tensor("embedding.weight")[Int(symbol) * size..<(Int(symbol) + 1) * size])
    let count = configuration.hiddenSize
    func overwrite(_ layer: Int) {
      for clamp in clamps where clamp.place.layer == layer + 1 {
        state.hidden[layer * count + clamp.place.cell] = Double(clamp.value)
      }
    }
    for layer in 0..<configuration.layers {
      overwrite(layer)
      let range = layer * count..<(layer + 1) * count
      let h = Array(state.hidden[range])
      let prefix = configuration.cell.rawValue
      let input = affine("\(prefix).weight_ih_l\(layer)", "\(prefix).bias_ih_l\(layer)", x)
      let recurrent = affine("\(prefix).weight_hh_l\(layer)", "\(prefix).bias_hh_l\(layer)", h)
      switch configuration.cell {
      case .lstm:
        for k in 0..<count {
          let sum = (0..<4).map { input[$0 * count + k] + recurrent[$0 * count + k] }
          let c =
            sigmoid(sum[1]) * state.cell[range.lowerBound + k] + sigmoid(sum[0]) * tanh(sum[2])
          state.cell[range.lowerBound + k] = c
          state.hidden[range.lowerBound + k] = sigmoid(sum[3]) * tanh(c)
        }
      case .gru:
        for k in 0..<count {
          let r = sigmoid(input[k] + recurrent[k])
          let z = sigmoid(input[count + k] + recurrent[count + k])
          let n = tanh(input[2 * count + k] + r * recurrent[2 * count + k])
          state.hidden[range.lowerBound + k] = (1 - z) * n + z * h[k]
        }
      case .rnn:
        for k in 0..<count { state.hidden[range.lowerBound + k] = tanh(input[k] + recurrent[k]) }
      }
      overwrite(layer)
      x = Array(state.hidden[range])
    }
    return affine("head.weight", "head.bias", x)
  }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// `-log softmax(logits)[target]`
func surprisal(_ logits: [Double], of target: Int) -> Double {
  let largest = logits.reduce(-.infinity, max)
  return log(logits.reduce(0) { $0 + exp($1 - largest) }) - (logits[target] - largest)
}
