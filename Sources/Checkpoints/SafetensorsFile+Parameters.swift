import Recurrent
import Safetensors

extension SafetensorsFile {
  /// Reads a tensor of a flat buffer of parameters, from PyTorch's order.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, or not finite.
  package func read(
    _ tensor: ParameterLayout.Tensor, named name: String? = nil, into buffer: FloatBuffer
  ) throws(CheckpointError) {
    var elements = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
    do throws(SafetensorsError) {
      try elements.withUnsafeMutableBufferPointer { (elements) throws(SafetensorsError) in
        try read(name ?? tensor.name, expecting: tensor.shape, into: elements)
      }
    } catch {
      throw CheckpointError(error)
    }
    Network.setFileOrder(elements, of: tensor, in: buffer)
  }

  /// A tensor of floating-point numbers in row-major order, none of them infinite or not a number.
  ///
  /// - Throws: `CheckpointError` for a missing tensor, another element type, or such a number.
  /// - Complexity: O(*n*) in the number of elements.
  package func finiteFloats(of name: String) throws(CheckpointError) -> [Float] {
    let floats: [Float]
    do throws(SafetensorsError) {
      floats = try self.floats(of: name)
    } catch {
      throw CheckpointError(error)
    }
    if let index = floats.firstIndex(where: { !$0.isFinite }) {
      throw .safetensors(.notFinite(path: path, tensor: name, index: index))
    }
    return floats
  }

  /// - Throws: `CheckpointError` for a missing tensor or another shape.
  package func checkShape(of name: String, is shape: [Int]) throws(CheckpointError) {
    guard let tensor = tensors[name] else {
      throw .safetensors(.missingTensor(path: path, tensor: name))
    }
    guard tensor.shape == shape else {
      throw .safetensors(
        .unexpectedShape(path: path, tensor: name, found: tensor.shape, expected: shape))
    }
  }
}
