import Recurrent
import Testing

@Suite("Parameter layout")
struct ParameterLayoutTests {
  private func configuration(
    _ cell: Cell, hidden: Int, layers: Int = 2, bidirectional: Bool = false
  ) -> ModelConfiguration {
    ModelConfiguration(
      cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: 3, vocabularySize: 5,
      bidirectional: bidirectional)
  }

  @Test func namesAndShapesArePyTorchs() {
    let layout = ParameterLayout(configuration(.lstm, hidden: 4, bidirectional: true))
    let found = layout.tensors.map { "\($0.name) \($0.shape)" }
    #expect(
      found == [
        "embedding.weight [5, 3]",
        "lstm.weight_ih_l0 [16, 3]", "lstm.weight_hh_l0 [16, 4]",
        "lstm.bias_ih_l0 [16]", "lstm.bias_hh_l0 [16]",
        "lstm.weight_ih_l0_reverse [16, 3]", "lstm.weight_hh_l0_reverse [16, 4]",
        "lstm.bias_ih_l0_reverse [16]", "lstm.bias_hh_l0_reverse [16]",
        "lstm.weight_ih_l1 [16, 8]", "lstm.weight_hh_l1 [16, 4]",
        "lstm.bias_ih_l1 [16]", "lstm.bias_hh_l1 [16]",
        "lstm.weight_ih_l1_reverse [16, 8]", "lstm.weight_hh_l1_reverse [16, 4]",
        "lstm.bias_ih_l1_reverse [16]", "lstm.bias_hh_l1_reverse [16]",
        "head.weight [5, 8]", "head.bias [5]",
      ])
    #expect(
      layout.parameterCount
        == layout.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) })
  }

  @Test(arguments: Cell.allCases, [1, 15, 16, 17, 40])
  func tensorsStandApart(_ cell: Cell, hidden: Int) {
    let layout = ParameterLayout(configuration(cell, hidden: hidden))
    var end = 0
    for tensor in layout.tensors {
      #expect(tensor.range.lowerBound >= end && tensor.range.lowerBound % 16 == 0)
      #expect(tensor.range.count == tensor.shape.reduce(1, *))
      #expect(tensor.isMatrix == tensor.name.contains("weight"))
      end = tensor.range.upperBound
    }
    #expect(layout.count >= end && layout.count < end + 16)
  }

  @Test(arguments: Cell.allCases, [1, 15, 16, 17, 40])
  func fileOrderComesBack(_ cell: Cell, hidden: Int) {
    let layout = ParameterLayout(configuration(cell, hidden: hidden))
    let buffer = FloatBuffer(count: layout.count)
    for tensor in layout.tensors {
      let values = (0..<tensor.range.count).map { Float($0 + 1) }
      Network.setFileOrder(values, of: tensor, in: buffer)
      #expect(Network.fileOrder(of: tensor, in: buffer) == values)
      // A permutation: nothing is lost or doubled.
      #expect(buffer[tensor.range].sorted() == values)
    }
  }

  /// Blocks of 16 cells with their gates one after another; then the cells that are left.
  @Test func gatesInterleaveInBlocks() {
    let layout = ParameterLayout(configuration(.lstm, hidden: 18, layers: 1))
    let bias = layout.layers[0][0].biasIH
    let buffer = FloatBuffer(count: layout.count)
    // Gate g of cell c is 100 g + c.
    Network.setFileOrder(
      (0..<72).map { Float(100 * ($0 / 18) + $0 % 18) }, of: bias, in: buffer)
    let block = { (gate: Int, cells: Range<Int>) in cells.map { Float(100 * gate + $0) } }
    #expect(
      Array(buffer[bias.range])
        == (0..<4).flatMap { block($0, 0..<16) } + (0..<4).flatMap { block($0, 16..<18) })
  }

  @Test func forgetGatesBeginAtOne() throws {
    let model = try Network(configuration(.lstm, hidden: 18), seed: 1)
    for direction in model.layout.layers.joined() {
      let sum = zip(
        model.elements(of: direction.biasIH), model.elements(of: direction.biasHH)
      ).map { $0 + $1 }
      #expect(sum == (0..<72).map { (18..<36).contains($0) ? 1 : 0 })
    }
    let other = try Network(configuration(.lstm, hidden: 18), seed: 1)
    #expect(Array(other.parameters.elements) == Array(model.parameters.elements))
    let third = try Network(configuration(.lstm, hidden: 18), seed: 2)
    #expect(Array(third.parameters.elements) != Array(model.parameters.elements))
  }

  @Test func shapesOutOfRange() {
    var shape = configuration(.gru, hidden: 0)
    #expect(throws: ConfigurationError.outOfRange(name: "hidden size", value: 0, limit: 1 << 16)) {
      try shape.validate()
    }
    shape.hiddenSize = 1 << 16
    shape.layers = 64
    #expect {
      try shape.validate()
    } throws: { error in
      "\(error)".hasSuffix("parameters is too large; choose a smaller hidden size")
    }
    shape.layers = Int.max
    #expect(throws: ConfigurationError.self) { try shape.validate() }
  }
}
