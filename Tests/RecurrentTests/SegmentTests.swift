import Recurrent
import Testing

@Suite("Segments of the parameters")
struct SegmentTests {
  /// Each tensor is in the segment of its part, and nothing lies between segments.
  @Test(arguments: [1, 2, 3])
  func theHeadFirst(layers: Int) throws {
    let layout = ParameterLayout(
      ModelConfiguration(layers: layers, hiddenSize: 20, embeddingSize: 7, vocabularySize: 11))
    let segments = layout.segments
    #expect(segments.count == layers + 1)
    #expect(segments.reversed().flatMap { Array($0) } == Array(0..<layout.count))
    for tensor in layout.tensors {
      // Groups are numbered from below: the embedding, each layer, the head.
      let segment = layers + 1 - max(1, layout.group(of: tensor))
      #expect(segments[segment].contains(tensor.range), "\(tensor.name)")
    }
  }
}
