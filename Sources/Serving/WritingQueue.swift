import Foundation
import Generation
import Recurrent

/// Texts that are written freely, by one thread, as many at a time as a batch has lanes.
package final class WritingQueue: Sendable {
  struct Waiting: WaitingText {
    var text: JoiningText
    var addressee: Addressee
  }

  private let line: WaitingLine<Waiting>

  /// Starts the thread, which alone uses the batch.
  ///
  /// - Parameter limit: texts that may wait.
  package init(_ makeBatch: @escaping @Sendable () -> ContinuousBatch, limit: Int) {
    line = WaitingLine(limit: limit)
    let thread = Thread { [self] in write(with: makeBatch()) }
    thread.name = "charlstm writing"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Takes all of these texts or none.
  ///
  /// - Throws: `APIError` where too many are waiting, or the server ends.
  func add(_ texts: [Waiting]) throws(APIError) { try line.add(texts) }

  /// How many texts are being written, and how many wait.
  package var counts: (writing: Int, waiting: Int) { line.counts }

  /// Takes no more texts.
  package func end() { line.end() }

  /// Gives up all texts and ends the thread.
  package func stop() { line.stop() }

  private func write(with batch: ContinuousBatch) {
    var writing: [Waiting] = []
    while true {
      let joining = line.next(batch.lanes - batch.count, beside: batch.count)
      guard !line.hasEnded else {
        batch.removeAll()
        for text in writing + joining { text.addressee.fail(.ending) }
        return
      }
      for text in joining where !text.addressee.isOver {
        do throws(BansError) {
          _ = try batch.add(text.text)
          writing.append(text)
        } catch {
          text.addressee.fail(.invalid(error.description, field: "ban"))
        }
      }
      if batch.count > 0 {
        do throws(DeviceError) { try batch.step() } catch {
          batch.removeAll()
          for text in writing { text.addressee.fail(.deviceFailed(error.description)) }
        }
      } else if joining.isEmpty {
        line.wait()
      }
      if writing.count != batch.count { writing.removeAll(where: \.addressee.isOver) }
    }
  }
}
