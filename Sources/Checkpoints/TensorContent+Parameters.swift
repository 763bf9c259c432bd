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
