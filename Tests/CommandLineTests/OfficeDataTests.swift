import Foundation
import Testing

/// Labelled texts as people have them: CSV of spreadsheets, labels with slips.
@Suite("charlstm classify on files of offices")
struct OfficeDataTests {
  private let charlstm: CommandLineSession
  private static let options =
    " --hidden-size 4 --embedding-size 4 --layers 1 --epochs 1 --precision float32 --threads 1"

  init() throws {
    charlstm = try CommandLineSession()
  }

  /// What training says before it counts parameters.
  private func listing(_ data: String, _ options: String = "") throws -> [String] {
    let outcome = try charlstm(
      "classify train \(data) --output run --overwrite" + Self.options + options)
    #expect(outcome.code == 0 && outcome.output == "", "\(outcome.error)")
    return outcome.error.split(separator: "\n").map(String.init)
      .prefix { !$0.hasPrefix("Preset ") }.map { $0 }
  }

  @Test func semicolons() throws {
    try charlstm.put("label;text\npos;1,5 stars\nneg;bad\npos;good\nneg;0,5\n", at: "s.csv")
    let found =
      "s.csv: fields are separated by \";\", as its header shows; --separator names another."
    #expect(try listing("s.csv") == [found, "classes: \"neg\" 2, \"pos\" 2"])
    let quiet = try charlstm("classify train s.csv --output run --overwrite --quiet" + Self.options)
    #expect(quiet == .init(code: 0, output: "", error: ""))
    let model = "classify evaluate run/best.safetensors s.csv --json"
    let evaluation = try charlstm(model)
    #expect(evaluation.code == 0 && evaluation.error == found + "\n")
    let named = try charlstm(model, "--separator", ";")
    #expect(named == .init(code: 0, output: evaluation.output, error: ""))

    try charlstm.put("sep=;\ntext;id\n1,5 stars;7\n", at: "unlabelled.csv")
    let prediction = try charlstm("classify predict run/best.safetensors --input unlabelled.csv")
    #expect(prediction.code == 0 && prediction.output.split(separator: "\n").count == 1)
    #expect(
      prediction.error
        == "unlabelled.csv: fields are separated by \";\", as its first line says; --separator names "
        + "another.\n")
    // Standard input is lines, unless an option of rows is given.
    let piped = try charlstm(
      "classify predict run/best.safetensors --input - --separator tab --no-header",
      input: "1,5 stars\n")
    #expect(piped == .init(code: 0, output: prediction.output, error: ""))
  }

  @Test func withoutHeader() throws {
    try charlstm.put("pos\tgood\nneg\tbad\npos\tfine\nneg\tpoor\n", at: "t.csv")
    #expect(
      try listing("t.csv", " --no-header")
        == [
          "t.csv: fields are separated by a tab, as its first rows show; --separator names another.",
          "classes: \"neg\" 2, \"pos\" 2",
        ])
    #expect(
      try listing("t.csv", " --no-header --separator tab --label-column 1 --text-column 2")
        == ["classes: \"neg\" 2, \"pos\" 2"])
  }

  private func expect(
    _ line: String, _ more: [String] = [], fails code: Int32, saying message: String
  ) throws {
    let arguments = (line + " --output run" + Self.options).split(separator: " ").map(String.init)
    let outcome = try charlstm.start(arguments + more).finish(within: 60)
    #expect(outcome == .init(code: code, output: "", error: "Error: \(message)\n"))
    #expect(try !charlstm.names().contains("run"))
  }

  @Test func whatCannotBeTold() throws {
    try charlstm.put("pos;1,5\nneg;2,5\n", at: "a.csv")
    try expect(
      "classify train a.csv --no-header", fails: 65,
      saying: "a.csv: what separates fields cannot be told from the first 2 rows: \",\" gives 2 "
        + "fields a row, \";\" gives 2 fields a row; name it with --separator")
    try expect(
      "classify train a.csv", fails: 65,
      saying: "a.csv: what separates fields cannot be told from the header: \",\" gives 2 fields a "
        + "row, \";\" gives 2 fields a row; name it with --separator")
    try expect(
      "classify train a.csv", ["--separator", ";"], fails: 65,
      saying: "a.csv: there is no column \"text\" among \"pos\", \"1,5\"; name the texts' with "
        + "--text-column, or give --no-header if these are no names")
    try expect(
      "classify train a.csv --separator ab", fails: 64,
      saying: "--separator must be tab or one ASCII character other than a double quote, got 'ab'")
    try charlstm.put("__label__a,__label__b x\n", at: "glued.txt")
    try expect(
      "classify train glued.txt", fails: 65,
      saying: "glued.txt row 1 (line 1): it has several labels; leave one")
  }

  @Test func doubtfulClasses() throws {
    try charlstm.put(
      String(repeating: "__label__good x\n__label__bad y\n", count: 10)
        + "__label__good, x\n__label__good, x\n__label__baad y\n__label__x|y z\n", at: "a.txt")
    #expect(
      try listing("a.txt")
        == [
          "classes: \"bad\" 10, \"good\" 10, \"good,\" 2, \"baad\" 1, \"x|y\" 1",
          "Warning: the class \"good,\" (2 texts) may be \"good\" (10 texts) in another spelling; use "
            + "one for both",
          "Warning: the class \"baad\" (1 text) may be \"bad\" (10 texts) in another spelling; use one "
            + "for both",
          "Warning: 2 classes have one text, which cannot both train and validate: \"baad\", \"x|y\"",
        ])
    try charlstm.put("label,text\na,x\na,y\nb,x\n", at: "single.csv")
    #expect(
      try listing("single.csv")
        == [
          "classes: \"a\" 2, \"b\" 1",
          "Warning: a class has one text, which cannot both train and validate: \"b\"",
        ])
    // What there is much of is cut short, but every kind of it is told.
    let names = (1...7).map { "name\($0)x" }
    try charlstm.put(
      "label,text\n" + names.map { "\($0),x\n\($0),y\n\($0.uppercased()),x\n" }.joined(),
      at: "slips.csv")
    let slips = try listing("slips.csv")
    #expect(slips.count == 8 && slips[1].hasPrefix("Warning: the class \"NAME1X\" (1 text) may be"))
    #expect(slips[6] == "Warning: 2 more classes may be misspelt.")
    #expect(slips[7].hasPrefix("Warning: 7 classes have one text, "))
    try charlstm.put(
      "label,text\n" + (1...30).map { "c\($0),x\nc\($0),y\n" }.joined()
        + "\"c1,c2\",x\n\"c1,c2\",y\n",
      at: "many.csv")
    #expect(
      try listing("many.csv")
        == [
          "classes: "
            + (["c1", "c1,c2"] + (10...19).map { "c\($0)" } + ["c2"] + (20...26).map { "c\($0)" })
            .map { "\"\($0)\" 2" }
            .joined(separator: ", ") + " and 11 more",
          "Warning: the class \"c1,c2\" (2 texts) joins \"c1\" and \"c2\"; a text has one label",
        ])
  }

  /// Runs a line of the shell, which can give bytes that are no UTF-8.
  private func shell(_ line: String) throws -> CommandLineSession.Outcome {
    try charlstm.start(["-c", line], program: URL(filePath: "/bin/sh")).finish(within: 60)
  }

  @Test func namesThatAreNoUTF8() throws {
    let made = try shell(
      "mkdir films && cd films && echo a >b.txt && echo a >>b.txt && "
        + #"for name in 'caf\351' 'caf\350'; do printf 'un\ndeux\n' >"$(printf "$name").txt"; done"#
    )
    #expect(made == .init(code: 0, output: "", error: ""))
    #expect(try listing("films") == [#"classes: "b" 2, "caf\xE8" 2, "caf\xE9" 2"#])
    let model = "run/best.safetensors"
    #expect(try charlstm("classify evaluate \(model) films").code == 0)

    #expect(try charlstm.names() == ["films", "run"])
  }
}
