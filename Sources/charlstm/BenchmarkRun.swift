import Checkpoints
import Classification
import Foundation
import Generation
import Recurrent
import Synchronization
import Text
import Training

/// Measures one shape.
struct BenchmarkRun {
  var configuration: ModelConfiguration
  var lanes: Int
  var steps: Int
  var streams: [Int]
  var precision: Precision
  var samplingPrecision: Precision
  var classifies: Bool
  var threads: Int
  /// That of training; nil for what should be fastest.
  var division: Division?
  /// Of `threads`.
  let device: Device
  var seconds: Double

  func measure() throws -> BenchmarkRecord {
    let (model, rate) = try train()
    // Before sampling, whose memory is another matter.
    let memory = peakResidentMegabytes()
    let vocabulary = try Vocabulary(scalars: alphabet, byteFallback: false)
    let sampling = try streams.map { streams in
      BenchmarkRecord.SamplingRate(
        streams: streams,
        characters_per_second: try sample(model, vocabulary, streams: streams))
    }
    let classification = try (classifies ? [1, 1024] : []).map { texts in try classify(texts: texts)
    }
    return BenchmarkRecord(
      device: device.isGPU ? device.backend.arithmetic : nil, cell: configuration.cell,
      layers: configuration.layers,
      hidden_size: configuration.hiddenSize, batch_size: lanes, sequence_length: steps,
      precision: precision, threads: threads, parameters: model.layout.parameterCount,
      training_characters_per_second: rate, gigaflops: rate * flopsPerCharacter / 1e9,
      peak_gigaflops: device.backend.peakGigaflops(precision, seconds: seconds / 3),
      sampling: sampling, classification: classification, peak_resident_megabytes: memory)
  }

  private var alphabet: [Unicode.Scalar] {
    (0..<configuration.vocabularySize).compactMap { Unicode.Scalar(UInt32(32 + $0)) }
  }

  /// Floating-point operations of training on one character: two for each weight of a product, once
  /// forward and twice backward. The first layer's input product is a table look-up and not counted.
  private var flopsPerCharacter: Double {
    let hidden = Double(configuration.hiddenSize)
    let recurrent = Double(configuration.cell.gateCount) * hidden * hidden
    let weights =
      recurrent * Double(2 * configuration.layers - 1)
      + hidden * Double(configuration.vocabularySize)
    return 6 * weights
  }

  /// The median rate of optimizer steps on random text, and the model that they made.
  private func train() throws -> (Network, Double) {
    var random = Xoshiro256(seed: 1)
    let count = max(100_000, 8 * lanes * steps)
    let symbols = UInt64(configuration.vocabularySize)
    let text = try Corpus(bytes: (0..<count).map { _ in 32 + UInt8(random.next() % symbols) })
    let vocabulary = try Vocabulary(scalars: alphabet, byteFallback: false)
    var options = TrainingOptions()
    options.lanes = lanes
    options.sequenceLength = steps
    options.epochs = 1_000_000
    options.clipNorm = 5
    options.learningRate = 2e-3
    options.reportEvery = 1
    options.precision = precision
    options.threads = threads
    options.division = division
    let trainer = try Trainer(
      Network(configuration, seed: 1),
      training: EncodedText(text, vocabulary: vocabulary), validation: nil, options: options,
      device: device)
    let clock = ContinuousClock()
    let start = clock.now
    var rates: [Double] = []
    _ = try trainer.run(stops: {
      rates.count >= 6 && clock.now - start >= .seconds(seconds)
    }) { event in
      if case .step(let report) = event { rates.append(report.charactersPerSecond) }
    }
    return (trainer.averagedModel, median(rates.dropFirst(2)))
  }

  /// The median rate of all streams together.
  private func sample(
    _ model: Network, _ vocabulary: Vocabulary, streams: Int
  ) throws -> Double {
    let options = WritingOptions(sampling: SamplingOptions(temperature: 0.8), length: 200)
    let clock = ContinuousClock()
    let start = clock.now
    var rates: [Double] = []
    func measure(characters: Int, _ body: () throws -> Void) rethrows {
      let duration = try clock.measure(body)
      rates.append(Double(characters) / (duration / .seconds(1)))
    }
    if streams == 1 {
      let generator = Generator(
        model, vocabulary: vocabulary, precision: samplingPrecision,
        device: device)
      var state = generator.start()
      var random = Xoshiro256(seed: 1)
      while rates.count < 6 || clock.now - start < .seconds(seconds / 2) {
        try measure(characters: options.length) {
          _ = try generator.write(from: &state, options, using: &random) { _ in true }
        }
      }
    } else {
      let generator = BatchGenerator(
        model, vocabulary: vocabulary, precision: samplingPrecision, lanes: streams,
        device: device)
      while rates.count < 6 || clock.now - start < .seconds(seconds / 2) {
        try measure(characters: streams * options.length) {
          try generator.write(
            count: streams, options,
            request: { WritingRequest(prompt: [], random: Xoshiro256(seed: UInt64($0))) },
            deliver: { _, _, _ in true })
        }
      }
    }
    return median(rates.dropFirst(1))
  }

  /// Characters of a text to classify.
  private static let textLength = 200

  /// The median rate of classifying texts with a network of this shape, so many at a time.
  private func classify(texts count: Int) throws -> BenchmarkRecord.ClassificationRate {
    var configuration = configuration
    configuration.classifier = ClassifierConfiguration(classes: 4, pooling: .concat)
    let classifier = Classifier(
      TrainedClassifier(
        model: try Network(configuration, seed: 1),
        vocabulary: try Vocabulary(scalars: alphabet, byteFallback: false),
        labels: ["a", "b", "c", "d"]),
      precision: samplingPrecision, device: device)
    var random = Xoshiro256(seed: 1)
    let texts = (0..<count).map { _ in
      (0..<Self.textLength).map { _ in
        Int32.random(in: 0..<Int32(configuration.vocabularySize), using: &random)
      }
    }
    let clock = ContinuousClock()
    let start = clock.now
    var rates: [Double] = []
    while rates.count < 3 || clock.now - start < .seconds(seconds / 2) {
      let duration = clock.measure { _ = classifier.probabilities(of: texts) }
      rates.append(Double(count) / (duration / .seconds(1)))
    }
    let rate = median(rates.dropFirst(1))
    return BenchmarkRecord.ClassificationRate(
      texts: count, texts_per_second: rate,
      characters_per_second: rate * Double(Self.textLength))
  }

  private func peakResidentMegabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}

private func median(_ values: some Sequence<Double>) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
