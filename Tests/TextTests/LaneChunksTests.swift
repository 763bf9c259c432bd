import Testing
import Text

@Suite struct LaneChunksTests {
  private struct Chunk: Equatable {
    var inputs: [Int32]
    var targets: [Int32]
    var targetIndices: [Int64]
  }

  private func next(_ chunks: inout LaneChunks, steps: Int? = nil) -> Chunk {
    let size = (steps ?? chunks.plan.sequenceLength) * chunks.lanes.count
    var chunk = Chunk(
      inputs: Array(repeating: -1, count: size), targets: Array(repeating: -1, count: size),
      targetIndices: Array(repeating: -1, count: size))
    chunk.inputs.withUnsafeMutableBufferPointer { inputs in
      chunk.targets.withUnsafeMutableBufferPointer { targets in
        chunk.targetIndices.withUnsafeMutableBufferPointer { places in
          chunks.next(steps: steps, inputs: inputs, targets: targets, targetIndices: places)
        }
      }
    }
    return chunk
  }

  /// Chunk `index` of an epoch, from the formula alone.
  private func naive(
    _ symbols: [Int32], _ plan: LanePlan, lanes: Range<Int>, offset: Int, chunk: Int
  ) -> Chunk {
    var result = Chunk(inputs: [], targets: [], targetIndices: [])
    for step in 0..<plan.sequenceLength {
      for lane in lanes {
        let position =
          offset + lane * plan.laneLength + chunk * plan.sequenceLength + step
        result.inputs.append(symbols[position % symbols.count])
        result.targets.append(symbols[(position + 1) % symbols.count])
        result.targetIndices.append(Int64((position + 1) % symbols.count))
      }
    }
    return result
  }

  private static let texts: [(EncodedText, [Int32])] = {
    var generator = SeededGenerator(state: 3)
    var texts: [(EncodedText, [Int32])] = []
    for (length, alphabet) in [(2, "ab"), (97, "abc\r\n"), (500, mixedAlphabet)] {
      let text = randomText(length, from: alphabet, using: &generator)
      let scalars = Set(text.unicodeScalars).sorted { $0.value < $1.value }
      let vocabularies = [
        .bytes,
        try? Vocabulary(scalars: scalars, byteFallback: false),
        try? Vocabulary(scalars: Array(scalars.dropLast(3)), byteFallback: true),
      ]
      for case let vocabulary? in vocabularies {
        guard let corpus = try? Corpus(text: text),
          let encoded = try? EncodedText(corpus, vocabulary: vocabulary)
        else { continue }
        texts.append((encoded, naiveSymbols(text, vocabulary)))
      }
    }
    return texts
  }()

  @Test func chunksAreWhatTheFormulaSays() throws {
    #expect(Self.texts.count == 9)
    for (text, symbols) in Self.texts {
      for (lanes, length) in [(1, 1), (3, 5), (7, 16)] {
        let plan = try #require(
          LanePlan.fitting(count: text.count, lanes: lanes, sequenceLength: length))
        var all = LaneChunks(text: text, plan: plan)
        for offset in [0, 1, text.count / 2, text.count - 1] {
          all.startEpoch(offset: offset)
          for chunk in 0..<plan.chunksPerEpoch {
            let expected = naive(
              symbols, plan, lanes: 0..<plan.lanes, offset: offset, chunk: chunk)
            #expect(next(&all) == expected)
          }
        }
      }
    }
  }

  @Test func workersReadTheirOwnLanes() async throws {
    let (text, symbols) = try #require(Self.texts.last)
    let plan = try #require(
      LanePlan.fitting(count: text.count, lanes: 5, sequenceLength: 8))
    try #require(plan.lanes == 5)
    await withTaskGroup { group in
      for lanes in [0..<2, 2..<2, 2..<5] {
        group.addTask {
          var chunks = LaneChunks(text: text, plan: plan, lanes: lanes)
          chunks.startEpoch(offset: 11)
          for chunk in 0..<plan.chunksPerEpoch {
            let expected = naive(symbols, plan, lanes: lanes, offset: 11, chunk: chunk)
            #expect(next(&chunks) == expected)
          }
        }
      }
    }
  }

  /// Two texts side by side in the columns of one chunk are each what they are alone; the places of
  /// the second follow those of the first.
  @Test func columnsOfTwoTexts() throws {
    let texts = try [Self.texts[5], #require(Self.texts.last)]
    let steps = 8
    var places = 0
    var width = 0
    var chunks: [LaneChunks] = []
    for ((text, _), lanes) in zip(texts, [2, 3]) {
      let plan = LanePlan(lanes: lanes, sequenceLength: steps, laneLength: (text.count - 1) / lanes)
      var one = LaneChunks(text: text, plan: plan, firstIndex: places)
      // The second begins with its last symbol, after which comes its first.
      one.startEpoch(offset: text.count - 1)
      chunks.append(one)
      places += text.count
      width += lanes
    }
    let size = steps * width
    var both = Chunk(
      inputs: Array(repeating: -1, count: size), targets: Array(repeating: -1, count: size),
      targetIndices: Array(repeating: -1, count: size))
    for chunk in 0..<4 {
      var column = 0
      for index in chunks.indices {
        both.inputs.withUnsafeMutableBufferPointer { inputs in
          both.targets.withUnsafeMutableBufferPointer { targets in
            both.targetIndices.withUnsafeMutableBufferPointer { places in
              chunks[index].next(
                inputs: inputs, targets: targets, targetIndices: places, column: column, of: width)
            }
          }
        }
        column += chunks[index].lanes.count
      }
      column = 0
      for (index, (text, symbols)) in texts.enumerated() {
        let lanes = chunks[index].lanes
        var expected = naive(
          symbols, chunks[index].plan, lanes: lanes, offset: text.count - 1, chunk: chunk)
        let before = index == 0 ? 0 : texts[0].0.count
        expected.targetIndices = expected.targetIndices.map { $0 == 0 ? 0 : $0 + Int64(before) }
        let columns = (0..<size).filter { (column..<column + lanes.count).contains($0 % width) }
        #expect(columns.map { both.inputs[$0] } == expected.inputs)
        #expect(columns.map { both.targets[$0] } == expected.targets)
        #expect(columns.map { both.targetIndices[$0] } == expected.targetIndices)
        column += lanes.count
      }
    }
  }

  @Test func seekingIsAsIfAllBeforeHadBeenRead() throws {
    for (text, _) in Self.texts {
      let plan = try #require(
        LanePlan.fitting(count: text.count, lanes: 3, sequenceLength: 4))
      var straight = LaneChunks(text: text, plan: plan)
      straight.startEpoch(offset: text.count - 1)
      for chunk in 0..<plan.chunksPerEpoch {
        var resumed = LaneChunks(text: text, plan: plan)
        resumed.startEpoch(offset: text.count - 1)
        resumed.seek(chunk: chunk)
        #expect(next(&resumed) == next(&straight))
      }
    }
  }

  @Test func aShorterLastChunkEndsTheLane() throws {
    let text = try EncodedText(Corpus(text: "abcdefghijklmnopqrstu"), vocabulary: .bytes)
    let plan = try #require(LanePlan.fitting(count: 21, lanes: 1, sequenceLength: 3))
    var chunks = LaneChunks(text: text, plan: plan)
    for _ in 0..<plan.chunksPerEpoch { _ = next(&chunks) }
    let rest = next(&chunks, steps: plan.laneLength % plan.sequenceLength)
    #expect(rest == Chunk(inputs: [0x73, 0x74], targets: [0x74, 0x75], targetIndices: [19, 20]))
  }
}
