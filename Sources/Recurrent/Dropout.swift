/// Probabilities of locked dropout (Gal and Ghahramani 2016; Merity et al. 2018): a mask is drawn
/// for each lane and kept for all steps of a chunk.
public struct Dropout: Codable, Equatable, Sendable {
  /// On the embedding's output.
  public var embedding: Float
  /// On what each layer but the first reads.
  public var betweenLayers: Float
  /// On what the head reads.
  public var output: Float

  public init(embedding: Float = 0, betweenLayers: Float = 0, output: Float = 0) {
    self.embedding = embedding
    self.betweenLayers = betweenLayers
    self.output = output
  }

  /// None at all.
  public static let none = Dropout()

  /// At the place before a layer, or before the head, which comes after `layers` of them.
  package func probability(before layer: Int, of layers: Int) -> Float {
    layer == layers ? output : layer == 0 ? embedding : betweenLayers
  }
}
