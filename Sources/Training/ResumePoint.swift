import Checkpoints
import Recurrent
import Text

/// What tells one corpus, cut in two parts, from another.
package struct CorpusIdentity: Codable, Equatable, Sendable {
  package var bytes: Int
  /// Of the part to train on, which comes first.
  package var trainingBytes: Int
  /// XXH64 of all bytes in hexadecimal: a JSON number is not exact with every reader.
  package var xxh64: String

  package init(of corpus: Corpus, trainingBytes: Int) {
    bytes = corpus.byteCount
    self.trainingBytes = trainingBytes
    xxh64 = String(corpus.contentHash(), radix: 16)
  }

  var validationFraction: Double { Double(bytes - trainingBytes) / Double(bytes) }

  /// Whether these are the bytes of `corpus`, which is read only if it has as many.
  package func isSameText(as corpus: Corpus) -> Bool {
    bytes == corpus.byteCount && xxh64 == String(corpus.contentHash(), radix: 16)
  }
}

/// Everything that a run needs to go on as if it had never stopped.
package struct ResumePoint {
  package var options: TrainingOptions
  package var progress: TrainingProgress
  package var corpus: CorpusIdentity
  package var vocabulary: Vocabulary
  package var model: Network
  /// AdamW's moments.
  package var first: FloatBuffer
  package var second: FloatBuffer
  /// The averaged weights.
  package var average: FloatBuffer
  /// By lane.
  package var states: [RecurrentState]
  /// That of the CPU which the run was on; nil in files from before it was kept.
  package var instructionSet: InstructionSet?
}

extension ResumePoint {
  private static let buffers = ["parameters", "first", "second", "average"]

  /// Reads a resume file.
  ///
  /// - Throws: `CheckpointError`, for a file that cannot be read, is something else, or whose parts
  ///   do not fit together. Memory is taken only for what the file has.
  package init(contentsOf path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    let metadata = ModelMetadata(file: file)
    options = try metadata.decode("options")
    progress = try metadata.decode("progress")
    corpus = try metadata.decode("corpus")
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
    let configuration: ModelConfiguration
    (configuration, vocabulary) = try metadata.languageModel()
    instructionSet = file.metadata["instruction_set"].flatMap { InstructionSet(rawValue: $0) }
    let layout = ParameterLayout(configuration)
    for tensor in layout.tensors {
      for buffer in Self.buffers {
        try file.checkShape(of: "\(buffer).\(tensor.name)", is: tensor.shape)
      }
    }
    let empty = RecurrentState(configuration)
    let lanes = try file.tensor(named: "state.hidden").shape.first ?? 0
    try file.checkShape(of: "state.hidden", is: [lanes, empty.hidden.count])
    try file.checkShape(of: "state.cell", is: [lanes, empty.cell.count])

    model = Network(valid: configuration)
    first = FloatBuffer(count: layout.count)
    second = FloatBuffer(count: layout.count)
    average = FloatBuffer(count: layout.count)
    for (name, buffer) in zip(Self.buffers, [model.parameters, first, second, average]) {
      for tensor in layout.tensors {
        try file.read(tensor, named: "\(name).\(tensor.name)", into: buffer)
      }
    }
    let hidden = try file.finiteFloats(of: "state.hidden")
    let cell = try file.finiteFloats(of: "state.cell")
    states = (0..<lanes).map { lane in
      var state = empty
      state.hidden = Array(hidden[lane * empty.hidden.count..<(lane + 1) * empty.hidden.count])
      state.cell = Array(cell[lane * empty.cell.count..<(lane + 1) * empty.cell.count])
      return state
    }
  }

  /// Adds epochs to those that the run was to have. The learning rate goes on as if they had been
  /// planned from the beginning, and patience begins anew.
  ///
  /// - Throws: `TrainingError.optionOutOfRange`.
  package mutating func extend(epochs: Int) throws(TrainingError) {
    guard 1...1_000_000 ~= epochs else {
      throw .optionOutOfRange(name: "extend", value: "\(epochs)", range: "1 to 1000000")
    }
    options.epochs += epochs
    progress.validationsWithoutBest = 0
    try options.validate()
  }

  /// Makes the run one of this CPU, which may not be the one that it was on: what it has no
  /// instructions for goes on in single precision. The bytes of a run are promised for one set of
  /// instructions; from here on it is this CPU's.
  ///
  /// - Parameter keepsPrecision: whether somebody asked for the precision that the run has.
  /// - Returns: what has changed, in a sentence; nil for nothing.
  package mutating func moveHere(keepsPrecision: Bool) -> String? {
    let here = InstructionSet.current
    guard here != instructionSet else { return nil }
    let before = instructionSet.map { "was on \($0.rawValue)" }
    instructionSet = here
    if !options.precision.isFastHere && !keepsPrecision {
      let precision = options.precision.rawValue
      options.precision = .float32
      return "The run \(before ?? "is") in \(precision), for which this CPU "
        + "(\(here.rawValue)) has no instructions: it goes on in float32."
    }
    return before.map {
      "The run \($0); on this CPU (\(here.rawValue)) sums are rounded differently from here on."
    }
  }

  /// Whether there is neither infinity nor NaN in it.
  var isFinite: Bool {
    [model.parameters, first, second, average].allSatisfy { $0.elements.allSatisfy(\.isFinite) }
      && states.allSatisfy { $0.hidden.allSatisfy(\.isFinite) && $0.cell.allSatisfy(\.isFinite) }
  }

  package func write(to path: String) throws(CheckpointError) {
    var tensors: [TensorContent] = []
    for (name, buffer) in zip(Self.buffers, [model.parameters, first, second, average]) {
      tensors += model.layout.tensors.map {
        .parameters($0, named: "\(name).\($0.name)", in: buffer)
      }
    }
    let hidden = states.flatMap(\.hidden)
    let cell = states.flatMap(\.cell)
    tensors.append(
      TensorContent(
        name: "state.hidden", shape: [states.count, hidden.count / states.count], values: hidden))
    tensors.append(
      TensorContent(
        name: "state.cell", shape: [states.count, cell.count / states.count], values: cell))
    try SafetensorsFile.write(
      tensors,
      metadata: [
        "configuration": json(model.configuration), "corpus": json(corpus),
        "options": json(options), "progress": json(progress), "vocabulary": json(vocabulary),
        "instruction_set": InstructionSet.current.rawValue,
      ], to: path)
  }
}
