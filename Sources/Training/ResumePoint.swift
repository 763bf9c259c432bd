import Checkpoints
import Recurrent
import Text

/// Everything that a run needs to go on as if it had never stopped.
package struct ResumePoint {
  package var options: TrainingOptions
  package var progress: TrainingProgress
  package var corpusBytes: Int
  /// How much of the corpus, from its beginning, trains; the rest validates.
  package var trainingBytes: Int
  package var vocabulary: Vocabulary
  package var model: LanguageModel
  /// AdamW's moments.
  package var first: FloatBuffer
  package var second: FloatBuffer
  /// The averaged weights.
  package var average: FloatBuffer
  /// By lane.
  package var states: [RecurrentState]
}

extension ResumePoint {
  private static let buffers = ["parameters", "first", "second", "average"]

  /// Reads a resume file.
  package init(contentsOf path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    let metadata = ModelMetadata(file: file)
    options = try metadata.decode("options")
    progress = try metadata.decode("progress")
    corpusBytes = try metadata.decode("corpus_bytes")
    trainingBytes = try metadata.decode("training_bytes")
    guard (1...max(1, corpusBytes)).contains(trainingBytes) else {
      throw .invalidMetadata(
        path: path, key: "training_bytes", reason: "\(trainingBytes) of \(corpusBytes) bytes")
    }
    vocabulary = try metadata.decode("vocabulary")
    let configuration: ModelConfiguration = try metadata.decode("configuration")
    do throws(ConfigurationError) {
      try configuration.validate()
    } catch {
      throw .invalidMetadata(path: path, key: "configuration", reason: error.description)
    }
    guard !configuration.bidirectional, vocabulary.count == configuration.vocabularySize else {
      throw .invalidMetadata(
        path: path, key: "configuration",
        reason: "it is not that of a language model with \(vocabulary.count) symbols")
    }
    let layout = ParameterLayout(configuration)
    // Before memory for the weights is taken: the file must have them all.
    for tensor in layout.tensors {
      for buffer in Self.buffers {
        let name = "\(buffer).\(tensor.name)"
        let shape = try file.tensor(named: name).shape
        guard shape == tensor.shape else {
          throw .unexpectedShape(path: path, tensor: name, found: shape, expected: tensor.shape)
        }
      }
    }
    model = LanguageModel(valid: configuration)
    first = FloatBuffer(count: layout.count)
    second = FloatBuffer(count: layout.count)
    average = FloatBuffer(count: layout.count)
    for (name, buffer) in zip(Self.buffers, [model.parameters, first, second, average]) {
      for tensor in layout.tensors {
        try file.read(tensor, named: "\(name).\(tensor.name)", into: buffer)
      }
    }

    let empty = RecurrentState(configuration)
    let hidden = try file.floats(of: "state.hidden")
    let cell = try file.floats(of: "state.cell")
    let lanes = hidden.count / empty.hidden.count
    guard hidden.count == lanes * empty.hidden.count, cell.count == lanes * empty.cell.count else {
      throw .unexpectedShape(
        path: path, tensor: "state.hidden", found: [hidden.count, cell.count],
        expected: [lanes * empty.hidden.count, lanes * empty.cell.count])
    }
    states = (0..<lanes).map { lane in
      var state = empty
      state.hidden = Array(hidden[lane * empty.hidden.count..<(lane + 1) * empty.hidden.count])
      state.cell = Array(cell[lane * empty.cell.count..<(lane + 1) * empty.cell.count])
      return state
    }
  }

  func write(to path: String) throws(CheckpointError) {
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
        "configuration": json(model.configuration), "corpus_bytes": json(corpusBytes),
        "options": json(options), "progress": json(progress),
        "training_bytes": json(trainingBytes), "vocabulary": json(vocabulary),
      ], to: path)
  }
}
