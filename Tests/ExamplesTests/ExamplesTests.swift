import Foundation
import Testing

/// The articles' examples do what the articles say, with nothing but the library products.
@Suite("Examples")
struct ExamplesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The code of each example as an article shows it: the import, and what is in its function.
  private static func examples() throws -> [String: String] {
    let folder = root.appending(path: "Tests/Examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && $0 != "main.swift" }
    return Dictionary(
      uniqueKeysWithValues: try names.map { name in
        let source = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("func ") })
        let end = try #require(lines.firstIndex(of: "}"))
        let body = lines[start + 1..<end].map { $0.hasPrefix("  ") ? $0.dropFirst(2) : $0 }
        return (
          String(name.dropLast(".swift".count)),
          (lines[..<start] + body).joined(separator: "\n")
        )
      })
  }

  /// What stands in the articles between ```` ```swift ```` and ```` ``` ```` and begins with an
  /// import.
  private static func blocks() throws -> [(article: String, code: String)] {
    let folder = root.appending(path: "Sources/CharLSTM/CharLSTM.docc")
    let articles = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".md") }.sorted()
    return try articles.flatMap { article in
      let text = try String(contentsOf: folder.appending(path: article), encoding: .utf8)
      return text.components(separatedBy: "```swift\n").dropFirst().compactMap { rest in
        let code = rest.components(separatedBy: "\n```").first ?? ""
        return code.hasPrefix("import ") ? (article, code) : nil
      }
    }
  }

  @Test func articlesShowTheExamplesAsTheyAre() throws {
    let examples = try Self.examples()
    let blocks = try Self.blocks()
    for (article, code) in blocks {
      let isExample = examples.values.contains(code)
      #expect(isExample, "\(article) shows code that is no example's:\n\(code)")
    }
    for (name, code) in examples {
      let isShown = blocks.contains { $0.code == code }
      #expect(isShown, "no article shows \(name).swift as it is")
    }
  }

  @Test func openModel() throws {
    let lines = try Example("OpenModel").output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("lstm 2 "))
    #expect(lines[1].hasSuffix(" parameters"))
    #expect(lines[2].hasSuffix(" nats per character"))
  }

  @Test(arguments: ["Adapt", "Write", "WriteOn", "WriteWithout"])
  func textIsWritten(_ name: String) throws {
    let output = try Example(name).output
    #expect(output.trimmingCharacters(in: .newlines).unicodeScalars.count >= 190)
    #expect(try Example(name).output == output)
  }

  @Test func aFormIsKeptTo() throws {
    let lines = try Example("WriteInForm").output.split(separator: "\n")
    #expect(lines.map { $0.prefix(1).uppercased() } == ["R", "O", "S", "E"])
    #expect(lines.allSatisfy { (20...40).contains($0.unicodeScalars.count) })
  }

  @Test func score() throws {
    let words = try Example("Score").output.split(separator: " ")
    let nats = try #require(Double(words[0]))
    let bits = try #require(Double(words[2]))
    // English that the model has not read, in its own manner.
    #expect(nats > 0.5 && nats < 3)
    #expect(abs(bits - nats / log(2)) < 1e-9)
  }

  @Test func train() throws {
    let text = String(repeating: "The river ran, and the bridge stood. ", count: 20)
    let example = try Example("Train", with: ["novel.txt": text])
    let losses = example.output.split(separator: "\n").map { Double($0.split(separator: " ")[1]) }
    let (first, last) = (try #require(losses.first ?? nil), try #require(losses.last ?? nil))
    #expect(last < first)
    #expect(example.files("run").contains("best.safetensors"))
  }

  @Test func tensors() throws {
    let example = try Example("Tensors")
    #expect(example.output == "weight f32 [2, 3]\n[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]\n")
    #expect(example.files(".").contains("small.safetensors"))
  }

  @Test func classify() throws {
    #expect(try Example("Classify").output == "de\nfr\n")
  }

  @Test func trainClassifier() throws {
    let rows = (1...8).map { "vowel,aeiou \($0)\nconsonant,bcdfg \($0)\n" }
    let example = try Example(
      "TrainClassifier", with: ["letters.csv": "label,text\n" + rows.joined()])
    #expect(example.output == "1.0\n")
    #expect(example.files("letters").contains("best.safetensors"))
  }
}

/// An example that has run, in a folder of its own with the shipped models.
private final class Example {
  let output: String
  private let folder: URL

  init(_ name: String, with files: [String: String] = [:]) throws {
    folder = URL(filePath: NSTemporaryDirectory()).appending(path: "examples-\(UUID().uuidString)")
    let manager = FileManager.default
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    try manager.createSymbolicLink(
      at: folder.appending(path: "checkpoints"),
      withDestinationURL: root.appending(path: "checkpoints"))
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    let process = Process()
    // SwiftPM puts products beside the test bundle.
    process.executableURL = URL(filePath: CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: "examples")
    process.arguments = [name]
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(name) failed")
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// The names in a folder that it has made.
  func files(_ name: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) ?? []
  }
}
