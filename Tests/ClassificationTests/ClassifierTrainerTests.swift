import Checkpoints
import Classification
import Foundation
import LabelledData
import Recurrent
import Safetensors
import Testing
import Text
import Training

@Suite("Training a classifier")
struct ClassifierTrainerTests {
  /// Texts whose class is the letter that comes at some place in them: first one class, and a third
  /// of the texts in the other.
  private let texts: LabelledTexts

  init() throws {
    texts = try Self.makeTexts()
  }

  private static func makeTexts() throws -> LabelledTexts {
    var generator = Xoshiro256(seed: 8)
    var lines = ""
    for index in 0..<160 {
      let isUp = index % 3 == 0
      var letters = (0..<Int.random(in: 3...25, using: &generator)).map { _ in
        Array("abcdefgh")[Int.random(in: 0..<8, using: &generator)]
      }
      letters[Int.random(in: 0..<letters.count, using: &generator)] = isUp ? "u" : "d"
      lines += "__label__\(isUp ? "up" : "down") \(String(letters))\n"
    }
    let path = NSTemporaryDirectory() + "classifier-\(UUID().uuidString).txt"
    try Data(lines.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try LabelledTexts(paths: [path])
  }

  private func options(_ change: (inout ClassifierOptions) -> Void = { _ in }) -> ClassifierOptions
  {
    var options = ClassifierOptions()
    options.precision = .float32
    options.epochs = 8
    options.batchSize = 16
    options.learningRate = 2e-2
    options.averageDecay = 0.9
    change(&options)
    return options
  }

  private func start(
    _ cell: Cell = .lstm, bidirectional: Bool = false, pooling: Pooling = .max,
    languageModel: Bool = false, layers: Int = 1, ngrams: NgramEmbedding? = nil
  ) throws -> TrainedClassifier {
    let vocabulary = try Vocabulary(
      scalars: Array("abcdefghdu".unicodeScalars).sorted().reduce(into: []) {
        if $0.last != $1 { $0.append($1) }
      }, byteFallback: false)
    return TrainedClassifier(
      model: try Network(
        ModelConfiguration(
          cell: cell, layers: layers, hiddenSize: 16, embeddingSize: 8,
          vocabularySize: vocabulary.count, bidirectional: bidirectional,
          classifier: ClassifierConfiguration(
            classes: 2, pooling: pooling, hasLanguageModelHead: languageModel, ngrams: ngrams)),
        seed: 2),
      vocabulary: vocabulary, labels: texts.labels)
  }

  private func trainer(
    _ start: TrainedClassifier, _ options: ClassifierOptions, validates: Bool = true
  ) throws -> ClassifierTrainer {
    var generator = Xoshiro256(seed: 1)
    let (training, validation) = texts.stratifiedSplit(
      fraction: validates ? 0.25 : 0, using: &generator)
    return try ClassifierTrainer(
      start, texts: texts, training: training, validation: (texts, validation), options: options)
  }

  /// The accuracy on the validation texts of the best model.
  private func accuracy(_ trainer: ClassifierTrainer) throws -> Double {
    #expect(try trainer.run() == .completed)
    return try #require(trainer.best?.summary?.validationAccuracy)
  }

  @Test(arguments: Cell.allCases, [true, false])
  func learns(_ cell: Cell, bidirectional: Bool) throws {
    let trainer = try trainer(start(cell, bidirectional: bidirectional), options())
    #expect(try accuracy(trainer) > 0.95)
  }

  @Test(arguments: Pooling.allCases)
  func learnsWithEveryPoolingAndAllThatHelps(_ pooling: Pooling) throws {
    let trainer = try trainer(
      start(.gru, bidirectional: true, pooling: pooling),
      options {
        $0.epochs = 12
        $0.dropout = Dropout(embedding: 0.05, betweenLayers: 0.1, output: 0.1)
        $0.weightDrop = 0.1
        $0.labelSmoothing = 0.05
        $0.classWeights = .balanced
        $0.sampling = .balanced
        $0.threads = 2
      })
    #expect(try accuracy(trainer) > 0.9)
  }

  /// A stretch may be without the letter that tells the class: the smaller class is then missed, in
  /// validation too, while whole texts are told as well as ever.
  @Test func stretchesAreTrainedOnAndValidate() throws {
    let trainer = try trainer(
      start(),
      options {
        $0.crop = 2
        $0.epochs = 16
      })
    let withStretches = try accuracy(trainer)
    let best = try #require(trainer.best)
    let whole = classificationReport(
      of: texts, Array(0..<texts.count), with: Classifier(best, precision: .float32), topK: 1)
    #expect(whole.accuracy > 0.9)
    #expect((0.6..<0.95).contains(withStretches))
  }

  @Test func theSameSeedGivesTheSameWeights() throws {
    func weights(seed: UInt64) throws -> [Float] {
      let trainer = try trainer(
        start(),
        options { options in
          options.epochs = 2
          options.seed = seed
          options.threads = 2
          options.dropout.output = 0.2
        })
      _ = try trainer.run()
      return try #require(trainer.best).model.parameters.elements.map { $0 }
    }
    #expect(try weights(seed: 1) == weights(seed: 1))
    #expect(try weights(seed: 1) != weights(seed: 2))
  }

  /// A run that was stopped and goes on ends in the same bytes as one that was not.
  @Test(
    arguments: [Precision.float32, .bfloat16, .int16],
    [nil, NgramEmbedding(longest: 3, buckets: 512)])
  func aStoppedRunEndsInTheSameBytes(_ precision: Precision, ngrams: NgramEmbedding?) throws {
    let path = NSTemporaryDirectory() + "classifier-\(UUID().uuidString)"
    defer {
      for run in ["whole", "parts"] { try? FileManager.default.removeItem(atPath: path + run) }
    }
    let options = options {
      $0.precision = precision
      $0.epochs = 5
      $0.threads = 2
      $0.crop = 4
      $0.sampling = .balanced
      // The table is trained once all layers are.
      $0.unfreezeEvery = ngrams == nil ? 2 : 0
      $0.weightDrop = 0.1
      $0.dropout = Dropout(embedding: 0.1, betweenLayers: 0.1, output: 0.1)
    }
    let start = try start(.gru, bidirectional: true, layers: 2, ngrams: ngrams)
    let whole = try RunFolder(path: path + "whole", isNew: true)
    #expect(try trainer(start, options).run(in: whole) == .completed)

    var random = Xoshiro256(seed: 1)
    let (training, validation) = texts.stratifiedSplit(fraction: 0.25, using: &random)
    let perEpoch = (training.count + options.batchSize - 1) / options.batchSize
    #expect(perEpoch > 4)
    // Within an epoch, at its end, and within the next but one.
    for stop in [3, perEpoch, 2 * perEpoch + 1, nil] {
      let parts = try RunFolder(path: path + "parts", isNew: stop == 3)
      let trainer =
        try stop == 3
        ? trainer(start, options)
        : ClassifierTrainer(
          resuming: ClassifierResumePoint(contentsOf: parts.resumePath), path: parts.resumePath,
          texts: texts, training: training, validation: (texts, validation))
      let outcome = try trainer.run(in: parts, stops: { trainer.progress.step == stop })
      #expect(outcome == (stop == nil ? .completed : .interrupted))
    }
    for name in ["best.safetensors", "resume.safetensors"] {
      let files = try ["whole", "parts"].map {
        try SafetensorsFile(path: "\(path)\($0)/\(name)")
      }
      #expect(
        files[0].tensors.keys.contains { $0.hasPrefix("averaged_steps") }
          == (ngrams != nil && name == "resume.safetensors"))
      for name in files[0].tensors.keys {
        let bytes = try files.map { file in
          try file.withBytes(of: name) { Data($0) }
        }
        #expect(bytes[0] == bytes[1], "\(name)")
      }
    }
  }

  /// Files from before the averages of n-grams' rows lagged behind do not tell how far.
  @Test func averagesOfNgramsMayBeOfTheLastStep() throws {
    let options = options { $0.epochs = 2 }
    let start = try start(ngrams: NgramEmbedding(longest: 3, buckets: 512))
    let first = try trainer(start, options)
    _ = try first.run(stops: { first.progress.step == 3 })
    let path = NSTemporaryDirectory() + "classifier-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }

    var random = Xoshiro256(seed: 1)
    let (training, validation) = texts.stratifiedSplit(fraction: 0.25, using: &random)
    func resumed(_ steps: [Int32]?) throws -> ClassifierTrainer {
      var point = first.resumePoint
      point.weights.state.averagedSteps = steps
      try point.write(to: path)
      return try ClassifierTrainer(
        resuming: ClassifierResumePoint(contentsOf: path), path: path, texts: texts,
        training: training, validation: (texts, validation))
    }
    let known = try #require(first.resumePoint.weights.state.averagedSteps)
    #expect(Set(known).count > 1 && known.allSatisfy { 0...3 ~= $0 })
    #expect(
      try resumed(nil).resumePoint.weights.state.averagedSteps
        == [Int32](repeating: 3, count: 512))
    #expect(try resumed(known).resumePoint.weights.state.averagedSteps == known)
    #expect(try resumed(nil).run() == .completed)
    // A step that has not been is no place of this run, and too few are damage too.
    for steps in [4, -1] as [Int32] {
      #expect(throws: TrainingError.self) {
        try resumed(known.dropLast() + [steps])
      }
    }
    #expect(throws: CheckpointError.self) {
      var point = first.resumePoint
      point.weights.state.averagedSteps = nil
      let short = TensorContent(
        name: "averaged_steps.ngrams.weight", shape: [511], values: Array(known.dropLast()))
      _ = try WeightsInTraining(
        self.file(point.weights.tensors + [short], at: path), start.model.configuration)
    }
  }

  private func file(_ tensors: [TensorContent], at path: String) throws -> SafetensorsFile {
    try SafetensorsFile.write(tensors, metadata: [:], to: path)
    return try SafetensorsFile(path: path)
  }

  /// As in a language model's resume file; those of before, where a part was an object, are read.
  @Test func optionsAreOneFlatObject() throws {
    let options = options {
      $0.crop = 4
      $0.maxSteps = 9
      $0.limit = TextLimit(length: 77, kept: .both)
    }
    let flat = try JSONEncoder().encode(options)
    let fields = try #require(try JSONSerialization.jsonObject(with: flat) as? [String: Any])
    #expect(fields["epochs"] as? Int == 8 && fields["batchSize"] as? Int == 16)
    #expect(fields["optimization"] == nil)
    #expect(try JSONDecoder().decode(ClassifierOptions.self, from: flat) == options)

    let names = [
      "batchSize", "warmup", "classWeights", "sampling", "labelSmoothing", "languageModelLoss",
      "freezes", "unfreezeEvery", "layerRateFactor", "limit", "crop", "naiveBayes",
    ]
    var nested = fields.filter { names.contains($0.key) }
    nested["optimization"] = fields.filter { !names.contains($0.key) }
    let old = try JSONSerialization.data(withJSONObject: nested)
    #expect(try JSONDecoder().decode(ClassifierOptions.self, from: old) == options)
  }

  @Test func aFrozenBodyStaysAsItIs() throws {
    let start = try start(layers: 2)
    let trainer = try trainer(
      start,
      options {
        $0.freezes = true; $0.epochs = 2
      })
    _ = try trainer.run()
    let best = try #require(trainer.best).model
    for tensor in best.layout.tensors {
      let isHead = best.layout.group(of: tensor) >= 4
      // Averages of equal numbers are equal to a rounding error.
      let change = zip(best.elements(of: tensor), start.model.elements(of: tensor))
        .reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect((change > 1e-4) == isHead, "\(tensor.name)")
    }
  }

  @Test func layersAreUnfrozenFromAbove() throws {
    let start = try start(layers: 2)
    for (epochs, changed) in [(1, [4, 5]), (2, [2, 4, 5]), (3, [0, 1, 2, 4, 5])] {
      // With nothing to validate on, the latest model counts as the best.
      let trainer = try trainer(
        start,
        options {
          $0.unfreezeEvery = 1
          $0.epochs = epochs
        }, validates: false)
      _ = try trainer.run()
      let best = try #require(trainer.best).model
      let groups = Set(
        best.layout.tensors.filter { tensor in
          zip(best.elements(of: tensor), start.model.elements(of: tensor))
            .contains { abs($0 - $1) > 1e-5 }
        }.map { best.layout.group(of: $0) })
      #expect(groups.sorted() == changed)
    }
  }

  @Test func theNextCharacterIsLearntBeside() throws {
    let start = try start(.lstm, pooling: .mean, languageModel: true)
    func headChange(_ weight: Float) throws -> Float {
      let trainer = try trainer(
        start,
        options {
          $0.languageModelLoss = weight; $0.epochs = 1
        })
      _ = try trainer.run()
      let model = try #require(trainer.best).model
      let tensor = model.layout.head!.bias
      return zip(model.elements(of: tensor), start.model.elements(of: tensor))
        .reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(try headChange(0.5) > 1e-3)
    #expect(try headChange(0) < 1e-5)
  }

  @Test func calibrationFitsTheTemperature() throws {
    // Logits that say 0.95 where the truth is 0.75.
    let logits = (0..<400).map { _ in [Float(2.944439), 0] }
    let labels = (0..<400).map { $0 % 4 == 0 ? 1 : 0 }
    // Of 402, one more is wrong and one right.
    let odds = (0.75 * 401 + 0.25) / (0.25 * 401 + 0.75)
    #expect(abs(fittedFactors(of: [logits], labels: labels)[0] - log(odds) / 2.944439) < 1e-4)
    #expect(fittedFactors(of: [[]], labels: []) == [1])
    // All right: the surer the better, within bounds.
    // As if a quarter of the texts had the other class.
    #expect(abs(fittedFactors(of: [[[1, 0], [0, 1]]], labels: [0, 1])[0] - 1.0986123) < 1e-4)
  }

  /// Two experts, of which one is twice as sure as it may be and the other knows nothing.
  @Test func fittedFactorsWeighExperts() {
    let logits = (0..<400).map { _ in [2 * Float(1.0986123), 0] }
    let noise = (0..<400).map { [$0 % 8 < 4 ? Float(1) : 0, 0] }
    let labels = (0..<400).map { $0 % 4 == 0 ? 1 : 0 }
    let factors = fittedFactors(of: [logits, noise], labels: labels)
    #expect(abs(factors[0] - 0.5) < 1e-2)
    #expect(factors[1] < 0.02)
  }

  @Test func stopsWhenTold() throws {
    let trainer = try trainer(start(), options())
    var steps = 0
    let outcome = try trainer.run(stops: {
      steps += 1
      return steps == 5
    })
    #expect(outcome == .interrupted && steps == 5)
  }

  @Test func patienceEndsTheRun() throws {
    let trainer = try trainer(
      start(),
      options {
        $0.learningRate = 1e-9; $0.patience = 2; $0.epochs = 50
      })
    #expect(try trainer.run() == .patienceExhausted)
  }
}
