/// All substrings of a text, as the smallest automaton that takes them and no others (Blumer et
/// al. 1985): what reads another text over it sees, at each of that text's symbols, the longest
/// passage ending there that stands in this one.
///
/// Substrings that end at the same places share a state. A text of n symbols has at most 2n states
/// of 16 bytes and 3n edges of 8; making it takes another 12 bytes an edge.
struct SuffixAutomaton {
  /// A state, by its number: 32 bits are half the memory.
  typealias Index = Int32

  /// The state of the empty substring.
  static let root: Index = 0
  fileprivate static let none: Index = -1

  fileprivate struct State {
    /// Of the longest of the state's substrings; the shortest is one longer than its link's longest.
    var length: Int32
    /// The state of the longest suffix that also ends at other places.
    var link: Index
    /// Where the state's edges begin; the next state's follow. While the automaton is being made,
    /// the head of a list. The root's edges are by themselves.
    var firstEdge = SuffixAutomaton.none
    /// The length of the longest of the state's substrings that was found in another text, 0 where
    /// none was. Where one was, all of its link's substrings were.
    var found: Int32 = 0
  }

  fileprivate struct Edge {
    var symbol: Int32
    var target: Index
  }

  /// With one more at the end, to which no edge leads.
  private var states: [State]
  /// State by state, in the order in which the symbols first followed: the frequent ones first.
  private let edges: [Edge]
  /// By symbol: the root has the most edges, and is come back to the most often.
  private let rootEdges: [Index]

  /// - Parameter symbols: each in `0..<alphabet`.
  /// - Complexity: O(n · d), where d is how many different symbols follow a substring on average,
  ///   which soon comes to 1 as the substring grows.
  init(_ symbols: [Int32], alphabet: Int) {
    var builder = Builder(count: symbols.count, alphabet: alphabet)
    for symbol in symbols { builder.append(symbol) }
    edges = builder.layOutEdges()
    states = builder.states
    rootEdges = builder.rootEdges
  }

  /// The automaton while it grows, its edges in lists.
  private struct Builder {
    struct ListedEdge {
      var edge: Edge
      /// In the same list.
      var next: Int32
    }

    private(set) var states: [State]
    private(set) var rootEdges: [Index]
    private var edges: [ListedEdge] = []
    /// Where the whole text leads.
    private var whole = SuffixAutomaton.root

    init(count: Int, alphabet: Int) {
      states = [State(length: 0, link: SuffixAutomaton.none)]
      states.reserveCapacity(2 * count + 2)
      edges.reserveCapacity(3 * count)
      rootEdges = Array(repeating: SuffixAutomaton.none, count: alphabet)
    }

    mutating func append(_ symbol: Int32) {
      var state = whole
      whole = add(State(length: states[state].length + 1, link: SuffixAutomaton.root))
      while state != SuffixAutomaton.none, next(state, symbol) == SuffixAutomaton.none {
        addEdge(from: state, Edge(symbol: symbol, target: whole))
        state = states[state].link
      }
      guard state != SuffixAutomaton.none else { return }
      let target = next(state, symbol)
      if states[target].length == states[state].length + 1 {
        states[whole].link = target
        return
      }
      // The shorter substrings of `target` now end at one place more than the longer ones.
      let shorter = add(State(length: states[state].length + 1, link: states[target].link))
      var edge = states[target].firstEdge
      while edge != SuffixAutomaton.none {
        addEdge(from: shorter, edges[edge].edge)
        edge = edges[edge].next
      }
      states[target].link = shorter
      states[whole].link = shorter
      while state != SuffixAutomaton.none, next(state, symbol) == target {
        redirect(state, symbol, to: shorter)
        state = states[state].link
      }
    }

    private mutating func add(_ state: State) -> Index {
      states.append(state)
      return Index(states.count - 1)
    }

    private mutating func addEdge(from state: Index, _ edge: Edge) {
      if state == SuffixAutomaton.root {
        rootEdges[edge.symbol] = edge.target
      } else {
        edges.append(ListedEdge(edge: edge, next: states[state].firstEdge))
        states[state].firstEdge = Int32(edges.count - 1)
      }
    }

    private mutating func redirect(_ state: Index, _ symbol: Int32, to target: Index) {
      if state == SuffixAutomaton.root {
        rootEdges[symbol] = target
      } else {
        edges[listed(state, symbol)].edge.target = target
      }
    }

    private func next(_ state: Index, _ symbol: Int32) -> Index {
      guard state != SuffixAutomaton.root else { return rootEdges[symbol] }
      let edge = listed(state, symbol)
      return edge == SuffixAutomaton.none ? SuffixAutomaton.none : edges[edge].edge.target
    }

    private func listed(_ state: Index, _ symbol: Int32) -> Int32 {
      var edge = states[state].firstEdge
      while edge != SuffixAutomaton.none, edges[edge].edge.symbol != symbol {
        edge = edges[edge].next
      }
      return edge
    }

    /// Puts each state's edges in a row, and adds the state at the end.
    mutating func layOutEdges() -> [Edge] {
      var rows: [Edge] = []
      rows.reserveCapacity(edges.count)
      for index in states.indices {
        var edge = states[index].firstEdge
        let start = rows.count
        while edge != SuffixAutomaton.none {
          rows.append(edges[edge].edge)
          edge = edges[edge].next
        }
        rows[start...].reverse()
        states[index].firstEdge = Int32(start)
      }
      states.append(State(length: 0, link: SuffixAutomaton.root, firstEdge: Int32(rows.count)))
      return rows
    }
  }

  // MARK: - The other text

  /// The longest passage that both texts have.
  struct Longest: Equatable {
    /// In symbols; 0 where the texts have none in common.
    var length: Int32 = 0
    var state = SuffixAutomaton.root
    /// Where its first occurrence ends, in bytes of the other text.
    var end = 0
  }

  /// Reads another text and notes what of this one stands in it.
  ///
  /// - Parameter table: gives this text's symbols.
  /// - Complexity: O(length of the other text), in constant memory.
  /// - Throws: `CorpusError.invalidUTF8`.
  mutating func find(in corpus: Corpus, _ table: ScalarTable) throws(CorpusError) -> Longest {
    try corpus.checkContent(of: 0..<corpus.byteCount)
    return try states.withUnsafeMutableBufferPointer { states throws(CorpusError) in
      try edges.withUnsafeBufferPointer { edges throws(CorpusError) in
        try rootEdges.withUnsafeBufferPointer { rootEdges throws(CorpusError) in
          try table.withLookup { lookup throws(CorpusError) in
            var reader = Reader(
              lookup: lookup, states: states, edges: edges, rootEdges: rootEdges)
            try corpus.walk(into: &reader)
            return reader.longest
          }
        }
      }
    }
  }

  /// Walks the automaton along the other text.
  private struct Reader: UTF8Sink {
    let lookup: ScalarTable.Lookup
    let states: UnsafeMutableBufferPointer<State>
    let edges: UnsafeBufferPointer<Edge>
    let rootEdges: UnsafeBufferPointer<Index>
    private(set) var longest = Longest()
    private var state = SuffixAutomaton.root
    /// Of the longest passage that ends here; one of the substrings of `state`.
    private var length: Int32 = 0
    /// In bytes.
    private var offset = 0

    /// No index is made of what is read.
    var symbolCount: Int { 0 }

    init(
      lookup: ScalarTable.Lookup, states: UnsafeMutableBufferPointer<State>,
      edges: UnsafeBufferPointer<Edge>, rootEdges: UnsafeBufferPointer<Index>
    ) {
      self.lookup = lookup
      self.states = states
      self.edges = edges
      self.rootEdges = rootEdges
    }

    @inline(__always)
    mutating func ascii(_ word: UInt64) {
      for index in 0..<8 {
        offset += 1
        read(lookup[ascii: UInt8(truncatingIfNeeded: word >> (8 * UInt64(index)))])
      }
    }

    @inline(__always)
    mutating func scalar(_ scalar: DecodedScalar) {
      offset += scalar.length
      read(lookup[scalar.value])
    }

    private mutating func read(_ symbol: Int32) {
      guard symbol != ScalarTable.absent else {
        state = SuffixAutomaton.root
        length = 0
        return
      }
      advance(by: symbol)
      guard length > states[state].found else { return }
      if states[state].found == 0 { noteSuffixes() }
      states[state].found = length
      if length > longest.length { longest = Longest(length: length, state: state, end: offset) }
    }

    /// Goes on with the longest suffix of the passage that the symbol follows somewhere.
    private mutating func advance(by symbol: Int32) {
      while state != SuffixAutomaton.root {
        for edge in states[state].firstEdge..<states[state + 1].firstEdge
        where edges[edge].symbol == symbol {
          state = edges[edge].target
          length += 1
          return
        }
        state = states[state].link
        length = states[state].length
      }
      state = max(SuffixAutomaton.root, rootEdges[symbol])
      length = state == SuffixAutomaton.root ? 0 : 1
    }

    /// All suffixes of a passage were found with it. Each state is passed once, ever.
    private func noteSuffixes() {
      var suffix = states[state].link
      while suffix != SuffixAutomaton.root, states[suffix].found < states[suffix].length {
        states[suffix].found = states[suffix].length
        suffix = states[suffix].link
      }
    }
  }

  /// Goes along this text again, and tells for each symbol the longest passage ending there that
  /// was found in another text.
  ///
  /// - Complexity: that of making the automaton.
  func forEachMatch(
    along symbols: [Int32], _ body: (_ position: Int, _ length: Int32, _ state: Index) -> Void
  ) {
    var state = Self.root
    var length: Int32 = 0
    for (position, symbol) in symbols.enumerated() {
      state = next(state, symbol)
      length += 1
      while length > states[state].found, state != Self.root {
        if states[state].found > 0 {
          length = states[state].found
        } else {
          state = states[state].link
          length = states[state].length
        }
      }
      body(position, length, state)
    }
  }

  /// Where a substring leads that goes on with a symbol which does follow it in this text.
  private func next(_ state: Index, _ symbol: Int32) -> Index {
    guard state != Self.root else { return rootEdges[symbol] }
    var edge = states[state].firstEdge
    while edges[edge].symbol != symbol { edge += 1 }
    return edges[edge].target
  }
}

extension Array {
  fileprivate subscript(index: Int32) -> Element {
    get { self[Int(index)] }
    _modify { yield &self[Int(index)] }
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate subscript(index: Int32) -> Element {
    get { self[Int(index)] }
    nonmutating _modify { yield &self[Int(index)] }
  }
}

extension UnsafeBufferPointer {
  fileprivate subscript(index: Int32) -> Element { self[Int(index)] }
}
