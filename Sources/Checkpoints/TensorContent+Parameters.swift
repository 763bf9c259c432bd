import Files
import Recurrent
import Safetensors

extension TensorContent {
  /// A tensor of a flat buffer of parameters, in PyTorch's order.
  package static func parameters(
    _ tensor: ParameterLayout.Tensor, named name: String? = nil, in buffer: FloatBuffer,
    asBFloat16: Bool = false
  ) -> TensorContent {
    TensorContent(
      name: name ?? tensor.name, elementType: asBFloat16 ? .bf16 : .f32, shape: tensor.shape
    ) { (sink) throws(FileError) in
      // A copy of one tensor at a time, in the file's order.
      let elements = Network.fileOrder(of: tensor, in: buffer)
      try elements.withUnsafeBufferPointer { (elements) throws(FileError) in
        try TensorContent(
          name: tensor.name, shape: tensor.shape, floats: elements, asBFloat16: asBFloat16
        ).emit(sink)
      }
    }
  }
}

extension TensorContent {
  /// A tensor of weights, in row-major order.
  package init(name: String, shape: [Int], weights: [Float], asBFloat16: Bool) {
    self.init(name: name, elementType: asBFloat16 ? .bf16 : .f32, shape: shape) {
      (sink) throws(FileError) in
      try weights.withUnsafeBufferPointer { (weights) throws(FileError) in
        try TensorContent(name: name, shape: shape, floats: weights, asBFloat16: asBFloat16)
          .emit(sink)
      }
    }
  }
}
