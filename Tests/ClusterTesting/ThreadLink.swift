import Cluster
import Foundation

/// A link between threads of one process that stand for processes.
package final class ThreadLink: Link {
  package let rank: Int
  package let names: [String]
  package var inbox: Inbox { inboxes[rank] }
  private let inboxes: [Inbox]

  private init(rank: Int, inboxes: [Inbox]) {
    self.rank = rank
    self.inboxes = inboxes
    names = inboxes.indices.map { "host\($0) (rank \($0))" }
  }

  /// The links of all ranks.
  package static func links(count: Int) -> [ThreadLink] {
    let inboxes = (0..<count).map { _ in Inbox() }
    return inboxes.indices.map { ThreadLink(rank: $0, inboxes: inboxes) }
  }

  package func send(_ message: [UInt8], to rank: Int, channel: Int) {
    inboxes[rank].deliver(message, from: self.rank, channel: channel)
  }

  package func close() {}
  package func abort(code: Int32) {}
}

/// A leader's link, whose followers run on threads until it goes.
package final class ThreadCluster: Sendable {
  package let link: any Link
  private let done = DispatchGroup()

  /// - Parameter threads: of each process.
  package init(processes: Int, threads: Int) {
    let links = ThreadLink.links(count: processes)
    link = links[0]
    for link in links.dropFirst() {
      done.enter()
      Thread { [done] in
        try? Follower(over: link, defaultThreads: threads).serve()
        done.leave()
      }.start()
    }
  }

  deinit {
    link.endFollowers()
    done.wait()
  }
}
