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
/// of bytes of a character begun, and the bytes). JSON names states by their number.
enum SessionFile {
  /// Writes the file for its owner alone, whole or not at all.
  ///
  /// - Throws: `SafetensorsError`.
  static func write(
    _ session: Session, of model: ResidentModel, to file: OutputFile
  ) throws(SafetensorsError) {
    var states: [TextState.Parts] = []
    let record = SessionRecord(session, of: model, states: &states)
    let count = states.count
    let sizes = RecurrentState(model.trained.model.configuration)
    let symbols = model.trained.vocabulary.count
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
      tensors, metadata: ["charlstm.session": json(record)], toOwn: file)
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
    guard let record = try? JSONDecoder().decode(SessionRecord.self, from: Data(text.utf8)) else {
      throw damaged(path, "its description is not readable")
    }
    guard record.identity == ModelIdentity(model.trained) else {
      throw ReplError.badData(
        "\(path: path) was saved with another model, \(record.modelName); /load that one first "
          + "(here is \(model.name))")
    }
    try record.settings.validate()
    let held: [Clamp]
    do {
      held = try record.heldCells()
      _ = try model.trained.model.clamping(held)
    } catch {
      throw damaged(path, "\(error)")
    }
    var session = try record.session(states: try states(of: file, for: model), path: path)
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

  fileprivate static func damaged(_ path: String, _ reason: String) -> ReplError {
    .badData("\(path: path) is damaged: \(reason); save the session again")
  }
}

/// All of a session but the numbers in its states.
private struct SessionRecord: Codable {
  let identity: ModelIdentity
  /// The model file's name, for people.
  let modelName: String
  let settings: Settings
  /// Cells that are held, as they are typed; nil in files from before it was kept.
  let clamps: [String]?
  /// The one at hand first.
  let branches: [Branch]

  struct Branch: Codable {
    let name: String
    let exchanges: [Exchange]
    let position: Position
    let undone: [Undone]

    private enum CodingKeys: String, CodingKey {
      case name, exchanges, undone
      case position = "place"
    }
  }

  struct Position: Codable {
    let state: Int
    let seed: UInt64
  }

  struct Exchange: Codable {
    let prompt: String
    let text: String
    let stop: String?
    let length: Int?
    let seed: UInt64
    let before: Position
  }

  struct Undone: Codable {
    let exchange: Exchange
    let after: Position
  }

  init(_ session: Session, of model: ResidentModel, states: inout [TextState.Parts]) {
    var kept: [TextState.Parts] = []
    func record(_ position: REPL.Position) -> Position {
      kept.append(position.state.parts)
      return Position(state: kept.count - 1, seed: position.seed)
    }
    func record(_ exchange: REPL.Exchange) -> Exchange {
      Exchange(
        prompt: exchange.prompt, text: exchange.text, stop: exchange.stop,
        length: exchange.length, seed: exchange.seed, before: record(exchange.before))
    }
    identity = ModelIdentity(model.trained)
    modelName = model.name
    settings = session.settings
    clamps = session.clamps.isEmpty ? nil : session.clamps.map(\.description)
    let all = [(name: session.branch, draft: session.draft)] + session.others
    branches = all.map { name, draft in
      Branch(
        name: name, exchanges: draft.exchanges.map { record($0) }, position: record(draft.position),
        undone: draft.undone.map {
          Undone(exchange: record($0.exchange), after: record($0.after))
        })
    }
    states = kept
  }

  /// - Throws: `ClampError`.
  func heldCells() throws(ClampError) -> [Clamp] {
    var held: [Clamp] = []
    for text in clamps ?? [] { held.append(try Clamp(text)) }
    return held
  }

  /// - Throws: `ReplError` where states or branches are missing.
  func session(states: [TextState], path: String) throws(ReplError) -> Session {
    func position(_ record: Position) throws(ReplError) -> REPL.Position {
      guard states.indices.contains(record.state) else {
        throw SessionFile.damaged(path, "there is no state \(record.state)")
      }
      return REPL.Position(state: states[record.state], seed: record.seed)
    }
    func exchange(_ record: Exchange) throws(ReplError) -> REPL.Exchange {
      if let length = record.length, length < 1 {
        throw SessionFile.damaged(path, "a length of \(length)")
      }
      return REPL.Exchange(
        prompt: record.prompt, text: record.text, stop: record.stop, length: record.length,
        seed: record.seed, before: try position(record.before))
    }
    var drafts: [(name: String, draft: Draft)] = []
    for branch in branches {
      guard isBranchName(branch.name), !drafts.contains(where: { $0.name == branch.name }) else {
        throw SessionFile.damaged(path, "a branch has no name of its own")
      }
      var exchanges: [REPL.Exchange] = []
      for record in branch.exchanges { exchanges.append(try exchange(record)) }
      var undone: [(exchange: REPL.Exchange, after: REPL.Position)] = []
      for record in branch.undone {
        undone.append((try exchange(record.exchange), try position(record.after)))
      }
      drafts.append(
        (
          branch.name,
          Draft(exchanges: exchanges, position: try position(branch.position), undone: undone)
        ))
    }
    guard let (name, draft) = drafts.first else {
      throw SessionFile.damaged(path, "it has no text")
    }
    var session = Session(settings: settings, draft: draft)
    session.branch = name
    session.others = Array(drafts.dropFirst())
    return session
  }
}
