import Patterns

/// Where matches of a banned pattern may have begun in a text.
struct PatternBan: Sendable {
  /// Unfinished matches that have come to the same state.
  struct Begun: Sendable {
    fileprivate var state: PatternAutomaton.State
    /// Characters of the longest and of the shortest of them.
    fileprivate(set) var longest: Int
    fileprivate var shortest: Int
  }

  /// Characters of the longest match; nil where there is no limit.
  let longest: Int?
  /// Of whole matches; finds its states as it goes.
  private var automaton: PatternAutomaton

  init(_ source: String, ignoresCase: Bool) throws(BansError) {
    do {
      let pattern = try Pattern(source, ignoresCase: ignoresCase)
      longest = pattern.expression.longestMatch
      automaton = pattern.automaton()
    } catch {
      throw .pattern(error)
    }
    guard !automaton.isAccepting(automaton.start) else { throw .matchesNothing(pattern: source) }
  }

  /// Takes the next character; returns the length of the shortest match that ends with it, 0 for none.
  mutating func advance(
    _ begun: inout [Begun], by scalar: Unicode.Scalar
  ) throws(BansError) -> Int {
    begun.append(Begun(state: automaton.start, longest: 0, shortest: 0))
    var next: [Begun] = []
    var completed = 0
    for var match in begun {
      do {
        match.state = try automaton.step(match.state, scalar)
      } catch {
        throw .pattern(error)
      }
      guard match.state != automaton.dead else { continue }
      match.longest += 1
      match.shortest += 1
      if automaton.isAccepting(match.state), completed == 0 || match.shortest < completed {
        completed = match.shortest
      }
      if let index = next.firstIndex(where: { $0.state == match.state }) {
        next[index].longest = max(next[index].longest, match.longest)
        next[index].shortest = min(next[index].shortest, match.shortest)
      } else {
        next.append(match)
      }
    }
    begun = next
    return completed
  }
}
