import Foundation
import Testing

/// Texts that a classifier is not sure enough of.
@Suite("charlstm classify, none of these")
struct RejectionTests {
  private let charlstm: CommandLineSession
  private static let calibrate = "classify calibrate run/best.safetensors mixed.csv"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.trainClassifier()
    // Between the two classes, so that a threshold can part it from both; with labels that are wrong
    // of half of them.
    let rows = (0..<20).flatMap { ["high,zz y", "low,aa ab", $0 % 2 == 0 ? "high,za" : "low,za"] }
    try charlstm.put("label,text\n" + rows.joined(separator: "\n") + "\n", at: "mixed.csv")
  }

  private func withoutFigures(_ text: String) -> String {
    text.replacing(/(1 − )?[0-9]+\.[0-9]+(e-[0-9]+)?/, with: "#")
  }

  @Test func theThresholdIsFittedKeptAndUsed() throws {
    let outcome = try charlstm("\(Self.calibrate) --output sure.safetensors --reject 0")
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(
      withoutFigures(outcome.output) == """
        texts                 60
        temperature           #, before #
        nats per text         #, before #
        calibration error     #, before #
        unknown               below probability #
        answered              40 of 60, 0 of them wrong

        """)
    #expect(
      try withoutFigures(charlstm("info sure.safetensors").output).contains(
        "answers                 where a class has probability # or more, else unknown\n"))

    let predict = "classify predict sure.safetensors"
    let lines = try charlstm("\(predict) --input -", input: "zz y\nza\naa ab\n")
    #expect(withoutFigures(lines.output) == "high\t#\nunknown\t\nlow\t#\n" && lines.code == 0)
    let two = try withoutFigures(charlstm("\(predict) --top-k 2 za").output)
    #expect(["unknown\t\thigh\t#\n", "unknown\t\tlow\t#\n"].contains(two))
    let csv = try charlstm("\(predict) --output-format csv za")
    #expect(
      withoutFigures(csv.output)
        == "label,probability of high,probability of low\nunknown,#,#\n")
    let objects = try charlstm(
      "\(predict) --output-format json-lines --input -", input: "za\nzz y\n")
    #expect(objects.output.split(separator: "\n").count == 2)
    #expect(objects.output.contains(#""label":"unknown","rejected":true"#))
    #expect(objects.output.contains(#""label":"high","rejected":false"#))

    let evaluation = try charlstm("classify evaluate sure.safetensors mixed.csv")
    #expect(
      withoutFigures(evaluation.output).contains(
        """
        AURC                 #
        excess AURC          #
        answered                 40
        coverage             #
        accuracy of answers  #

        """))
    #expect(evaluation.output.contains("coverage             0.6667\n"))
    #expect(evaluation.output.contains("accuracy of answers  1.0000\n"))
    let report = try charlstm("classify evaluate sure.safetensors mixed.csv --json").output
    #expect(report.contains(#""answered":{"accuracy":1,"#))
    #expect(report.contains(#""area_under_risk_coverage_curve":"#))
  }

  @Test func theCommandLineMayDecideOtherwise() throws {
    _ = try charlstm("\(Self.calibrate) --output sure.safetensors --reject 0")
    let answered = try charlstm("classify predict sure.safetensors --no-reject za")
    let plain = try charlstm(
      "classify predict sure.safetensors --no-reject --output-format json-lines za")
    #expect(!answered.output.contains("unknown") && !plain.output.contains("rejected"))
    // A classifier without a threshold takes one, too.
    let strict = "classify predict run/best.safetensors --reject-below 0.999999"
    #expect(try charlstm("\(strict) za") == .init(code: 0, output: "unknown\t\n", error: ""))
    let all = try charlstm(
      "classify evaluate run/best.safetensors mixed.csv --reject-below 0.000001"
    ).output
    #expect(all.contains("coverage             1.0000\n"))
    #expect(
      try !charlstm("classify evaluate sure.safetensors mixed.csv --no-reject").output
        .contains("coverage"))
    for (options, error) in [
      ("--no-reject --reject-below 0.5", "--no-reject contradicts --reject-below"),
      ("--reject-below 0", "--reject-below must be above 0 and below 1, got 0.0"),
      ("--reject-below 1", "--reject-below must be above 0 and below 1, got 1.0"),
    ] {
      #expect(
        try charlstm("classify predict sure.safetensors za \(options)")
          == .init(code: 64, output: "", error: "Error: \(error)\n"))
    }
  }

  @Test func textsOfNoClass() throws {
    try charlstm.put("za\nza\n\nzb\n", at: "none.txt")
    let outcome = try charlstm(
      "\(Self.calibrate) --output sure.safetensors --reject 0 --unknown none.txt")
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(
      outcome.output.hasSuffix(
        """
        answered              40 of 60, 0 of them wrong
        of no class           0 of 3 answered

        """))
    let json = try charlstm(
      "\(Self.calibrate) --output /dev/null --reject 0 --unknown none.txt --json"
    ).output
    #expect(json.contains(#""answered":40,"answered_wrong":0,"#))
    #expect(json.hasSuffix(#""unknown_answered":0,"unknown_texts":3}"# + "\n"))
    try charlstm.put("", at: "empty.txt")
    for (options, code, error) in [
      ("--reject 0 --unknown no.txt", Int32(66), "no such file or folder: no.txt"),
      ("--reject 0 --unknown empty.txt", 65, "empty.txt: there are no texts in it; add some"),
      ("--unknown none.txt", 64, "--unknown goes with --reject"),
      ("--reject 1", 64, "--reject must be 0 to below 1, got 1.0"),
      ("--reject nan", 64, "--reject must be 0 to below 1, got nan"),
    ] {
      #expect(
        try charlstm("\(Self.calibrate) --output no.safetensors \(options)")
          == .init(code: code, output: "", error: "Error: \(error)\n"))
    }
    #expect(try !charlstm.names(in: "").contains("no.safetensors"))
  }

  @Test func whatCannotBeReachedIsSaidAndNothingWritten() throws {
    try charlstm.put("label,text\nhigh,za\nlow,za\nhigh,za\nlow,za\n", at: "odd.csv")
    #expect(
      try charlstm(
        "classify calibrate run/best.safetensors odd.csv --output no.safetensors --reject 0.2")
        == .init(
          code: 65, output: "",
          error:
            "Error: no threshold leaves at most a share of 0.2 of the answers wrong: at best 2 "
            + "of 4 are (texts: 4); allow more, or train a better classifier\n"))
    #expect(try !charlstm.names(in: "").contains("no.safetensors"))
  }

  /// It was for other probabilities.
  @Test func aNewTemperatureDropsTheThreshold() throws {
    _ = try charlstm("\(Self.calibrate) --output sure.safetensors --reject 0")
    let outcome = try charlstm(
      "classify calibrate sure.safetensors mixed.csv --output plain.safetensors")
    #expect(
      outcome.code == 0
        && outcome.error
          == "The threshold of sure.safetensors was for other probabilities: all texts are answered "
          + "now; --reject fits another.\n"
    )
    #expect(try !charlstm("info plain.safetensors").output.contains("unknown"))
  }

  @Test func aClassMayBeCalledUnknown() throws {
    try charlstm.trainClassifier(low: "unknown")
    let predict = "classify predict run/best.safetensors"
    #expect(try charlstm("\(predict) --no-reject", "aa ab").output.hasPrefix("unknown\t0."))
    #expect(
      try charlstm("\(predict) --reject-below 0.999999", "aa ab").output == "(unknown)\t\n")
    #expect(
      try charlstm(
        "\(predict) --reject-below 0.999999 --output-format json-lines", "aa ab"
      ).output.contains(#""label":"(unknown)","rejected":true"#))
  }

  @Test func trainingFitsIt() throws {
    let train =
      "classify train mixed.csv --output new --hidden-size 8 --embedding-size 4 --layers 1 "
      + "--epochs 8 --batch-size 8 --learning-rate 0.02 --precision float32 --threads 1 "
      + "--validation mixed.csv"
    let outcome = try charlstm("\(train) --reject 0.1")
    #expect(outcome.code == 0)
    let said = try #require(
      outcome.error.firstMatch(
        of:
          #/Texts are unknown below probability ([^;]+); answered 40 of 60, 0 of them wrong\n/#
      ))
    #expect(
      try charlstm("info new/best.safetensors").output.contains(
        "where a class has probability \(said.1) or more, else unknown\n"))
    // A finished run takes one, too, and one that is trained on keeps what it was asked for.
    let whole = try charlstm.bytes(of: "new/best.safetensors")
    #expect(
      try charlstm("\(train) --overwrite --quiet") == .init(code: 0, output: "", error: ""))
    #expect(try charlstm.bytes(of: "new/best.safetensors") != whole)
    #expect(
      try charlstm("classify train --output new --resume --reject 0.1 --quiet")
        == .init(code: 0, output: "", error: ""))
    #expect(try charlstm.bytes(of: "new/best.safetensors") == whole)
    _ = try charlstm("\(train) --reject 0.1 --overwrite --quiet")
    let extended = try charlstm("classify train --output new --resume --extend 1")
    #expect(extended.code == 0 && extended.error.contains("Texts are unknown below probability "))
  }

  @Test func trainingSaysWhatItCannotFit() throws {
    try charlstm.put("label,text\nhigh,za\nlow,za\nhigh,za\nlow,za\n", at: "odd.csv")
    let train =
      "classify train mixed.csv --output new --hidden-size 8 --embedding-size 4 --layers 1 "
      + "--max-steps 9 --batch-size 8 --learning-rate 0.02 --precision float32 --threads 1 "
    let outcome = try charlstm("\(train) --validation odd.csv --reject 0.2 --quiet")
    #expect(
      outcome
        == .init(
          code: 65, output: "",
          error:
            "Error: no threshold leaves at most a share of 0.2 of the answers wrong: at best 2 "
            + "of 4 are (texts: 4); allow more, or train a better classifier\n"))
    // The run is whole.
    #expect(try charlstm.names(in: "new").contains("report.html"))
    #expect(try !charlstm("info new/best.safetensors").output.contains("unknown"))
    for (options, error) in [
      ("--reject 1.5", "--reject must be 0 to below 1, got 1.5"),
      (
        "--validation-fraction 0 --reject 0.1",
        "--reject needs texts to validate on: they say how sure is sure enough"
      ),
    ] {
      #expect(
        try charlstm("\(train) --overwrite \(options)")
          == .init(code: 64, output: "", error: "Error: \(error)\n"))
    }
  }
}
