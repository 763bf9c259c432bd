import Foundation
import Testing

/// oneDNN falls back to plain loops, thousands of times slower, where it has no kernel for a product:
/// nothing but the time tells.
@Suite("Products that oneDNN has kernels for")
struct ReferenceProductTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(String(repeating: "She sells sea shells. ", count: 200), at: "text.txt")
  }

  /// The products that oneDNN was asked for, as it tells of them itself.
  private func products(of line: String) throws -> [Substring] {
    let outcome = try charlstm.start(
      ["ONEDNN_VERBOSE=1", CommandLineSession.executable.path]
        + line.split(separator: " ").map(String.init),
      program: URL(filePath: "/usr/bin/env")
    ).finish(within: 240)
    #expect(outcome.code == 0, "\(outcome.error)")
    return outcome.output.split(separator: "\n").filter {
      $0.hasPrefix("onednn_verbose") && $0.contains(",exec,") && $0.contains("matmul")
    }
  }

  @Test(arguments: ["float32", "bfloat16"], ["lanes", "units"])
  func training(_ precision: String, _ division: String) throws {
    // The first layer without a table, so that its products are made, too.
    let found = try products(
      of: "train text.txt --output run --threads 2 --max-steps 2 --batch-size 8 "
        + "--sequence-length 16 --layers 2 --hidden-size 64 --dropout-embedding 0.1 "
        + "--precision \(precision) --divide \(division)")
    #expect(found.filter { $0.contains("ref") } == [])
  }

  @Test(arguments: ["float32", "bfloat16", "int8"])
  func writingAndEvaluating(_ precision: String) throws {
    #expect(try charlstm("train text.txt --output run --max-steps 2 --hidden-size 64").code == 0)
    for command in [
      "sample run/best.safetensors --length 20",
      "sample run/best.safetensors --length 20 --count 40",
      "evaluate run/best.safetensors text.txt",
    ] {
      let found = try products(of: "\(command) --precision \(precision)")
      #expect(found.filter { $0.contains("ref") } == [])
    }
  }
}
