import Safetensors

func tensors() throws {
  let weight = TensorContent(name: "weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6] as [Float])
  try SafetensorsFile.write([weight], metadata: ["made": "by hand"], to: "small.safetensors")

  let file = try SafetensorsFile(path: "small.safetensors")
  for (name, tensor) in file.tensors { print(name, tensor.elementType, tensor.shape) }
  print(try file.floats(of: "weight"))
}
