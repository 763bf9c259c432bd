import CPU
import Recurrent
import Testing

/// Every gradient against central differences of the loss, as torch-rnn's tests do.
@Suite("Against numeric gradients")
struct NumericGradientTests {
  struct Case: CustomTestStringConvertible {
    var cell: Cell
    var hidden = 4
    var bidirectional = false
    var inputTable = true
    var dropout = Dropout.none
    var weightDrop: Float = 0

    var testDescription: String {
      "\(cell) of \(hidden)\(bidirectional ? ", both directions" : "")"
        + "\(inputTable ? ", table" : ", dense")\(dropout == .none ? "" : ", dropout")"
        + "\(weightDrop == 0 ? "" : ", weight drop")"
    }

    static let all =
      Cell.allCases.flatMap { cell in
        [
          Case(cell: cell),
          Case(cell: cell, inputTable: false),
          Case(cell: cell, hidden: 17),
          Case(cell: cell, bidirectional: true),
          Case(cell: cell, dropout: Dropout(betweenLayers: 0.3, output: 0.5)),
          Case(
            cell: cell, inputTable: false,
            dropout: Dropout(embedding: 0.4, betweenLayers: 0.3, output: 0.5)),
          Case(cell: cell, hidden: 17, bidirectional: true, weightDrop: 0.4),
        ]
      }
  }

  @Test(arguments: Case.all)
  func gradients(_ test: Case) throws {
    let model = try Network.random(
      test.cell, hidden: test.hidden, bidirectional: test.bidirectional)
    let chunk = Chunk(model.configuration, steps: 3, lanes: 2)
    let weights = PackedWeights(
      model,
      for: .init(
        precision: .float32, lanes: chunk.lanes, training: true, inputTable: test.inputTable,
        weightDrop: test.weightDrop))
    var generator = Xoshiro256(seed: 5)
    weights.drawWeightDrop(using: &generator)
    let workspace = StreamWorkspace(
      weights, steps: chunk.steps, lanes: chunk.lanes, dropout: test.dropout)
    workspace.drawMasks { Xoshiro256(seed: 11, stream: [UInt64($0)]) }

    func loss(_ gradients: FloatBuffer) -> Double {
      weights.packShare(of: 0, workers: 1)
      workspace.load(chunk.states)
      return workspace.train(
        chunk.symbols, targets: chunk.targets, scale: 1, gradients: gradients)
    }
    let gradients = FloatBuffer(count: model.layout.count)
    let ignored = FloatBuffer(count: model.layout.count)
    _ = loss(gradients)

    /// The loss with an element changed by a number of small steps.
    func loss(_ index: Int, _ steps: Float) -> Double {
      let value = model.parameters.elements[index]
      defer { model.parameters.elements[index] = value }
      model.parameters.elements[index] = value + steps / 16
      return loss(ignored)
    }
    for tensor in model.layout.tensors {
      // All elements of a small tensor, a dozen or two of a large one.
      let indices = stride(
        from: tensor.range.lowerBound, to: tensor.range.upperBound,
        by: max(1, tensor.range.count / 12))
      var found: [Float] = []
      var expected: [Float] = []
      for index in indices {
        // The five-point formula, whose error is of the fourth order.
        let slope =
          8 * (loss(index, 1) - loss(index, -1)) - (loss(index, 2) - loss(index, -2))
        expected.append(Float(slope * 16 / 12))
        found.append(gradients.elements[index])
      }
      // A loss in single precision is exact to some 1e-6, which the formula multiplies by 24: with
      // gradients of 0.02 and more, one that is right is this near, also where products round twice
      // for want of fused multiply-add (1.3e-3).
      #expect(relativeError(found, expected) < 3e-3, "gradient of \(tensor.name)")
    }
  }

  @Test func dropoutLeavesItsShareOut() throws {
    // With all of the head's input dropped but for one part in a million, only its bias is left.
    let model = try Network.random(.lstm, hidden: 32)
    let chunk = Chunk(model.configuration, steps: 2, lanes: 2)
    func gradientOfHead(_ probability: Float) -> [Float] {
      let workspace = StreamWorkspace(
        PackedWeights(
          model, for: .init(precision: .float32, lanes: 2, training: true, inputTable: true)),
        steps: 2, lanes: 2, dropout: Dropout(output: probability))
      workspace.drawMasks { Xoshiro256(seed: 1, stream: [UInt64($0)]) }
      workspace.load(chunk.states)
      let gradients = FloatBuffer(count: model.layout.count)
      _ = workspace.train(chunk.symbols, targets: chunk.targets, scale: 1, gradients: gradients)
      return Network.fileOrder(of: model.layout.head!.weight, in: gradients)
    }
    #expect(gradientOfHead(0.999_999).allSatisfy { $0 == 0 })
    // A cell that is dropped in both lanes leaves its column of the head's gradient zero.
    let columns = (0..<32).filter { column in
      let gradient = gradientOfHead(0.5)
      return (0..<5).allSatisfy { gradient[$0 * 32 + column] == 0 }
    }
    #expect((2...16).contains(columns.count))
  }
}
