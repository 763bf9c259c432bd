import FileTesting
import Safetensors
import Glibc
import Testing

@Suite("Files that are not what they claim")
struct HostileFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func error(opening bytes: [UInt8]) throws -> SafetensorsError? {
    try folder.write(bytes, to: "model")
    return #expect(throws: SafetensorsError.self) {
      try SafetensorsFile(path: folder.file("model"))
    }
  }

  private func error(header: String, data: Int = 0) throws -> SafetensorsError? {
    try error(
      opening: safetensors(header: header.utf8, data: Array(repeating: 0, count: data)))
  }

  // MARK: Not safetensors

  @Test(arguments: [
    [], [1, 2, 3], Array("a poem of some length, which is no model".utf8),
    Array(repeating: 0xFF, count: 64), Array(repeating: 0, count: 64),
    safetensors(header: [], length: 2), safetensors(header: "[]".utf8),
    safetensors(header: "{}".utf8, length: 100_000_001),
    safetensors(header: "{}".utf8, length: 1 << 63), safetensors(header: "{}".utf8, length: 1),
  ])
  func anotherKindOfFile(bytes: [UInt8]) throws {
    let error = try error(opening: bytes)
    guard case .notSafetensors(folder.file("model"), _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.hasPrefix("not a safetensors file: \(folder.path)") == true)
  }

  @Test func headerBeyondTheFile() throws {
    let bytes = safetensors(header: "{}".utf8, length: 99_999_999)
    #expect(
      try error(opening: bytes)
        == .cutShort(path: folder.file("model"), size: 10, needed: 100_000_007))
  }

  @Test func everyPrefixOfAModelIsRefused() throws {
    let path = folder.file("whole")
    try SafetensorsFile.write(
      [TensorContent(name: "a", shape: [3], values: [1, 2, 3] as [Float])],
      metadata: ["k": "v"], to: path)
    let whole = try folder.bytes(of: "whole")
    for count in whole.indices {
      _ = try error(opening: Array(whole[..<count]))
    }
  }

  /// Every byte of a small model in turn set to a few values: the reader refuses the file or
  /// returns one that can be read, and never traps.
  @Test func damagedBytesDoNotTrap() throws {
    let path = folder.file("model")
    try SafetensorsFile.write(
      [
        TensorContent(name: "a", shape: [1, 2], values: [1, 2] as [Float]),
        TensorContent(name: "\u{E9}", shape: [], values: [7] as [UInt8]),
      ], metadata: ["k\n": "v\u{1}"], to: path)
    let whole = try folder.bytes(of: "model")
    for index in whole.indices {
      for value in [0, 0x22, 0x2C, 0x39, 0x5C, 0x7D, 0x80, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[index] = value
        try folder.write(bytes, to: "model")
        guard let file = try? SafetensorsFile(path: path) else { continue }
        for name in file.tensors.keys {
          try file.withBytes(of: name) { (bytes) throws(SafetensorsError) in
            #expect(bytes.count <= whole.count)
          }
        }
      }
    }
  }

  // MARK: The path

  @Test func missingFile() {
    let path = folder.file("none")
    #expect(throws: SafetensorsError.file(.cannotOpen(path: path, code: ENOENT))) {
      try SafetensorsFile(path: path)
    }
    #expect(throws: SafetensorsError.file(.cannotOpen(path: "a\0b", code: EINVAL))) {
      try SafetensorsFile(path: "a\0b")
    }
  }

  @Test func foldersPipesAndDevices() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for path in [folder.path, folder.file("pipe"), "/dev/zero"] {
      #expect(throws: SafetensorsError.file(.notAFile(path: path))) {
        try SafetensorsFile(path: path)
      }
    }
  }

  // MARK: The header's JSON

  @Test(arguments: [
    // Grammar. The number is the byte, counted from the beginning of the file.
    ("{ ", 10, "a name"),
    ("{,}", 9, "a name"),
    ("{} x", 11, "spaces up to the end of the header"),
    ("{}\0", 10, "spaces up to the end of the header"),
    (#"{"a" 1}"#, 13, "':'"),
    (#"{"a":1}"#, 13, "'{'"),
    (#"{"a":{}}"#, 15, "a dtype, a shape and two data_offsets before the end"),
    (#"{"a":{"dtype":"U8"}}"#, 27, "a dtype, a shape and two data_offsets before the end"),
    (#"{"a":{"color":"red"}}"#, 14, "dtype, shape or data_offsets"),
    (#"{"a":{"dtype":8}}"#, 22, "an element type"),
    (#"{"a":{"dtype":"U8","#, 27, "a name"),
    (#"{"a":{"shape":1}}"#, 22, "'['"),
    (#"{"a":{"shape":[1"#, 24, "',' or ']'"),
    (#"{"a":{"shape":[1,]}}"#, 25, "a whole number that is not negative"),
    (#"{"__metadata__":{"a":1}}"#, 29, "a string"),
    (#"{"__metadata__":"a"}"#, 24, "'{'"),
    (#"{"__metadata__":{"a":"b",}}"#, 33, "a name"),
    // Depth.
    (#"{"__metadata__":{"a":{}}}"#, 29, "a string"),
    (#"{"a":{"shape":[[1]]}}"#, 23, "a whole number that is not negative"),
    // Numbers.
    (#"{"a":{"shape":[-1]}}"#, 23, "a whole number that is not negative"),
    (#"{"a":{"shape":[1.5]}}"#, 23, "a whole number that is not negative"),
    (#"{"a":{"shape":[1e3]}}"#, 23, "a whole number that is not negative"),
    (#"{"a":{"shape":[01]}}"#, 23, "a whole number that is not negative"),
    (#"{"a":{"shape":["1"]}}"#, 23, "a whole number that is not negative"),
    (#"{"a":{"shape":[9223372036854775808]}}"#, 23, "a number below 2^63"),
    (#"{"a":{"data_offsets":[1,2,3]}}"#, 34, "at most 2 numbers"),
    // Strings.
    (#"{"a"#, 11, "the end of a string"),
    (#"{"a\"#, 11, "an escape sequence"),
    (#"{"\x":1}"#, 10, "an escape sequence"),
    (#"{"\u12g4":1}"#, 10, "four hexadecimal digits"),
    (#"{"\u12"#, 10, "four hexadecimal digits"),
    (#"{"\ud800":1}"#, 10, "a pair of surrogates"),
    (#"{"\ud800\u0041":1}"#, 10, "a pair of surrogates"),
    (#"{"\udc00\udc00":1}"#, 10, "a pair of surrogates"),
    ("{\"a\nb\":1}", 11, "an escaped control character"),
  ])
  func grammar(header: String, byte: Int, expected: String) throws {
    #expect(
      try error(header: header)
        == .malformedHeader(path: folder.file("model"), byte: byte, expected: expected))
  }

  @Test func namesThatAreNotUTF8() throws {
    for name in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
      let header = Array("{\"".utf8) + name + Array("\":{}}".utf8)
      #expect(
        try error(opening: safetensors(header: header))
          == .malformedHeader(
            path: folder.file("model"), byte: 10, expected: "a string of valid UTF-8"))
    }
  }

  @Test func deepNesting() throws {
    for bracket in ["[", "{\"a\":"] {
      let deep = String(repeating: bracket, count: 1_000_000)
      _ = try error(header: "{\"a\":\(deep)")
      _ = try error(header: "{\"a\":{\"shape\":\(deep)")
      _ = try error(header: "{\"__metadata__\":{\"a\":\(deep)")
    }
  }

  @Test func tooManyDimensions() throws {
    let ones = Array(repeating: "1", count: 65).joined(separator: ",")
    #expect(
      try error(header: #"{"a":{"dtype":"U8","shape":[\#(ones)],"data_offsets":[0,1]}}"#, data: 1)
        == .malformedHeader(
          path: folder.file("model"), byte: 8 + 28 + 128, expected: "at most 64 numbers"))
  }

  @Test(arguments: [
    (#"{"__metadata__":{"k":"1","k":"2"}}"#, 33, "k"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 27, "__metadata__"),
    (#"{"a":{"dtype":"U8","shape":[],"dtype":"U8"}}"#, 38, "dtype"),
    (
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{}}"#,
      61, "a"
    ),
    // The same name to Swift, which compares strings up to normalisation.
    ("{\"__metadata__\":{\"\u{E9}\":\"\",\"e\u{301}\":\"\"}}", 33, "\u{E9}"),
  ])
  func repeatedNames(header: String, byte: Int, name: String) throws {
    #expect(
      try error(header: header)
        == .duplicateName(path: folder.file("model"), byte: byte, name: name))
  }

  // MARK: The layout

  @Test(arguments: [
    ("[1]", "[4,0]", LayoutFault.reversed(begin: 4, end: 0)),
    ("[2]", "[0,4]", .wrongSize(shape: [2], found: 4, expected: 8)),
    ("[]", "[0,8]", .wrongSize(shape: [], found: 8, expected: 4)),
    ("[0]", "[0,8]", .wrongSize(shape: [0], found: 8, expected: 0)),
    (
      "[4294967296,4294967296]", "[0,0]", .overflow(shape: [4_294_967_296, 4_294_967_296])
    ),
    ("[9223372036854775807,0]", "[0,0]", .overflow(shape: [.max, 0])),
    ("[1]", "[4,8]", .gap(begin: 4, previousEnd: 0)),
  ])
  func misplaced(shape: String, offsets: String, fault: LayoutFault) throws {
    let header = #"{"w":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    #expect(
      try error(header: header, data: 8)
        == .misplacedTensor(path: folder.file("model"), tensor: "w", fault: fault))
  }

  private func two(_ first: String, _ second: String) -> String {
    #"{"b":{"dtype":"U8","shape":[4],"data_offsets":\#(second)},"#
      + #""a":{"dtype":"U8","shape":[4],"data_offsets":\#(first)}}"#
  }

  @Test func overlapsAndGaps() throws {
    let path = folder.file("model")
    #expect(
      try error(header: two("[0,4]", "[3,7]"), data: 8)
        == .misplacedTensor(path: path, tensor: "b", fault: .overlap(begin: 3, previousEnd: 4)))
    #expect(
      try error(header: two("[0,4]", "[5,9]"), data: 9)
        == .misplacedTensor(path: path, tensor: "b", fault: .gap(begin: 5, previousEnd: 4)))
    guard case .misplacedTensor = try error(header: two("[0,4]", "[0,4]"), data: 4) else {
      Issue.record("two tensors in one place were accepted")
      return
    }
  }

  @Test func outsideTheFile() throws {
    let header = #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    #expect(
      try error(header: header, data: 7)
        == .cutShort(path: folder.file("model"), size: 8 + 54 + 7, needed: 8 + 54 + 8))
    let shape = Int.max / 4
    let huge =
      #"{"w":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[0,\#(shape * 4)]}}"#
    let error = try error(header: huge, data: 8)
    guard case .cutShort(_, _, .max) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func trailingData() throws {
    let header = #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let path = folder.file("model")
    #expect(try error(header: header, data: 11) == .trailingBytes(path: path, count: 3))
    #expect(try error(header: "{}", data: 1) == .trailingBytes(path: path, count: 1))
  }

  @Test(arguments: ["F8_E4M3", "f32", "", "BOOL", "F32 "])
  func unknownElementTypes(type: String) throws {
    let header = #"{"w":{"dtype":"\#(type)","shape":[0],"data_offsets":[0,0]}}"#
    #expect(
      try error(header: header)
        == .unknownElementType(path: folder.file("model"), tensor: "w", type: type))
  }

  // MARK: What the reader of an error sees

  @Test func descriptionsAreOneSafeLine() throws {
    let name = "\u{1B}[31m\n\u{202E}" + String(repeating: "x", count: 1000)
    let error = SafetensorsError.missingTensor(path: "a\nb", tensor: name)
    #expect(
      error.description == #"a\nb has no tensor '\u{1B}[31m\n\u{202E}"#
        + String(repeating: "x", count: 73) + "…'; it is another kind of model, or was written by "
        + "a program that names tensors otherwise")
    let full = SafetensorsError.file(.diskFull(path: "runs/last.safetensors", code: ENOSPC))
    #expect(
      full.description == "cannot write runs/last.safetensors: No space left on device; "
        + "make room and try again")
  }
}

/// A safetensors file put together by hand.
func safetensors(
  header: some Sequence<UInt8>, data: [UInt8] = [], length: UInt64? = nil
) -> [UInt8] {
  let header = Array(header)
  return withUnsafeBytes(of: length ?? UInt64(header.count), Array.init) + header + data
}
