import Foundation
import Testing

/// What `.ci/fuzz` begins with, and what it has found, does no harm any more.
@Suite("Fuzz inputs") struct FuzzTests {
  @Test func seeds() throws {
    let shell = try Shell()
    let seeds = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzz/Seeds").path
    let names = try FileManager.default.contentsOfDirectory(atPath: seeds)
    #expect(names.count >= 20)
    for name in names {
      let outcome = try shell("$(dirname $charlstm)/fuzz '\(seeds)/\(name)'")
      #expect(outcome.code == 0, "\(name): \(outcome.error)")
    }
  }
}
