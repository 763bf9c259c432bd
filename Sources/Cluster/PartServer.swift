import Recurrent

/// The other side of a `RemotePart`: computes what is asked of a part, until it is released or the link
/// has failed.
struct PartServer {
  private let part: any StreamPart
  private let steps: Int
  private let configuration: ModelConfiguration
  private let channel: Int
  private let link: any Link
  private let processors: Processors
  private let chunk: StreamChunk
  /// A row for each place of a chunk, after one that stands for none.
  private let softTargets: SoftTargets

  /// - Parameters:
  ///   - steps: of a chunk, at most.
  ///   - processors: what this process may use, which its parts share.
  init(
    _ part: any StreamPart, steps: Int, _ configuration: ModelConfiguration, channel: Int,
    over link: any Link, on processors: Processors
  ) {
    self.part = part
    self.steps = steps
    self.configuration = configuration
    self.channel = channel
    self.link = link
    self.processors = processors
    chunk = StreamChunk(steps: steps, lanes: part.lanes.count)
    softTargets = SoftTargets(
      count: steps * part.lanes.count + 1, vocabularySize: configuration.vocabularySize)
  }

  func serve() {
    while let message = try? link.receive(from: 0, channel: channel) {
      var request = MessageReader(message)
      guard let kind = PartRequest(rawValue: request.read()), kind != .release else { return }
      if let answer = processors.use({ answer(kind, &request) }) {
        link.send(answer.bytes, to: 0, channel: channel)
      }
    }
  }

  private func answer(_ kind: PartRequest, _ request: inout MessageReader) -> MessageWriter? {
    var answer = MessageWriter()
    switch kind {
    case .load:
      let lane = request.read(Int.self)
      var state = RecurrentState(configuration)
      state.read(from: &request)
      part.load(state, lane: lane)
      return nil
    case .save:
      var state = RecurrentState(configuration)
      part.save(lane: request.read(), into: &state)
      state.write(to: &answer)
    case .drawMasks:
      part.drawMasks { _ in Xoshiro256(state: request.read()) }
      return nil
    case .train:
      let asked = request.read(ChunkRequest.self)
      let rows = readChunk(asked, from: &request)
      answer.append(part.train(chunk, softTargets: rows, scale: asked.scale))
    case .evaluate:
      let asked = request.read(ChunkRequest.self)
      let rows = readChunk(asked, from: &request)
      let loss = part.evaluate(chunk, steps: asked.steps, distributions: rows)
      let count = asked.steps * part.lanes.count
      answer.append(elementsOf: UnsafeBufferPointer(rebasing: chunk.losses[..<count]))
      rows?.writeRows(count: count, configuration.vocabularySize, to: &answer)
      answer.append(loss)
    case .logits:
      let symbols = request.readArray(of: Int32.self)
      answer.append(elementsOf: symbols.withUnsafeBufferPointer { part.logits(after: $0) })
    case .read:
      request.readArray(of: Int32.self).withUnsafeBufferPointer { part.read($0) }
      return nil
    case .release: return nil
    }
    return answer
  }

  private func readChunk(
    _ asked: ChunkRequest, from request: inout MessageReader
  ) -> SoftTargets.Rows? {
    let count = asked.steps * part.lanes.count
    request.read(into: UnsafeMutableBufferPointer(rebasing: chunk.symbols[..<count]))
    request.read(into: UnsafeMutableBufferPointer(rebasing: chunk.targets[..<count]))
    guard asked.expectedShare != ChunkRequest.expectsNothing else { return nil }
    for place in 0..<count { chunk.indices[place] = request.read(Bool.self) ? Int64(place + 1) : 0 }
    let rows = chunk.rows(of: softTargets, share: asked.expectedShare)
    rows?.readRows(count: count, configuration.vocabularySize, from: &request)
    return rows
  }
}
