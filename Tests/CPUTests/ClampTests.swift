import CPU
import Recurrent
import Testing

@Suite struct ClampTests {
  /// The network with edited weights and the plain one whose hidden states are overwritten at every
  /// step: the same logits, for cells of the first block and the last, of every layer.
  @Test(
    arguments: Cell.allCases,
    [["1.0=1"], ["2.17=-0.5"], ["3.16=0.25"], ["1.3=0", "1.5=1", "2.3=-1", "3.18=0.75"]])
  func heldCellsAreThoseOfThePlainNetwork(cell: Cell, texts: [String]) throws {
    let clamps = try texts.map { try Clamp($0) }
    let model = try Network.random(cell, layers: 3, hidden: 19)
    var plain = PlainNetwork(model)
    plain.clamps = clamps
    let workspace = StreamWorkspace(
      PackedWeights(
        try model.clamping(clamps),
        for: .init(precision: .float32, lanes: 1, training: false, inputTable: true)),
      steps: 1, lanes: 1)
    var state = plainState(model.configuration)
    var difference = 0.0
    for symbol: Int32 in [0, 3, 1, 4, 4, 2, 0, 1] {
      let logits = workspace.logits(after: [symbol])
      let expected = plain.read(symbol, &state)
      for (a, b) in zip(logits, expected) { difference = max(difference, abs(Double(a) - b)) }
    }
    #expect(difference < 2e-6)

    // And without clamps it is another network.
    var free = plainState(model.configuration)
    var held = plainState(model.configuration)
    plain.clamps = []
    let logits = plain.read(3, &free)
    plain.clamps = clamps
    #expect(zip(logits, plain.read(3, &held)).contains { abs($0 - $1) > 1e-3 })
  }

  private func plainState(
    _ configuration: ModelConfiguration
  ) -> (hidden: [Double], cell: [Double]) {
    let zero = RecurrentState(configuration).hidden.map(Double.init)
    return (zero, zero)
  }

  @Test func theNetworkItselfStays() throws {
    let model = try Network.random(.lstm, hidden: 5)
    let before = model.parameters.values
    _ = try model.clamping([Clamp("1.2=1")])
    #expect(model.parameters.values == before)
    #expect(try model.clamping([]).parameters === model.parameters)
  }

  @Test func textsOfClamps() throws {
    let clamp = try Clamp("2.137=-0.5")
    #expect(clamp.place == CellPlace(layer: 2, cell: 137) && clamp.value == -0.5)
    for text in ["2.137=-0.5", "1.0=1", "1.0=0"] { #expect(try Clamp(text).description == text) }
    for text in [
      "", "2", "2.137", "2.137=", "=1", "2=1", ".3=1", "2.=1", "-1.3=1", "1.2.3=1", "1.2=1=1",
      "1.+2=1", "1.2=one", "99999999999999999999.0=1",
    ] {
      #expect(throws: ClampError.malformed(text)) { try Clamp(text) }
    }
    for text in ["1.2=1.01", "1.2=-2", "1.2=inf", "1.2=nan"] {
      #expect(throws: ClampError.self) { try Clamp(text) }
    }
  }

  @Test func cellsThatThereAreNot() throws {
    let model = try Network.random(.gru, hidden: 5)
    for (text, message) in [
      ("0.1=1", "there is no cell 0.1: the layers are 1 to 2"),
      ("3.1=1", "there is no cell 3.1: the layers are 1 to 2"),
      ("2.5=1", "there is no cell 2.5: the cells of a layer are 0 to 4"),
    ] {
      let error = #expect(throws: ClampError.self) { try model.clamping([Clamp(text)]) }
      #expect(error?.description == message)
    }
    #expect(throws: ClampError.heldTwice(CellPlace(layer: 1, cell: 2))) {
      try model.clamping([Clamp("1.2=1"), Clamp("1.2=0")])
    }
    let both = try Network.random(.gru, hidden: 5, bidirectional: true)
    #expect(throws: ClampError.noLanguageModel) { try both.clamping([Clamp("1.2=1")]) }
  }
}
