import Checkpoints
import Foundation
import Generation
import Recurrent
import Safetensors
import Testing
import Text
import Training

/// Model and resume files whose parts are well-formed one by one and mean nothing together.
@Suite("Hostile models") struct HostileModelTests {
  private let shell: Shell
  private let model: TrainedModel
  private let path: String

  init() throws {
    shell = try Shell()
    path = "\(shell.folder)/model.safetensors"
    let vocabulary = try Vocabulary(scalars: Array("\n abc".unicodeScalars), byteFallback: false)
    model = TrainedModel(
      model: try Network(
        ModelConfiguration(layers: 1, hiddenSize: 3, embeddingSize: 2, vocabularySize: 5), seed: 1),
      vocabulary: vocabulary,
      summary: TrainingSummary(
        corpus: ["a.txt"], trainingCharacters: 9, epochs: 1, steps: 2, validationLoss: 1,
        options: ["seed": "1"]))
    try model.write(to: path)
  }

  /// Writes the model file again with something changed.
  private func rewrite(
    metadata: (inout [String: String]) -> Void = { _ in },
    tensors change: (inout [String: [Float]], inout [String: [Int]]) -> Void = { _, _ in }
  ) throws {
    try model.write(to: path)
    let file = try SafetensorsFile(path: path)
    var strings = file.metadata
    metadata(&strings)
    var values: [String: [Float]] = [:]
    var shapes: [String: [Int]] = [:]
    for (name, tensor) in file.tensors {
      values[name] = try file.floats(of: name)
      shapes[name] = tensor.shape
    }
    change(&values, &shapes)
    try SafetensorsFile.write(
      values.map { name, values in
        TensorContent(name: name, shape: shapes[name] ?? [values.count], values: values)
      }, metadata: strings, to: path)
  }

  private func error() -> CheckpointError? {
    #expect(throws: CheckpointError.self) { try TrainedModel(contentsOf: path) }
  }

  // MARK: Metadata

  @Test(arguments: [
    "", " ", "null", "[]", "3", "\"x\"", "{", "{}", "{\"cell\":\"lstm\"}", "\u{0}", "{\"cell\":}",
    String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    "{\"cell\":\"\(String(repeating: "[", count: 1000))\"}",
  ])
  func notAConfiguration(text: String) throws {
    for key in ["configuration", "vocabulary", "training"] {
      try rewrite { $0[key] = text }
      guard case .invalidMetadata(path, key, _) = error() else {
        Issue.record("\(key): \(text.prefix(20))")
        continue
      }
    }
  }

  @Test(arguments: [
    "0", "-1", "65537", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
    "1e999", "1e18", "1.5", "\"1\"", "null", "true", "[1]", "18446744073709551616",
    "1" + String(repeating: "0", count: 10_000),
  ])
  func sizesThatCannotBe(number: String) throws {
    for key in ["layers", "hiddenSize", "embeddingSize"] {
      var sizes = ["layers": "1", "hiddenSize": "3", "embeddingSize": "2"]
      sizes[key] = number
      let fields = sizes.map { "\"\($0)\":\($1)" }.joined(separator: ",")
      try rewrite {
        $0["configuration"] =
          "{\"cell\":\"lstm\",\"bidirectional\":false,\"vocabularySize\":5,\(fields)}"
      }
      guard case .invalidMetadata(path, "configuration", _) = error() else {
        Issue.record("\(key) \(number)")
        continue
      }
    }
  }

  /// The largest that every number of its own may be: no trap, and no memory before it is refused.
  @Test func sizesThatOverflow() throws {
    for configuration in [
      ModelConfiguration(
        layers: 64, hiddenSize: 65_536, embeddingSize: 65_536, vocabularySize: 5),
      ModelConfiguration(layers: 1, hiddenSize: 16_000, embeddingSize: 2, vocabularySize: 5),
      ModelConfiguration(layers: 1, hiddenSize: 3, embeddingSize: 2, vocabularySize: 6),
      ModelConfiguration(
        layers: 1, hiddenSize: 3, embeddingSize: 2, vocabularySize: 5, bidirectional: true),
      ModelConfiguration(cell: .gru, layers: 1, hiddenSize: 3, embeddingSize: 2, vocabularySize: 5),
      ModelConfiguration(layers: 2, hiddenSize: 3, embeddingSize: 2, vocabularySize: 5),
    ] {
      try rewrite { $0["configuration"] = json(configuration) }
      let before = residentBytes()
      _ = error()
      #expect(residentBytes() - before < 50 << 20)
    }
  }

  @Test(arguments: [
    #"{"kind":"scalars","scalars":"\n abb","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n acb","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n ab\ud800","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n ab\udfff\ud800","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n ab","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n abcd","byteFallback":false}"#,
    #"{"kind":"scalars","scalars":"\n abc","byteFallback":true}"#,
    #"{"kind":"bytes"}"#, #"{"kind":"bytes","scalars":"\n abc"}"#, #"{"kind":"words"}"#,
    #"{"kind":"scalars","scalars":["\n"," ","a","b","c"],"byteFallback":false}"#,
  ])
  func vocabularies(text: String) throws {
    try rewrite { $0["vocabulary"] = text }
    guard case .invalidMetadata(path, "vocabulary", _) = error() else {
      Issue.record("\(text)")
      return
    }
  }

  /// What a model says of its training is shown to people, so it must be shown safely.
  @Test func summaries() throws {
    try rewrite {
      $0["training"] =
        #"{"corpus":["\u001b[2Jx"],"trainingCharacters":-9223372036854775808,"epochs":1e308,"#
        + #""steps":9223372036854775807,"validationLoss":-1e308,"options":{"\n":"\u0007"}}"#
    }
    for option in ["", "--json"] {
      let outcome = try shell("$charlstm info \(option) \(path)")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(!outcome.output.contains(0x1B) && !outcome.output.contains(0x07))
    }
    // Brackets inside strings are not nesting, however many.
    let names = (0..<200).map { "text [\($0)" }
    try rewrite {
      $0["training"] = json(
        TrainingSummary(
          corpus: names, trainingCharacters: 0, epochs: 0, steps: 0, validationLoss: nil,
          options: [:]))
    }
    #expect(try TrainedModel(contentsOf: path).summary?.corpus == names)
  }

  // MARK: Tensors

  @Test func missingExtraAndMisshapen() throws {
    for name in try SafetensorsFile(path: path).tensors.keys.sorted() {
      try rewrite(tensors: { values, _ in values[name] = nil })
      #expect(error() == .safetensors(.missingTensor(path: path, tensor: name)))
      try rewrite(tensors: { values, shapes in
        shapes[name] = [values[name]?.count ?? 0, 1, 1]
      })
      guard case .safetensors(.unexpectedShape(path, name, _, _)) = error() else {
        Issue.record("\(name) of another shape")
        return
      }
      try rewrite(tensors: { values, shapes in
        values[name] = []
        shapes[name] = [0, 7]
      })
      guard case .safetensors(.unexpectedShape(path, name, _, _)) = error() else {
        Issue.record("\(name) of no elements")
        return
      }
      for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
        try rewrite(tensors: { values, _ in values[name]?[1] = bad })
        #expect(error() == .safetensors(.notFinite(path: path, tensor: name, index: 1)))
      }
    }
    try rewrite(tensors: { values, _ in values["lstm.weight_ih_l1"] = [1] })
    #expect(error() == .unexpectedTensor(path: path, tensor: "lstm.weight_ih_l1"))
  }

  /// Finite weights whose sums are not: text is written all the same, and ends.
  @Test func hugeWeights() throws {
    for scale: Float in [
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ] {
      try rewrite(tensors: { values, _ in
        for name in values.keys {
          values[name] = values[name]?.enumerated().map { $0.offset % 2 == 0 ? scale : -scale }
        }
      })
      for precision in ["float32", "auto", "int8"] {
        for options in [
          "", "--count 3", "--temperature 0", "--top-k 2 --top-p 0.5 --typical-p 0.5",
        ] {
          let outcome = try shell(
            "$charlstm sample \(path) --length 40 --seed 1 --precision \(precision) \(options)")
          #expect(outcome.code == 0, "\(scale) \(precision) \(options) \(outcome.error)")
          #expect(outcome.output.count >= 40)
        }
        let outcome = try shell("$charlstm evaluate \(path) text --json --precision \(precision)")
        #expect([0, 65].contains(outcome.code), "\(scale) \(precision) \(outcome.error)")
      }
    }
  }

  // MARK: Headers

  @Test func headersTooLarge() throws {
    func put(_ header: String) throws {
      try shell.put(
        withUnsafeBytes(of: UInt64(header.utf8.count)) { Data($0) } + Data(header.utf8),
        at: "model.safetensors")
    }
    let before = residentBytes()
    try put("{}" + String(repeating: " ", count: 17_000_000))
    #expect(
      error()
        == .safetensors(
          .headerTooLarge(
            path: path, reason: "has 17000002 bytes, more than the 16777216 that are read")))
    let entry = #":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
    try put("{" + (0...100_000).map { "\"\($0)\"" + entry }.joined(separator: ",") + "}")
    #expect(
      error() == .safetensors(.headerTooLarge(path: path, reason: "has more than 100000 tensors")))
    try put(
      "{\"__metadata__\":{" + (0...100_000).map { "\"\($0)\":\"\"" }.joined(separator: ",") + "}}")
    #expect(
      error() == .safetensors(.headerTooLarge(path: path, reason: "has more than 100000 keys")))
    #expect(residentBytes() - before < 300 << 20)
  }

  // MARK: Resume files

  @Test func resumeFiles() throws {
    #expect(try shell("$train --max-steps 30").code == 0)
    let resume = "\(shell.folder)/run/resume.safetensors"
    let good = try Data(contentsOf: URL(filePath: resume))
    let file = try SafetensorsFile(path: resume)

    func rewrite(
      _ key: String, _ change: (String) -> String, without tensor: String? = nil
    ) throws {
      var metadata = file.metadata
      metadata[key] = metadata[key].map(change)
      try SafetensorsFile.write(
        file.tensors.keys.filter { $0 != tensor }.map { name in
          var values = try file.floats(of: name)
          if name == tensor { values[0] = .nan }
          return TensorContent(
            name: name, shape: file.tensors[name]?.shape ?? [], values: values)
        }, metadata: metadata, to: resume)
    }
    func refused(_ reason: String) throws {
      let outcome = try shell("$train --resume --max-steps 40")
      #expect(outcome.code == 65 || outcome.code == 64, "\(reason): \(outcome.error)")
      #expect(outcome.error.hasPrefix("Error: "), "\(reason): \(outcome.error)")
      #expect(outcome.error.split(separator: "\n").count == 1, "\(reason): \(outcome.error)")
    }

    for (key, old, new) in [
      ("progress", #""epoch":\d+"#, #""epoch":9223372036854775807"#),
      ("progress", #""epoch":\d+"#, #""epoch":-1"#),
      ("progress", #""chunk":\d+"#, #""chunk":9223372036854775807"#),
      ("progress", #""chunk":\d+"#, #""chunk":-5"#),
      ("progress", #""step":\d+"#, #""step":-9223372036854775808"#),
      ("progress", #""step":\d+"#, #""step":0"#),
      ("progress", #""elapsedSeconds":[0-9.e-]+"#, #""elapsedSeconds":1e999"#),
      ("options", #""lanes":\d+"#, #""lanes":0"#),
      ("options", #""lanes":\d+"#, #""lanes":9223372036854775807"#),
      ("options", #""lanes":\d+"#, #""lanes":7"#),
      ("options", #""sequenceLength":\d+"#, #""sequenceLength":65536"#),
      ("options", #""epochs":\d+"#, #""epochs":9223372036854775807"#),
      ("options", #""threads":\d+"#, #""threads":-1"#),
      ("options", #""warmupSteps":\d+"#, #""warmupSteps":-1"#),
      ("options", #""learningRate":[0-9.e-]+"#, #""learningRate":1e39"#),
      ("options", #""reportEvery":\d+"#, #""reportEvery":0"#),
      ("options", #""precision":"[a-z0-9]+""#, #""precision":"int8""#),
      ("corpus", #""bytes":\d+"#, #""bytes":0"#),
      ("corpus", #""trainingBytes":\d+"#, #""trainingBytes":0"#),
      ("corpus", #""trainingBytes":\d+"#, #""trainingBytes":9223372036854775807"#),
      ("corpus", #""trainingBytes":\d+"#, #""trainingBytes":3"#),
      ("corpus", #""xxh64":"[0-9a-f]+""#, #""xxh64":"""#),
      ("configuration", #""hiddenSize":\d+"#, #""hiddenSize":25"#),
      ("configuration", #""vocabularySize":\d+"#, #""vocabularySize":1"#),
      ("configuration", #""bidirectional":false"#, #""bidirectional":true"#),
      ("vocabulary", #""byteFallback":false"#, #""byteFallback":true"#),
    ] {
      let pattern = try Regex(old)
      var found = false
      try rewrite(key) { text in
        found = text.contains(pattern)
        return text.replacing(pattern, with: new)
      }
      #expect(found, "\(key) has no \(old)")
      try refused("\(key) \(new)")
    }
    for tensor in file.tensors.keys.sorted() {
      try rewrite("options", { $0 }, without: tensor)
      try refused("without \(tensor)")
    }
    for count in stride(from: 0, to: good.count, by: good.count / 50) {
      try good.prefix(count).write(to: URL(filePath: resume))
      try refused("cut to \(count)")
    }
    try good.write(to: URL(filePath: resume))
    #expect(try shell("$train --resume --max-steps 40").code == 0)
  }
}

/// What this process has in memory.
func residentBytes() -> Int {
  let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
    .split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}
