import CKernels
import Recurrent

/// Dropout on recurrent weights (DropConnect, Wan et al. 2013; on recurrent weights Merity et al.
/// 2018): what is dropped is dropped for all lanes and all steps of a chunk.
///
/// Nothing is stored: which weights are dropped follows from the key, so that a gradient is masked as
/// its weights were.
struct WeightDrop: Sendable {
  let probability: Float
  var key: UInt64 = 0

  /// Copies a tensor without what is dropped, the rest scaled to keep its mean; in place where
  /// `source` is `destination`. Both have the tensor's elements.
  func apply(
    to tensor: ParameterLayout.Tensor, from source: UnsafePointer<Float>,
    into destination: UnsafeMutablePointer<Float>
  ) {
    ck_drop(
      Int64(tensor.range.count), UInt64(tensor.range.lowerBound), key,
      UInt32(Double(probability) * 0x1p32), 1 / (1 - probability), source, destination)
  }
}
