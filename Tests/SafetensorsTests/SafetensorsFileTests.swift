import FileTesting
import Safetensors
import Testing

@Suite("Safetensors, written and read")
struct SafetensorsFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("model.safetensors")
  }

  private func written(
    _ tensors: [TensorContent], metadata: [String: String] = [:]
  ) throws -> SafetensorsFile {
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    return try SafetensorsFile(path: path)
  }

  private func read(_ name: String, _ shape: [Int], from file: SafetensorsFile) throws -> [Float] {
    let count = shape.reduce(1, *)
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    buffer.initialize(repeating: .nan)
    defer { buffer.deallocate() }
    try file.read(name, expecting: shape, into: buffer)
    return Array(buffer)
  }

  @Test func everyElementType() throws {
    let file = try written([
      TensorContent(
        name: "f32", shape: [2, 1], values: [-0.0, .greatestFiniteMagnitude] as [Float]),
      TensorContent(name: "f64", shape: [1], values: [0.1]),
      TensorContent(name: "i32", shape: [2], values: [.min, .max] as [Int32]),
      TensorContent(name: "i64", shape: [2], values: [.min, .max] as [Int64]),
      TensorContent(name: "u64", shape: [2], values: [.min, .max] as [UInt64]),
      TensorContent(name: "u8", shape: [3], values: [0, 1, 255] as [UInt8]),
    ])
    #expect(
      try file.values(of: "f32", as: Float.self).map(\.bitPattern)
        == [0x8000_0000, 0x7F7F_FFFF] as [UInt32])
    #expect(try file.values(of: "f64", as: Double.self) == [0.1])
    #expect(try file.values(of: "i32") == [.min, .max] as [Int32])
    #expect(try file.values(of: "i64") == [.min, .max] as [Int64])
    #expect(try file.values(of: "u64") == [.min, .max] as [UInt64])
    #expect(try file.values(of: "u8", expecting: [3]) == [0, 1, 255] as [UInt8])
    #expect(file.tensors["f32"]?.shape == [2, 1])
    #expect(file.tensors["f32"]?.elementType == .f32)
    #expect(file.tensors.count == 6)
  }

  @Test func exactBytes() throws {
    _ = try written(
      [
        TensorContent(name: "b", shape: [], values: [7] as [UInt8]),
        TensorContent(name: "weight", shape: [1, 2], values: [1, -2] as [Float]),
      ], metadata: ["z": "\"\\\n\u{1}/é", "format": "pt"])
    let header =
      #"{"__metadata__":{"format":"pt","z":"\"\\\n\u0001/é"},"#
      + #""weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}"# + "   "
    #expect(header.utf8.count == 168)
    #expect(
      try folder.bytes(of: "model.safetensors")
        == safetensors(
          header: header.utf8, data: [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7]))
  }

  @Test func sameContentSameBytes() throws {
    let tensors = [
      TensorContent(name: "b", shape: [1], values: [1] as [Float]),
      TensorContent(name: "a", shape: [1], values: [2] as [Float]),
      TensorContent(name: "c", shape: [1], values: [3] as [Int64]),
    ]
    let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "\($0)") })
    _ = try written(tensors, metadata: metadata)
    let first = try folder.bytes(of: "model.safetensors")
    let again = metadata.sorted { $0.value < $1.value }
    _ = try written(tensors.reversed(), metadata: Dictionary(uniqueKeysWithValues: again))
    #expect(try folder.bytes(of: "model.safetensors") == first)
  }

  @Test func noTensorsScalarsAndEmptyOnes() throws {
    let none = try written([])
    #expect(none.tensors.isEmpty)
    #expect(none.metadata.isEmpty)
    #expect(try folder.bytes(of: "model.safetensors").count == 16)

    let file = try written([
      TensorContent(name: "a", shape: [3, 0, 2], values: [] as [Float]),
      TensorContent(name: "b", shape: [], values: [2.5] as [Float]),
      TensorContent(name: "c", shape: [0], values: [] as [Float]),
    ])
    #expect(file.tensors["a"]?.shape == [3, 0, 2])
    #expect(file.tensors["a"]?.elementCount == 0)
    #expect(try read("a", [3, 0, 2], from: file).isEmpty)
    #expect(try read("b", [], from: file) == [2.5])
    #expect(try file.floats(of: "c").isEmpty)
  }

  @Test func namesAndMetadataSurviveAsTheyAre() throws {
    // Decomposed, composed, beyond the basic plane, controls, separators, quotes.
    let texts = [
      "", "e\u{301}", "héé", "𝄞", "\u{0}\u{1F}\u{7F}", "\u{2028}\r\n\t\u{8}\u{C}", "\"\\/",
      "\u{FEFF}",
    ]
    let tensors = texts.map { TensorContent(name: $0, shape: [1], values: [1] as [Float]) }
    let metadata = Dictionary(uniqueKeysWithValues: texts.map { ($0, $0) })
    let file = try written(tensors, metadata: metadata)
    #expect(file.metadata.count == texts.count)
    for text in texts {
      #expect(Array(file.metadata[text]?.utf8 ?? "missing".utf8) == Array(text.utf8))
      #expect(file.tensors[text].map { Array($0.name.utf8) } == Array(text.utf8))
    }
  }

  @Test func foreignHeadersAndUnalignedData() throws {
    // Space anywhere, escapes, members in any order, numbers at an odd offset.
    let header =
      "{ \"\\ud834\\udd1e\\u00E9\\/\" :\t{ \"data_offsets\" : [ 1 , 9 ] ,\n\"shape\": [2],"
      + "\r\"dtype\":\"F32\"} , \"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} \n"
    let one: [UInt8] = [0, 0, 0x80, 0x3F]
    try folder.write(safetensors(header: header.utf8, data: [9] + one + one), to: "foreign")
    let file = try SafetensorsFile(path: folder.file("foreign"))
    #expect(try file.floats(of: "𝄞é/") == [1, 1])
    #expect(try read("𝄞é/", [2], from: file) == [1, 1])
    #expect(try file.values(of: "x") == [9] as [UInt8])
    let range = 8 + header.utf8.count + 1..<8 + header.utf8.count + 9
    #expect(try file.tensor(named: "𝄞é/").byteRange == range)
  }

  @Test func halfPrecisionIsWidened() throws {
    let bits: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x7BFF, 0x8000]
    let bytes = bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    func tensor(_ name: String, _ type: ElementType) -> TensorContent {
      TensorContent(name: name, elementType: type, shape: [5]) { (sink) throws(FileError) in
        try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
          try sink(UnsafeRawBufferPointer(bytes))
        }
      }
    }
    let file = try written([tensor("f16", .f16), tensor("bf16", .bf16)])
    let half: [Float] = [1, -2, 0x1p-24, 65504, -0.0]
    let brain: [Float] = [0x1p-7, -2, 0x1p-133, 0x1.FEp+120, -0.0]
    #expect(try file.floats(of: "f16").map(\.bitPattern) == half.map(\.bitPattern))
    #expect(try read("f16", [5], from: file) == half)
    #expect(try file.floats(of: "bf16").map(\.bitPattern) == brain.map(\.bitPattern))
    #expect(try read("bf16", [5], from: file) == brain)
  }

  @Test func bfloat16Weights() throws {
    // More than one piece of the writer's buffer.
    let weights = (0..<70_001).map { Float($0) * 0.001 - 35 }
    let file = try weights.withUnsafeBufferPointer { weights in
      try written([
        TensorContent(name: "w", shape: [70_001], floats: weights, asBFloat16: true),
        TensorContent(name: "v", shape: [1, 70_001], floats: weights),
      ])
    }
    #expect(file.tensors["w"]?.byteRange.count == 140_002)
    #expect(try file.floats(of: "w") == weights.map { Float(bfloat16: $0.bfloat16) })
    #expect(try file.floats(of: "v") == weights)
  }

  @Test func weightsMustBeFinite() throws {
    for bad in [Float.nan, .infinity, -.infinity] {
      let file = try written([
        TensorContent(name: "w", shape: [2, 2], values: [1, 2, bad, bad])
      ])
      #expect(throws: SafetensorsError.notFinite(path: path, tensor: "w", index: 2)) {
        try read("w", [2, 2], from: file)
      }
      #expect(try file.floats(of: "w")[3].isFinite == false)
    }
  }

  @Test func tensorsThatDoNotFit() throws {
    let file = try written([
      TensorContent(name: "w", shape: [2, 3], values: Array(repeating: 1 as Float, count: 6)),
      TensorContent(name: "i", shape: [6], values: Array(repeating: 1 as Int32, count: 6)),
    ])
    #expect(throws: SafetensorsError.missingTensor(path: path, tensor: "x")) {
      try read("x", [1], from: file)
    }
    #expect(
      throws: SafetensorsError.unexpectedShape(
        path: path, tensor: "w", found: [2, 3], expected: [3, 2])
    ) { try read("w", [3, 2], from: file) }
    #expect(
      throws: SafetensorsError.unexpectedShape(
        path: path, tensor: "i", found: [6], expected: [2, 3])
    ) { try file.values(of: "i", as: Int32.self, expecting: [2, 3]) }
    #expect(
      throws: SafetensorsError.unexpectedElementType(
        path: path, tensor: "i", found: .i32, expected: "F32, F16 or BF16")
    ) { try file.floats(of: "i") }
    #expect(
      throws: SafetensorsError.unexpectedElementType(
        path: path, tensor: "w", found: .f32, expected: "I64")
    ) { try file.values(of: "w", as: Int64.self) }
  }

  @Test func contentThatCannotBeWritten() throws {
    _ = try written([], metadata: ["kept": "yes"])
    let one: [Float] = [1]
    let unwritable: [([TensorContent], String)] = [
      (
        [
          TensorContent(name: "a", shape: [1], values: one),
          TensorContent(name: "a", shape: [1], values: one),
        ], "the tensor name 'a' is taken"
      ),
      (
        [TensorContent(name: "__metadata__", shape: [1], values: one)],
        "the tensor name '__metadata__' is taken"
      ),
      (
        [TensorContent(name: "a", shape: [2], values: one)],
        "tensor 'a' of shape [2] came with 4 bytes instead of 8"
      ),
      (
        [TensorContent(name: "a", shape: [-1], values: one)], "tensor 'a' cannot have shape [-1]"
      ),
      (
        [TensorContent(name: "a", shape: [.max, 2], values: one)],
        "tensor 'a' cannot have shape [9223372036854775807, 2]"
      ),
    ]
    for (tensors, reason) in unwritable {
      #expect(throws: SafetensorsError.unwritable(path: path, reason: reason)) {
        try SafetensorsFile.write(tensors, to: path)
      }
    }
    #expect(try SafetensorsFile(path: path).metadata == ["kept": "yes"])
    #expect(try folder.names == ["model.safetensors"])
  }

  @Test func anOpenFileOutlivesItsReplacement() throws {
    let old = try written([TensorContent(name: "w", shape: [1], values: [1] as [Float])])
    let new = try written([TensorContent(name: "w", shape: [1], values: [2] as [Float])])
    #expect(try old.floats(of: "w") == [1])
    #expect(try new.floats(of: "w") == [2])
  }
}
