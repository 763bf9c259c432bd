import Foundation
import Testing

@Suite("charlstm novelty")
struct NoveltyTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put("Duke:\nWhere is my \"crown\"?\n", at: "sample.txt")
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "plays"), withIntermediateDirectories: true)
    try charlstm.put("Fool:\nI know not.\n", at: "plays/1.txt")
    try charlstm.put("Fool:\nNo.\n\nDuke:\nWhere is my \"ring\"?\n", at: "plays/2.txt")
  }

  @Test func table() throws {
    #expect(
      try charlstm("novelty sample.txt --corpus plays")
        == .init(
          code: 0,
          output: #"""
            characters 27

                  n     n-grams      copied     share
                  5          23          15    65.22%
                 10          18          10    55.56%
                 15          13           5    38.46%
                 20           8           0     0.00%
                 30           0           0         -
                 40           0           0         -
                 50           0           0         -

            longest copied passage: 19 characters
            in the sample: sample.txt, line 1
            in the corpus: plays/2.txt, line 4
            "Duke:\nWhere is my \""

            """#, error: ""))
  }

  @Test func nothingInCommon() throws {
    #expect(
      try charlstm("novelty - --n 1 --corpus plays/1.txt", input: "xyz")
        == .init(
          code: 0,
          output: """
            characters 3

                  n     n-grams      copied     share
                  1           3           0     0.00%

            the sample and the corpus have not one character in common

            """, error: ""))
  }

  @Test func json() throws {
    #expect(
      try charlstm("novelty sample.txt --corpus plays/1.txt plays/2.txt --n 5 100 --json")
        == .init(
          code: 0,
          output: #"""
            {"characters":27,"longest_copied":{"characters":19,"corpus_file":"plays/2.txt",\#
            "corpus_line":4,"sample_file":"sample.txt","sample_line":1,\#
            "text":"Duke:\nWhere is my \""},"n_grams":[{"copied":15,"count":23,"n":5,\#
            "share":0.6521739130434783},{"copied":0,"count":0,"n":100}]}

            """#, error: ""))
  }

  /// A passage of any length is shown whole in JSON, and as far as it helps to people.
  @Test func aLongPassage() throws {
    let text = (0..<300).map { "line \($0) of a text\n" }.joined()
    try charlstm.put(text, at: "copy.txt")
    try charlstm.put("some\n" + text, at: "corpus.txt")
    let shown = try charlstm("novelty copy.txt --corpus corpus.txt --n 50").output
    #expect(shown.contains("in the corpus: corpus.txt, line 2\n\"line 0 of a text\\nline 1 of"))
    #expect(shown.hasSuffix("\"…\n") && shown.count < 800)
    let record = try charlstm("novelty copy.txt --corpus corpus.txt --json").output
    let object = try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any]
    let longest = try #require(object?["longest_copied"] as? [String: Any])
    #expect(longest["text"] as? String == text)
  }
}
