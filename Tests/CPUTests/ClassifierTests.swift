import CPU
import Recurrent
import Testing

@Suite("The classifier")
struct ClassifierTests {
  /// A workspace that has read other texts before, of which nothing must be left.
  private func workspace(
    _ fixture: ClassifierFixture, precision: Precision = .float32, training: Bool,
    inputTable: Bool = true, spareSteps: Int = 0, spareLanes: Int = 0
  ) -> TextWorkspace {
    let lanes = fixture.lanes + spareLanes
    let steps = fixture.steps + spareSteps
    let workspace = TextWorkspace(
      PackedWeights(
        fixture.model,
        for: .init(
          precision: precision, lanes: lanes, training: training, inputTable: inputTable)),
      steps: steps, lanes: lanes)
    let symbols = (0..<steps * lanes).map {
      Int32($0 % fixture.model.configuration.vocabularySize)
    }
    _ = workspace.logits(symbols, lengths: (0..<lanes).map { max(1, steps - $0 / 2) })
    return workspace
  }

  /// `[T, B]` in more lanes, of which the last hold nothing.
  private func widened(_ values: [Int32], _ fixture: ClassifierFixture, to lanes: Int, with: Int32)
    -> [Int32]
  {
    (0..<fixture.steps).flatMap { step in
      values[step * fixture.lanes..<(step + 1) * fixture.lanes]
        + Array(repeating: with, count: lanes - fixture.lanes)
    }
  }

  private func train(
    _ fixture: ClassifierFixture, precision: Precision = .float32, inputTable: Bool = true,
    spareSteps: Int = 0, spareLanes: Int = 0, lowest: Int = 0
  ) -> (loss: Double, gradients: FloatBuffer) {
    let workspace = workspace(
      fixture, precision: precision, training: true, inputTable: inputTable,
      spareSteps: spareSteps, spareLanes: spareLanes)
    let gradients = FloatBuffer(count: fixture.model.layout.count)
    for index in gradients.elements.indices { gradients.elements[index] = 7 }
    let weight = fixture.labels.reduce(Float(0)) { $0 + fixture.classWeights[Int($1)] }
    let predicted = fixture.target.reduce(Float(0)) { $0 + ($1 < 0 ? 0 : 1) }
    var target = widened(fixture.target, fixture, to: workspace.lanes, with: -1)
    target += Array(repeating: -1, count: spareSteps * workspace.lanes)
    let languageModelScale = ClassifierFixture.languageModelShare / predicted
    let (classification, languageModel) = target.withUnsafeBufferPointer { target in
      workspace.train(
        widened(fixture.input, fixture, to: workspace.lanes, with: 0), lengths: fixture.lengths,
        labels: fixture.labels,
        targets: LabelTargets(
          classWeights: fixture.classWeights, smoothing: ClassifierFixture.labelSmoothing,
          scale: 1 / weight),
        languageModel: target.baseAddress.map { .init(targets: $0, scale: languageModelScale) },
        lowest: lowest, gradients: gradients)
    }
    return (
      classification / Double(weight) + languageModel * Double(languageModelScale), gradients
    )
  }

  @Test(arguments: ClassifierFixture.names, [true, false])
  func lossAndGradientsAreThoseOfPackedSequences(_ name: String, inputTable: Bool) throws {
    let fixture = try ClassifierFixture(name)
    // Steps and lanes that no text reaches must not matter.
    let spare = inputTable ? 0 : 5
    let (loss, gradients) = train(
      fixture, inputTable: inputTable, spareSteps: spare, spareLanes: spare)
    #expect(abs(Float(loss) - fixture.loss) < 1e-5 * fixture.loss)
    for tensor in fixture.model.layout.tensors where ClassifierFixture.isTrained(tensor) {
      let error = relativeError(
        Network.fileOrder(of: tensor, in: gradients), fixture.gradients[tensor.name]!)
      #expect(error < 1e-4, "gradient of \(tensor.name)")
    }
  }

  /// A target that is a mixture has the mixture of losses and gradients.
  @Test(arguments: [Float(0), 0.3, 1])
  func whatTeachersExpectIsAShareOfTheTargets(_ share: Float) throws {
    let fixture = try ClassifierFixture("lstm-2layer-bidirectional-last")
    let classes = fixture.classWeights.count
    func train(_ labels: [Int32], expected: [[Float]] = []) -> (loss: Double, gradients: [Float]) {
      let gradients = FloatBuffer(count: fixture.model.layout.count)
      let (loss, _) = workspace(fixture, training: true).train(
        fixture.input, lengths: fixture.lengths, labels: labels, expected: expected,
        targets: LabelTargets(
          classWeights: Array(repeating: 1, count: classes), expectedShare: share, scale: 1),
        gradients: gradients)
      return (
        loss,
        fixture.model.layout.tensors.filter(ClassifierFixture.isTrained).flatMap {
          gradients[$0.range]
        }
      )
    }
    // Each text's expectation is for its label and for the next, 3 to 1.
    let labels = fixture.labels
    let others = labels.map { ($0 + 1) % Int32(classes) }
    let expected = zip(labels, others).map { label, other in
      (0..<Int32(classes)).map { $0 == label ? Float(0.75) : $0 == other ? 0.25 : 0 }
    }
    let mixed = train(labels, expected: expected)
    let (own, other) = (train(labels), train(others))
    let moved = share / 4
    #expect(
      abs(mixed.loss - Double(1 - moved) * own.loss - Double(moved) * other.loss)
        < 1e-5 * own.loss)
    #expect(
      relativeError(
        mixed.gradients, zip(own.gradients, other.gradients).map { (1 - moved) * $0 + moved * $1 })
        < 1e-4)
  }

  /// Not of the largest value: rounding makes equals of different steps, and another one leads.
  /// Nothing is left of the texts before.
  @Test func emptyTextsTeachTheHeadAlone() throws {
    let fixture = try ClassifierFixture("lstm-2layer-bidirectional-last")
    let layout = fixture.model.layout
    let workspace = workspace(fixture, training: true)
    let gradients = FloatBuffer(count: layout.count)
    let targets = LabelTargets(classWeights: fixture.classWeights, scale: 1)
    func body() -> [Float] {
      let parts = [layout.embedding] + layout.layers.joined().flatMap(\.tensors)
      return parts.flatMap { gradients[$0.range] }
    }
    for (lengths, isEmpty) in [
      (fixture.lengths, false), (fixture.lengths.map { _ in 0 }, true), (fixture.lengths, false),
    ] {
      _ = workspace.train(
        fixture.input, lengths: lengths, labels: fixture.labels, targets: targets,
        gradients: gradients)
      #expect(body().allSatisfy { $0 == 0 } == isEmpty)
      let bias = try #require(layout.classifier?.bias)
      #expect(gradients[bias.range].contains { $0 != 0 })
    }
  }

  @Test(
    arguments: ClassifierFixture.names.filter { !$0.contains("max") && !$0.contains("concat") })
  func bfloat16StaysClose(_ name: String) throws {
    let fixture = try ClassifierFixture(name)
    let (loss, gradients) = train(fixture, precision: .bfloat16)
    #expect(abs(Float(loss) - fixture.loss) < 1e-2 * fixture.loss)
    for tensor in fixture.model.layout.tensors where ClassifierFixture.isTrained(tensor) {
      let error = relativeError(
        Network.fileOrder(of: tensor, in: gradients), fixture.gradients[tensor.name]!)
      #expect(error < 0.05, "gradient of \(tensor.name)")
    }
  }

  @Test(arguments: ClassifierFixture.names)
  func logits(_ name: String) throws {
    let fixture = try ClassifierFixture(name)
    let workspace = workspace(fixture, training: false)
    let logits = workspace.logits(fixture.input, lengths: fixture.lengths)
    #expect(
      relativeError(
        Array(UnsafeBufferPointer(start: logits, count: fixture.logits.count)), fixture.logits)
        < 1e-5)
  }

  @Test(arguments: ClassifierFixture.names)
  func aTextAloneHasTheLogitsItHasAmongOthers(_ name: String) throws {
    let fixture = try ClassifierFixture(name)
    let classes = fixture.classWeights.count
    let workspace = workspace(fixture, training: false, spareSteps: 40, spareLanes: 3)
    for lane in stride(from: 0, to: fixture.lanes, by: 6) {
      // What stands past the end of a text must not matter.
      var symbols = [Int32](repeating: 3, count: workspace.steps * workspace.lanes)
      for step in 0..<fixture.lengths[lane] {
        symbols[step * workspace.lanes] = fixture.input[step * fixture.lanes + lane]
      }
      let logits = workspace.logits(symbols, lengths: [fixture.lengths[lane]])
      let error = relativeError(
        Array(UnsafeBufferPointer(start: logits, count: classes)),
        Array(fixture.logits[lane * classes..<(lane + 1) * classes]))
      #expect(error < 1e-5)
    }
  }

  @Test(arguments: ClassifierFixture.names)
  func layersThatAreNotTrainedAreLeftAlone(_ name: String) throws {
    let fixture = try ClassifierFixture(name)
    let layers = fixture.model.configuration.layers
    for lowest in 1...layers {
      let (_, gradients) = train(fixture, lowest: lowest)
      for tensor in fixture.model.layout.tensors where ClassifierFixture.isTrained(tensor) {
        let values = Network.fileOrder(of: tensor, in: gradients)
        if fixture.model.layout.group(of: tensor) <= lowest {
          #expect(values.allSatisfy { $0 == 7 }, "\(tensor.name)")
        } else {
          #expect(
            relativeError(values, fixture.gradients[tensor.name]!) < 1e-4, "\(tensor.name)")
        }
      }
    }
  }

  @Test func aTextWithoutSymbolsHasTheLogitsOfFeaturesThatAreZero() throws {
    let fixture = try ClassifierFixture("lstm-1layer-last")
    let workspace = workspace(fixture, training: false)
    let logits = workspace.logits(fixture.input, lengths: [])
    let layout = fixture.model.layout
    let tensors = try #require(layout.classifier)
    let normalization = try #require(layout.normalization)
    let weight = fixture.model.elements(of: tensors.weight)
    let variances = fixture.model.elements(of: normalization.variance)
    let features = zip(fixture.model.elements(of: normalization.mean), variances).map {
      mean, variance in
      -mean / (variance + ParameterLayout.Normalization.epsilon).squareRoot()
    }
    for (label, bias) in fixture.model.elements(of: tensors.bias).enumerated() {
      let expected = zip(weight[label * features.count..<(label + 1) * features.count], features)
        .reduce(bias) { $0 + $1.0 * $1.1 }
      #expect(abs(logits[label] - expected) < 1e-5)
    }
  }
}
