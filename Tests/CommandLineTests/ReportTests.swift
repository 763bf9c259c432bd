import Foundation
import Testing

@Suite("Report")
struct ReportTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try putRun(
      "run",
      [
        #"{"event":"began","step":0,"command":"charlstm train a.txt --output run","total_steps":40}"#,
        step(10, 4), step(20, 3), validation(20, 3.5), step(30, 2.5), step(40, 2.25),
        validation(40, 2.5),
        #"{"event":"sample","step":40,"text":"He said, \"No.\""}"#,
        #"{"event":"step","st"#,
      ])
  }

  private func putRun(_ name: String, _ lines: [String]) throws {
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: name), withIntermediateDirectories: true)
    try charlstm.put(lines.joined(separator: "\n") + "\n", at: "\(name)/metrics.jsonl")
  }

  private func step(_ step: Int, _ loss: Double) -> String {
    #"{"characters":\#(step * 128),"characters_per_second":1280,"elapsed_seconds":\#(step).5,"#
      + #""epoch":1,"event":"step","gradient_norm":0.25,"learning_rate":0.002,"step":\#(step),"#
      + #""train_loss":\#(loss)}"#
  }

  private func validation(_ step: Int, _ loss: Double) -> String {
    #"{"epoch":1,"event":"validation","step":\#(step),"validation_loss":\#(loss)}"#
  }

  @Test func csv() throws {
    #expect(
      try charlstm("report run --csv")
        == .init(
          code: 0,
          output: #"""
            run,event,epoch,step,characters,elapsed_seconds,train_loss,validation_loss,\#
            learning_rate,gradient_norm,characters_per_second,command,text,total_steps
            run,began,,0,,,,,,,,charlstm train a.txt --output run,,40
            run,step,1,10,1280,10.5,4,,0.002,0.25,1280,,,
            run,step,1,20,2560,20.5,3,,0.002,0.25,1280,,,
            run,validation,1,20,,,,3.5,,,,,,
            run,step,1,30,3840,30.5,2.5,,0.002,0.25,1280,,,
            run,step,1,40,5120,40.5,2.25,,0.002,0.25,1280,,,
            run,validation,1,40,,,,2.5,,,,,,
            run,sample,,40,,,,,,,,,"He said, ""No.""",

            """#, error: ""))
  }

  @Test func terminal() throws {
    #expect(
      try charlstm("report run --terminal")
        == .init(
          code: 0,
          output: """
            run: Too early to tell

            The run was validated twice; a trend takes 3 validations. At the end there is a
            small gap of 0.1250 nats, 5.3%, from training to validation loss (2.5000 against
            2.3750 nats a character).

            training loss, o validation loss, nats
                 4 ┤⠑⠤⡀
                   │  ⠈⠒⢄
                   │     ⠉⠢⣀
                   │        ⠑⠤⡀
                   │          ⠈⠒⢄           o
                   │             ⠉⠢⣀
                   │                ⠑⠤⡀
                   │                  ⠈⠒⢄
                   │                     ⠉⠢⣀
                   │                        ⠉⠒⠤⢄⣀
                   │                             ⠉⠒⠢⢄⣀
                   │                                  ⠉⠑⠢⠤⣀⡀
                   │                                       ⠈⠑⠒⠤⣀⡀
                   │                                            ⠈⠉⠒⠤⠤⣀⣀⡀                   o
                   │                                                   ⠈⠉⠉⠑⠒⠒⠤⠤⢄⣀⣀⡀
            2.2500 ┤                                                              ⠈⠉⠉⠒⠒⠢⠤⠤⢄⣀
                   └────────────────────────────────────────────────────────────────────────
                    10                                                              40 steps

            best validation loss  2.5000
            bits per character    3.6067
            best at step          40
            last training loss    2.2500
            steps                 40 of 40
            characters read       5,120
            time                  40.5 s
            characters a second   1,280

            """, error: ""))
  }

  @Test func severalRunsOnATerminal() throws {
    try putRun("other", [step(10, 4)])
    let output = try charlstm("report run other --terminal").output
    #expect(output.hasPrefix("run: Too early to tell\n"))
    #expect(output.contains("\n\nother: Nothing was validated\n"))
  }

  @Test func page() throws {
    let before = try charlstm.names(in: "run")
    let made = try charlstm("report run --output report.html")
    #expect(made == .init(code: 0, output: "", error: ""))
    let page = try charlstm.text(of: "report.html")
    #expect(page.hasPrefix("<!doctype html>\n"))
    #expect(page.contains("<title>Training report: run</title>"))
    #expect(page.contains(#""train_loss":[4,3,2.5,2.25]"#))
    // The run is read only, and the same run gives the same page.
    #expect(try charlstm.names(in: "run") == before)
    #expect(try charlstm("report run -o again.html").code == 0)
    #expect(try charlstm.text(of: "again.html") == page)
    let streamed = try charlstm("report run --output /dev/stdout")
    #expect(streamed == .init(code: 0, output: page, error: ""))
  }

  private func expect(_ line: String, fails code: Int32, saying message: String) throws {
    let before = try charlstm.names()
    #expect(
      try charlstm(line) == .init(code: code, output: "", error: "Error: \(message)\n"), "\(line)")
    #expect(try charlstm.names() == before)
  }

  @Test func mistakes() throws {
    try expect(
      "report run", fails: 64,
      saying:
        "nothing says how to show the run: give --output report.html for a page, --terminal or "
        + "--csv")
    try expect(
      "report run --csv --terminal", fails: 64,
      saying: "--terminal and --csv both write to standard output; give one of them")
    try expect(
      "report none --csv", fails: 66, saying: "there is no run folder none; check the path")
    try charlstm.put("", at: "model.safetensors")
    try expect(
      "report run model.safetensors --output a.html", fails: 66,
      saying: "model.safetensors is a file; give the run folder, which has best.safetensors and "
        + "metrics.jsonl")
    try FileManager.default.createDirectory(
      at: charlstm.folder.appending(path: "notes"), withIntermediateDirectories: true)
    try expect(
      "report notes --output a.html", fails: 66,
      saying: "notes is not a run folder: it has no metrics.jsonl; give the folder that a training "
        + "run made")
    try putRun("new", [])
    try charlstm.put("", at: "new/metrics.jsonl")
    try expect(
      "report new --terminal", fails: 65,
      saying: "new/metrics.jsonl has no lines yet: the run has only begun; try again when it has "
        + "taken some steps")
    try putRun("broken", ["step 1 loss 2", "step 2 loss 1"])
    try expect(
      "report broken --csv", fails: 65,
      saying: "broken/metrics.jsonl, line 1: not an object of JSON, and no other line is one; give "
        + "the folder of a training run")
  }

  @Test(arguments: [
    "report run", "inspect model.safetensors text.txt", "classify explain model.safetensors a",
  ])
  func aPageIsNotWrittenToAFileNamedMinus(_ command: String) throws {
    try expect(
      "\(command) --output -", fails: 64,
      saying: "--output takes the name of a file, such as page.html, got -; standard output is "
        + "/dev/stdout")
  }

  @Test func whereThePageHasNoPlace() throws {
    try charlstm.put("mine", at: "report.html")
    try expect(
      "report run --output report.html", fails: 73,
      saying: "there is a file report.html already, which was kept; give another name, or replace "
        + "it with --overwrite")
    #expect(try charlstm.text(of: "report.html") == "mine")
    try expect(
      "report run --output none/report.html", fails: 73,
      saying: "cannot create none/report.html: No such file or directory; check that its folder "
        + "exists and can be written to")
    #expect(try charlstm("report run --output run").code == 74)
    #expect(try charlstm("report run --output report.html --overwrite").code == 0)
    #expect(try charlstm.text(of: "report.html").hasPrefix("<!doctype html>"))
  }
}
