import Recurrent

/// The products by the input weights of one direction of a layer, over a whole chunk.
struct InputProducts {
  /// `[T·B, K] · [K, G·H]`
  var forward: ChunkProduct?
  var backward: Backward?

  enum Backward {
    /// `[T·B, G·H] · [G·H, K]` and `[G·H, T·B] · [T·B, K]`
    case matrix(PackedMatrix, input: ChunkProduct, weight: ChunkProduct)
    /// `[V, G·H] · [G·H, E]` and `[G·H, V] · [V, E]`
    case table(embedding: MatrixMultiply, weight: MatrixMultiply)
  }
}
