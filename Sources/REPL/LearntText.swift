import Checkpoints

/// A text that the model at hand has learnt from, so that a session can be gone on with: the file
/// that it was, or itself.
struct LearntText: Codable, Equatable {
  let summary: AdaptationSummary
  /// From the root on; nil where it was the text of the session.
  let path: String?
  /// What the file had in it then.
  let contentHash: UInt64?
  /// Nil where it was a file.
  let text: String?
}

/// What the weights at hand have become since the model was opened.
struct SessionAdaptation: Codable, Equatable {
  /// In order.
  var texts: [LearntText]
  /// Those of the weights, as `ModelIdentity` has them.
  var weights: UInt64
}
