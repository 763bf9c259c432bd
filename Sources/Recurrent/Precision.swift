/// The type of the operands of matrix products, and with it of stored activations. Sums, cell states,
/// master weights and the optimizer are in single precision whatever it is.
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32
  case bfloat16
  /// Blocks of 256 values with a scale each, after Das et al. 2018, "Mixed Precision Training of
  /// Convolutional Neural Networks using Integer Operations"; activations are stored in single precision.
  case int16
  /// For inference only: weights with one scale a row, hidden states in steps of 1/127; activations
  /// are stored in single precision.
  case int8
}
