import Cluster
import ClusterTesting
import Synchronization
import Testing

@Suite("Pulse")
struct PulseTests {
  /// A process that says nothing is named to whoever waits for it.
  @Test(.timeLimit(.minutes(20))) func silenceIsNoticed() throws {
    let links = ThreadLink.links(count: 3)
    let pulses = [links[0], links[1]].map { link in
      Pulse(over: link, silence: .seconds(1)) { false }
    }
    #expect(throws: LinkError.silent(name: "host2 (rank 2)", seconds: 1)) {
      try links[0].receive(from: 1, channel: 5)
    }
    // Others know the leader, who is well.
    #expect(links[1].inbox.error == nil)
    for pulse in pulses { pulse.end() }
  }

  @Test(.timeLimit(.minutes(20))) func aFollowersWishIsHeard() throws {
    let links = ThreadLink.links(count: 2)
    let leader = Pulse(over: links[0], silence: .seconds(50)) { false }
    let isAsked = Asked()
    let follower = Pulse(over: links[1], silence: .seconds(50)) { isAsked.value }
    #expect(!leader.isWishedToStop)
    isAsked.value = true
    while !leader.isWishedToStop {}
    for pulse in [leader, follower] { pulse.end() }
  }

  /// Whoever waits for others when the leader is asked to stop, waits no longer.
  @Test(.timeLimit(.minutes(20))) func anInterruptedWaitEnds() throws {
    let links = ThreadLink.links(count: 2)
    let pulse = Pulse(over: links[0], silence: .seconds(50)) { true }
    #expect(throws: LinkError.interrupted) { try links[0].receive(from: 1, channel: 7) }
    pulse.end()
  }
}

private final class Asked: Sendable {
  private let storage = Atomic(false)

  var value: Bool {
    get { storage.load(ordering: .relaxed) }
    set { storage.store(newValue, ordering: .relaxed) }
  }
}
