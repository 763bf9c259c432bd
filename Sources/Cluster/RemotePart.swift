import Recurrent

/// A part of streams that another process computes. What is asked of it once the link has failed comes to
/// nothing: whoever goes on asks the device first.
final class RemotePart: StreamPart {
  let lanes: Range<Int>
  private let vocabularySize: Int
  private let rank: Int
  private let channel: Int
  private let link: any Link
  private var logits: UnsafeMutableBufferPointer<Float> = .allocate(capacity: 0)

  init(lanes: Range<Int>, vocabularySize: Int, rank: Int, channel: Int, over link: any Link) {
    self.lanes = lanes
    self.vocabularySize = vocabularySize
    self.rank = rank
    self.channel = channel
    self.link = link
  }

  deinit {
    logits.deallocate()
    link.send([PartRequest.release.rawValue], to: rank, channel: channel)
  }

  private func send(_ request: PartRequest, _ fill: (inout MessageWriter) -> Void) {
    var message = MessageWriter()
    message.append(request.rawValue)
    fill(&message)
    link.send(message.bytes, to: rank, channel: channel)
  }

  private func answer() -> MessageReader? {
    (try? link.receive(from: rank, channel: channel)).map { MessageReader($0) }
  }

  func load(_ state: RecurrentState, lane: Int) {
    send(.load) { message in
      message.append(lane)
      state.write(to: &message)
    }
  }

  func save(lane: Int, into state: inout RecurrentState) {
    send(.save) { $0.append(lane) }
    guard var answer = answer() else { return }
    state.read(from: &answer)
  }

  func drawMasks(_ random: (_ lane: Int) -> Xoshiro256) {
    send(.drawMasks) { message in
      for lane in 0..<lanes.count { message.append(random(lane).state) }
    }
  }

  func train(_ chunk: StreamChunk, softTargets: SoftTargets.Rows?, scale: Float) -> Double {
    send(.train) { message in
      message.append(
        ChunkRequest(
          steps: chunk.steps, scale: scale,
          expectedShare: softTargets?.share ?? ChunkRequest.expectsNothing))
      message.append(elementsOf: UnsafeBufferPointer(chunk.symbols))
      message.append(elementsOf: UnsafeBufferPointer(chunk.targets))
      if let softTargets {
        softTargets.write(count: chunk.symbols.count, vocabularySize, to: &message)
      }
    }
    guard var answer = answer() else { return .nan }
    return answer.read()
  }

  func evaluate(
    _ chunk: StreamChunk, steps: Int, distributions: SoftTargets.Rows?
  ) -> Double {
    let count = steps * lanes.count
    send(.evaluate) { message in
      message.append(
        ChunkRequest(
          steps: steps, scale: 1,
          expectedShare: distributions?.share ?? ChunkRequest.expectsNothing))
      message.append(elementsOf: UnsafeBufferPointer(rebasing: chunk.symbols[..<count]))
      message.append(elementsOf: UnsafeBufferPointer(rebasing: chunk.targets[..<count]))
      distributions?.write(count: count, vocabularySize, to: &message)
    }
    guard var answer = answer() else { return .nan }
    answer.read(into: UnsafeMutableBufferPointer(rebasing: chunk.losses[..<count]))
    distributions?.readRows(count: count, vocabularySize, from: &answer)
    return answer.read()
  }

  func logits(after symbols: UnsafeBufferPointer<Int32>) -> UnsafeBufferPointer<Float> {
    send(.logits) { message in
      message.append(symbols.count)
      message.append(elementsOf: symbols)
    }
    let count = symbols.count * vocabularySize
    if logits.count != count {
      logits.deallocate()
      logits = .allocate(capacity: count)
    }
    logits.initialize(repeating: 0)
    if var answer = answer() { answer.read(into: logits) }
    return UnsafeBufferPointer(logits)
  }

  func read(_ symbols: UnsafeBufferPointer<Int32>) {
    send(.read) { message in
      message.append(symbols.count)
      message.append(elementsOf: symbols)
    }
  }
}
