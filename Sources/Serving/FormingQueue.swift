import Foundation
import Form
import Recurrent

/// Texts in a form, written one at a time by a thread of their own: each takes a batch by itself, for its
/// particles. Requests take turns, a text of each.
///
/// The device is shared with whoever writes freely, step by step.
final class FormingQueue: Sendable {
  struct Waiting: WaitingText {
    /// The same for all texts of a request.
    var job: FormingJob
    /// In the model's symbols.
    var prompt: [Int32]
    var random: Xoshiro256
    var addressee: Addressee
  }

  private let line: WaitingLine<Waiting>

  /// Starts the thread, which alone uses the desk.
  ///
  /// - Parameter limit: texts that may wait.
  init(_ makeDesk: @escaping @Sendable () -> FormDesk, limit: Int) {
    line = WaitingLine(limit: limit)
    let thread = Thread { [self] in write(with: makeDesk) }
    thread.name = "charlstm forming"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Takes all of these texts or none.
  ///
  /// - Throws: `APIError` where too many are waiting, or the server ends.
  func add(_ texts: [Waiting]) throws(APIError) { try line.add(texts) }

  /// How many texts are being written, and how many wait.
  var counts: (writing: Int, waiting: Int) { line.counts }

  /// Takes no more texts.
  func end() { line.end() }

  /// Gives up all texts and ends the thread.
  func stop() { line.stop() }

  private func write(with makeDesk: () -> FormDesk) {
    // Made when it is needed: most servers are never asked for a form.
    var desk: FormDesk?
    while !line.hasEnded {
      guard let next = line.next(1, beside: 0).first else {
        line.wait()
        continue
      }
      let addressee = next.addressee
      line.sendBack(addressee.mailbox)
      guard !addressee.isOver else { continue }
      let ready = desk ?? makeDesk()
      desk = ready
      var random = next.random
      do throws(FormError) {
        let text = try ready.text(
          next.job, after: next.prompt, while: { !addressee.isOver && !line.hasEnded },
          using: &random)
        addressee.mailbox.put(text, of: addressee.index)
      } catch {
        addressee.fail(line.hasEnded ? .ending : APIError(error))
      }
    }
  }
}
