import Checkpoints
import Recurrent
import Safetensors
import Text

/// What tells one corpus, cut in parts, from another.
package struct CorpusIdentity: Codable, Equatable, Sendable {
  package var bytes: Int
  /// Of the part to train on, which comes first.
  package var trainingBytes: Int
  /// Of the part to test on, which comes last; nil where there is none.
  package var testBytes: Int?
  /// XXH64 of all bytes in hexadecimal: a JSON number is not exact with every reader.
  package var xxh64: String

  init(of corpus: Corpus, trainingBytes: Int, testBytes: Int = 0, contentHash: UInt64) {
    bytes = corpus.byteCount
    self.trainingBytes = trainingBytes
    self.testBytes = testBytes > 0 ? testBytes : nil
    xxh64 = String(contentHash, radix: 16)
  }

  /// That of the corpus whose beginning trains, which is read for it.
  init(of training: EncodedText) {
    self.init(
      of: training.corpus, trainingBytes: training.byteRange.count,
      contentHash: training.corpus.contentHash())
  }

  var validationFraction: Double {
    Double(bytes - trainingBytes - (testBytes ?? 0)) / Double(bytes)
  }
  var testFraction: Double { Double(testBytes ?? 0) / Double(bytes) }
}

/// Everything that a run needs to go on as if it had never stopped.
package struct ResumePoint {
  package var options: TrainingOptions
  package var progress: TrainingProgress
  package var corpus: CorpusIdentity
  package var vocabulary: Vocabulary
  package var weights: WeightsInTraining
  /// By lane.
  package var states: [RecurrentState]
  /// That of the device which the run was on; nil in files from before it was kept.
  package var arithmetic: String?
  /// Nil in files from before it was kept, and in runs that no command began.
  package var setup: RunSetup?
}

extension ResumePoint: MovableRun {
  /// Reads a resume file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is something else, or whose parts
  ///   do not fit together. Memory is taken only for what the file has.
  package init(contentsOf path: String) throws(CheckpointError) {
    let file = try ModelFile(path: path)
    try file.checkIsLanguageModel()
    vocabulary = file.vocabulary
    options = try file.decode("options")
    progress = try file.decode("progress")
    corpus = try file.decode("corpus")
    setup = try file.decodeIfPresent("setup")
    do throws(TrainingError) {
      try options.validate()
    } catch {
      throw .invalidMetadata(path: path, key: "options", reason: error.description)
    }
    guard 1...max(1, corpus.bytes) ~= corpus.trainingBytes else {
      throw .invalidMetadata(
        path: path, key: "corpus",
        reason: "\(corpus.trainingBytes) of \(corpus.bytes) bytes to train on")
    }
    guard 0...corpus.bytes - corpus.trainingBytes ~= corpus.testBytes ?? 0 else {
      throw .invalidMetadata(
        path: path, key: "corpus",
        reason: "\(corpus.testBytes ?? 0) of \(corpus.bytes) bytes to test on")
    }
    let contents = file.contents
    arithmetic = contents.metadata["instruction_set"]
    let empty = RecurrentState(file.configuration)
    let lanes = contents.tensors["state.hidden"]?.shape.first ?? 0
    try contents.checkShape(of: "state.hidden", is: [lanes, empty.hidden.count])
    try contents.checkShape(of: "state.cell", is: [lanes, empty.cell.count])

    weights = try WeightsInTraining(contents, file.configuration)
    let hidden = try contents.finiteFloats(of: "state.hidden")
    let cell = try contents.finiteFloats(of: "state.cell")
    states = (0..<lanes).map { lane in
      var state = empty
      state.hidden = Array(hidden[lane * empty.hidden.count..<(lane + 1) * empty.hidden.count])
      state.cell = Array(cell[lane * empty.cell.count..<(lane + 1) * empty.cell.count])
      return state
    }
  }

  /// The parts of a corpus that the run goes on with.
  ///
  /// - Returns: them, and whether they are the text that it began with.
  /// - Throws: `TrainingError.corpusChanged` for another text, unless that is accepted; `CorpusError`.
  package func parts(
    of corpus: Corpus, path: String, acceptsChangedCorpus: Bool
  ) throws -> (parts: CorpusParts, isSame: Bool) {
    let isAsLong = corpus.byteCount == self.corpus.bytes
    // Where it cannot be read as it was, it is another text.
    let sameParts =
      isAsLong
      ? try? CorpusParts(
        corpus,
        Split(
          corpus: corpus, trainingBytes: self.corpus.trainingBytes,
          testBytes: self.corpus.testBytes ?? 0),
        vocabulary: vocabulary)
      : nil
    if let sameParts, sameParts.identity == self.corpus { return (sameParts, true) }
    guard acceptsChangedCorpus else {
      throw TrainingError.corpusChanged(
        path: path,
        reason: isAsLong
          ? "the corpus is not the one the run began with, though it has as many bytes"
          : "the corpus has \(corpus.byteCount) bytes, the run began with \(self.corpus.bytes)")
    }
    // Another text is cut in the same proportion.
    let split = Split(
      corpus: corpus, validationFraction: self.corpus.validationFraction,
      testFraction: self.corpus.testFraction)
    return (try CorpusParts(corpus, split, vocabulary: vocabulary), false)
  }

  /// Whether there is neither infinity nor NaN in it.
  var isFinite: Bool {
    weights.isFinite
      && states.allSatisfy { $0.hidden.allSatisfy(\.isFinite) && $0.cell.allSatisfy(\.isFinite) }
  }

  package func write(to path: String) throws(CheckpointError) {
    var tensors = weights.tensors
    let hidden = states.flatMap(\.hidden)
    let cell = states.flatMap(\.cell)
    tensors.append(
      TensorContent(
        name: "state.hidden", shape: [states.count, hidden.count / states.count], values: hidden))
    tensors.append(
      TensorContent(
        name: "state.cell", shape: [states.count, cell.count / states.count], values: cell))
    var metadata = [
      "configuration": json(weights.model.configuration), "corpus": json(corpus),
      "options": json(options), "progress": json(progress), "vocabulary": json(vocabulary),
    ]
    metadata["instruction_set"] = arithmetic
    metadata["setup"] = setup.map { json($0) }
    try ModelFile.write(tensors, metadata: metadata, to: path)
  }
}
