import FileTesting
import Foundation
import Testing
import Text

/// A file that another program rewrites where it lies, while it is read.
@Suite("Texts rewritten in place")
struct RewrittenTextTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func rewrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }

  /// A text and what it is rewritten to, byte for byte.
  static let rewritings: [(String, [UInt8])] = [
    ("aéaéaéaé", Array("zzzzzzzzzzzz".utf8)),  // unknown
    ("aéaéaéaé", Array("úzúzúzúz".utf8)),
    ("aéaéaéaé", Array(repeating: 0x80, count: 12)),  // no UTF-8
    ("aéaéaéaé", Array(repeating: 0xFF, count: 12)),
    ("aéaéaéaé", Array("zzzzzzzzzz".utf8) + [0xE1, 0x80]),
  ]

  @Test(.timeLimit(.minutes(1)), arguments: rewritings, 1...2)
  func withoutKnownSymbolsReadingEnds(_ rewriting: (String, [UInt8]), files: Int) throws {
    let paths = try (0..<files).map { try folder.write(rewriting.0, to: "\($0)") }
    let text = try EncodedText(
      Corpus(paths: paths), vocabulary: Vocabulary(scalars: ["a", "é"], byteFallback: false))
    var begun = EncodedText.Cursor(text, at: 3)
    #expect(begun.read(2) == [1, 0])
    for path in paths { try rewrite(path, rewriting.1) }
    #expect(begun.read(5) == [0, 0, 0, 0, 0])
    for start in 0..<text.count {
      var cursor = EncodedText.Cursor(text, at: start)
      #expect(cursor.read(20) == [Int32](repeating: 0, count: 20))
    }
  }

  @Test(.timeLimit(.minutes(1))) func knownSymbolsAreReadWhereverTheyAre() throws {
    let path = try folder.write("aéaéaéaé", to: "text")
    let text = try EncodedText(
      Corpus(paths: [path]), vocabulary: Vocabulary(scalars: ["a", "é"], byteFallback: false))
    var cursor = EncodedText.Cursor(text)
    #expect(cursor.read(2) == [0, 1])
    try rewrite(path, Array("zzzzzzzézzzz".utf8))
    #expect(cursor.read(3) == [1, 1, 1])
  }

  /// A symbol is always one of the vocabulary, as it chooses a row of the weights.
  @Test(.timeLimit(.minutes(1))) func symbolsStayInTheVocabulary() throws {
    for byteFallback in [false, true] {
      for original in ["abababab", "ab🙂b", "aba🙂"] {
        let vocabulary = try Vocabulary(scalars: ["a", "b"], byteFallback: byteFallback)
        let path = try folder.write(original, to: "text")
        let text = try EncodedText(Corpus(paths: [path]), vocabulary: vocabulary)
        for bytes in [
          [UInt8](repeating: 0xE9, count: 8), Array("zyxwvuts".utf8), Array("é🙂é".utf8),
        ] {
          try rewrite(path, Array(original.utf8))
          // In the middle of a scalar spelt with bytes, too.
          for start in 0..<text.count {
            try rewrite(path, Array(original.utf8))
            var cursor = EncodedText.Cursor(text, at: start)
            _ = cursor.read(1)
            try rewrite(path, bytes)
            let symbols = cursor.read(30)
            #expect(symbols.allSatisfy { $0 >= 0 && $0 < Int32(vocabulary.count) })
          }
        }
      }
    }
  }
}
