import COneDNN
import Foundation
import Synchronization
import Recurrent

/// Threads that stay together as long as their device: each call of `run` gives every worker its share
/// and returns when all are done.
///
/// Matrix products inside a worker use that worker's thread alone. The caller is worker 0, so a team
/// of one starts no thread.
package final class WorkerTeam: Sendable {
  package let count: Int
  private let workers: [Worker]
  private let turn = NSLock()

  package init(count: Int) {
    precondition(count > 0)
    self.count = count
    // Before any product is prepared: oneDNN divides its work for as many threads as there are then.
    omp_set_num_threads(1)
    workers = (1..<count).map { Worker(index: $0) }
  }

  deinit {
    for worker in workers { worker.stop() }
  }

  /// Calls `body` with the number of each of the first `workers`, and waits for all of them. Several
  /// threads take turns; not to be called from within `body`.
  package func run(workers active: Int, _ body: @escaping @Sendable (_ worker: Int) -> Void) {
    precondition(1...count ~= active)
    turn.withLock {
      let others = workers.prefix(active - 1)
      for worker in others { worker.begin(body) }
      omp_set_num_threads(1)
      body(0)
      for worker in others { worker.finish() }
    }
  }
}

/// One thread and the two signals by which it is given work and says that it is done.
private final class Worker: Sendable {
  private typealias Work = @Sendable (_ worker: Int) -> Void

  private let work = Mutex<Work?>(nil)
  private let ready = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)

  init(index: Int) {
    // The thread holds the worker until `stop`.
    let thread = Thread { [self] in
      omp_set_num_threads(1)
      while true {
        ready.wait()
        guard let body = work.withLock({ $0 }) else { return }
        body(index)
        done.signal()
      }
    }
    thread.name = "charlstm worker \(index)"
    thread.start()
  }

  func begin(_ body: @escaping @Sendable (_ worker: Int) -> Void) {
    work.withLock { $0 = body }
    ready.signal()
  }

  func finish() {
    done.wait()
    work.withLock { $0 = nil }
  }

  func stop() {
    ready.signal()
  }
}

/// Runs `body` with each of its matrix products shared out among `threads`: for work of one lane,
/// which cannot be shared out by lanes. The products come out the same to the last bit. Prepare
/// products likewise: they are divided for as many threads as there are then.
package func withProductThreads<Result: ~Copyable>(
  _ threads: Int, _ body: () throws -> Result
) rethrows -> Result {
  omp_set_num_threads(Int32(threads))
  defer { omp_set_num_threads(1) }
  return try body()
}
