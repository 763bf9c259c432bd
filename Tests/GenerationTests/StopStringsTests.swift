import Generation
import Testing

@Suite struct StopStringsTests {
  /// What a text shows, chunk by chunk and at its end, and the stop string found in it.
  private func watch(_ chunks: [String], for stops: [String]) throws
    -> (shown: [String], rest: String, found: String?)
  {
    var watch = try StopStrings(stops)
    let shown = chunks.map { String(decoding: watch.append($0.utf8), as: UTF8.self) }
    return (shown, String(decoding: watch.finish(), as: UTF8.self), watch.found)
  }

  @Test func showsTheTextBeforeTheStopString() throws {
    let (shown, rest, found) = try watch(["one END two END"], for: ["END"])
    #expect(shown == ["one "])
    #expect(rest == "")
    #expect(found == "END")
  }

  @Test func holdsBackWhatCouldBeAStopString() throws {
    let (shown, rest, found) = try watch(["a", "\n", "b", "\n", "\n", "c"], for: ["\n\n"])
    #expect(shown == ["a", "", "\nb", "", "", ""])
    #expect(rest == "")
    #expect(found == "\n\n")
  }

  @Test func showsWhatWasHeldBackAtTheEnd() throws {
    let (shown, rest, found) = try watch(["abc", "ab"], for: ["abd"])
    #expect(shown == ["abc", ""])
    #expect(rest == "ab")
    #expect(found == nil)
  }

  @Test func findsAStopStringThatOverlapsAFalseStart() throws {
    let (shown, _, found) = try watch(["a", "a", "a", "b"], for: ["aab"])
    #expect(shown == ["", "", "a", ""])
    #expect(found == "aab")
  }

  @Test func takesTheLongestOfThoseCompleteAtOnce() throws {
    for stops in [["aab", "ab"], ["ab", "aab"]] {
      let (shown, _, found) = try watch(["xaab"], for: stops)
      #expect(shown == ["x"])
      #expect(found == "aab")
    }
  }

  @Test func takesTheOneCompleteFirst() throws {
    let (shown, _, found) = try watch(["xabcd"], for: ["abcd", "bc"])
    #expect(shown == ["xa"])
    #expect(found == "bc")
  }

  @Test func findsAStopStringOfOneCharacterAtTheStart() throws {
    let (shown, rest, found) = try watch(["\nx"], for: ["\n"])
    #expect(shown == [""])
    #expect(rest == "")
    #expect(found == "\n")
  }

  @Test func passesEverythingWithoutStopStrings() throws {
    let (shown, rest, found) = try watch(["ab", "", "é"], for: [])
    #expect(shown == ["ab", "", "é"])
    #expect(rest == "")
    #expect(found == nil)
  }

  @Test func comparesBytes() throws {
    let (shown, _, found) = try watch(["e\u{301}", "é"], for: ["é"])
    #expect(shown.map { Array($0.utf8) } == [Array("e\u{301}".utf8), []])
    #expect(found == "é")
  }

  @Test func isReadyForAnotherTextAsACopy() throws {
    let fresh = try StopStrings(["ab"])
    var first = fresh
    _ = first.append("xab".utf8)
    var second = fresh
    #expect(second.append("yb".utf8) == Array("yb".utf8))
    #expect(second.found == nil)
  }

  @Test func refusesAnEmptyStopString() {
    let error = #expect(throws: StopStringsError.self) { try StopStrings(["a", ""]) }
    #expect(error == .empty(index: 1))
    #expect(
      error?.description
        == "stop string 2 is empty; a stop string needs at least one character")
  }

  // MARK: Against a naive search

  /// The length of what may be shown of `text`, and the stop string found in it.
  private func naive(_ text: [UInt8], _ stops: [String]) -> (shown: Int, found: String?) {
    let longestFirst = stops.sorted { $0.utf8.count > $1.utf8.count }
    for end in text.indices.map({ $0 + 1 }) {
      for stop in longestFirst
      where end >= stop.utf8.count && text[(end - stop.utf8.count)..<end].elementsEqual(stop.utf8) {
        return (end - stop.utf8.count, stop)
      }
    }
    let shown = (0...text.count).first { start in
      start == text.count || stops.contains { $0.utf8.starts(with: text[start...]) }
    }
    return (shown ?? text.count, nil)
  }

  /// "é", "è" and "ê" differ in their second byte only.
  @Test(arguments: [["a", "b"], ["é", "è", "ê"]])
  func matchesANaiveSearch(alphabet: [String]) throws {
    var generator = SplitMix64(seed: UInt64(alphabet.count))
    func randomText(_ lengths: ClosedRange<Int>) -> String {
      (0..<Int.random(in: lengths, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? ""
      }.joined()
    }
    var foundCount = 0
    for _ in 0..<2_000 {
      let stops = (0..<Int.random(in: 1...3, using: &generator)).map { _ in randomText(1...6) }
      var watch = try StopStrings(stops)
      var text: [UInt8] = []
      var shown: [UInt8] = []
      for _ in 0..<6 {
        let chunk = randomText(0...4)
        text += chunk.utf8
        let new = watch.append(chunk.utf8)
        #expect(String(validating: new, as: UTF8.self) != nil)
        shown += new
        let expected = naive(text, stops)
        #expect(shown == Array(text.prefix(expected.shown)), "\(stops)")
        #expect(watch.found == expected.found)
      }
      shown += watch.finish()
      #expect(shown == (watch.found == nil ? text : Array(text.prefix(naive(text, stops).shown))))
      foundCount += watch.found == nil ? 0 : 1
    }
    #expect((200...1_900).contains(foundCount), "both outcomes are tried")
  }
}
