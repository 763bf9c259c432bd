import Checkpoints
import Foundation
import Generation
import Paths
import Recurrent
import Safetensors

/// A session as one safetensors file: every state bit for bit in tensors, the rest as JSON.
///
/// Tensors, for N states of a model with V symbols: `hidden` and `cell` [N, L·D·H], `logits` [N, V],
/// `latest` [N, V] and `length` [N] (what the repetition penalty knows), `pending` [N, 4] (the number
/// of bytes of a character begun, and the bytes). They are in the order of the tree's places.
enum SessionFile {
  /// Writes the file for its owner alone, whole or not at all.
  ///
  /// - Throws: `SafetensorsError`.
  static func write(
    _ snapshot: SessionSnapshot, _ source: SessionSource, withPath: Bool = false,
    to file: OutputFile
  ) throws(SafetensorsError) {
    var states: [TextState.Parts] = []
    let record = SessionRecord(
      snapshot, identity: source.identity, modelName: lastComponent(of: source.path),
      modelPath: withPath ? source.fullPath : nil, states: &states)
    let count = states.count
    let sizes = RecurrentState(source.trained.model.configuration)
    let symbols = source.trained.vocabulary.count
    var tensors = [
      TensorContent(
        name: "hidden", shape: [count, sizes.hidden.count],
        values: states.flatMap(\.recurrent.hidden)),
      TensorContent(name: "logits", shape: [count, symbols], values: states.flatMap(\.logits)),
      TensorContent(
        name: "latest", shape: [count, symbols],
        values: states.flatMap(\.latest).map { Int64($0) }),
      TensorContent(name: "length", shape: [count], values: states.map { Int64($0.length) }),
      TensorContent(
        name: "pending", shape: [count, 4],
        values: states.flatMap { state in
          let pending = state.pending.prefix(3)
          return [UInt8(pending.count)] + pending + Array(repeating: 0, count: 3 - pending.count)
        }),
    ]
    if !sizes.cell.isEmpty {
      tensors.append(
        TensorContent(
          name: "cell", shape: [count, sizes.cell.count],
          values: states.flatMap(\.recurrent.cell)))
    }
    try SafetensorsFile.write(
      tensors, metadata: ["charlstm.session": json(record)], to: file,
      permissions: .ownerOnly)
  }

  /// Reads a session that was written with this model.
  ///
  /// - Throws: `SafetensorsError`, or `ReplError` for a file that holds no session, one of another
  ///   model, or one that contradicts itself.
  static func read(_ path: String, for model: ResidentModel) throws -> Session {
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata["charlstm.session"] else {
      throw ReplError.badData("\(path: path) is no session that /save has written")
    }
    // Not by `ModelFile`: a transcript may hold any number of brackets.
    let data = Data(text.utf8)
    if let record = try? JSONDecoder().decode(SessionRecord.self, from: data) {
      return try session(
        path, of: record.identity, modelName: record.modelName, record.settings, record.clamps,
        for: model
      ) { try record.session(states: states(of: file, for: model), path: path) }
    }
    guard let record = try? JSONDecoder().decode(BranchesRecord.self, from: data) else {
      throw damaged(path, "its description is not readable")
    }
    return try session(
      path, of: record.identity, modelName: record.modelName, record.settings, record.clamps,
      for: model
    ) { try record.session(states: states(of: file, for: model), path: path) }
  }

  /// The path of the model that a session was written with, where the file has it.
  static func modelPath(in path: String) throws -> String? {
    struct Part: Codable { let modelPath: String? }
    let file = try SafetensorsFile(path: path)
    guard let text = file.metadata["charlstm.session"] else { return nil }
    return try? JSONDecoder().decode(Part.self, from: Data(text.utf8)).modelPath
  }

  private static func session(
    _ path: String, of identity: ModelIdentity, modelName: String, _ settings: Settings,
    _ clamps: [String]?, for model: ResidentModel, _ build: () throws -> Session
  ) throws -> Session {
    guard identity == model.source.identity else {
      throw ReplError.badData(
        "\(path: path) was saved with another model, \(modelName); /load that one first "
          + "(here is \(model.name))")
    }
    try settings.validate()
    let held: [Clamp]
    do {
      held = try (clamps ?? []).map { try Clamp($0) }
      _ = try model.trained.model.clamping(held)
    } catch {
      throw damaged(path, "\(error)")
    }
    var session = try build()
    session.clamps = held
    return session
  }

  private static func states(
    of file: SafetensorsFile, for model: ResidentModel
  ) throws -> [TextState] {
    let configuration = model.trained.model.configuration
    let sizes = RecurrentState(configuration)
    let symbols = model.trained.vocabulary.count
    let lengths: [Int64] = try file.values(of: "length")
    let count = lengths.count
    let hidden: [Float] = try file.values(of: "hidden", expecting: [count, sizes.hidden.count])
    let cell: [Float] =
      sizes.cell.isEmpty ? [] : try file.values(of: "cell", expecting: [count, sizes.cell.count])
    let logits: [Float] = try file.values(of: "logits", expecting: [count, symbols])
    let latest: [Int64] = try file.values(of: "latest", expecting: [count, symbols])
    let pending: [UInt8] = try file.values(of: "pending", expecting: [count, 4])
    return try (0..<count).map { index in
      func row<Element>(_ values: [Element], _ width: Int) -> [Element] {
        Array(values[index * width..<(index + 1) * width])
      }
      var recurrent = sizes
      recurrent.hidden = row(hidden, sizes.hidden.count)
      recurrent.cell = row(cell, sizes.cell.count)
      let bytes = row(pending, 4)
      let parts = TextState.Parts(
        recurrent: recurrent, logits: row(logits, symbols),
        latest: row(latest, symbols).map { Int($0) }, length: Int(lengths[index]),
        pending: Array(bytes[1...].prefix(Int(bytes[0]))))
      guard
        let state = TextState(
          parts, configuration: configuration, vocabulary: model.trained.vocabulary)
      else { throw damaged(file.path, "state \(index) is none of this model") }
      return state
    }
  }

  static func damaged(_ path: String, _ reason: String) -> ReplError {
    .badData("\(path: path) is damaged: \(reason); save the session again")
  }
}
