import FileTesting
import Testing

@testable import Reports

struct MetricsTableTests {
  @Test func aRowForEachLineAndAColumnForEachKey() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      #"{"event":"step","step":5,"train_loss":2.5}"# + "\n", to: "run/teacher-1/metrics.jsonl")
    let run = try folder.run([
      #"{"event":"began","step":0,"command":"train \"a, b\"","new":{"b":[1,null],"a":true}}"#,
      #"{"event":"step","step":10,"train_loss":1.348291039466858,"learning_rate":1e-05}"#,
      #"{"event":"step","step":20,"train_loss":"nan","learning_rate":0.002}"#,
      #"{"event":"validation","step":20,"class_f1":[0.9,0.5],"is_best":true,"accuracy":null}"#,
    ])
    #expect(
      csv(of: [run]) == #"""
        run,event,step,train_loss,accuracy,class_f1,is_best,learning_rate,command,new
        run,began,0,,,,,,"train ""a, b""","{""a"":true,""b"":[1,null]}"
        run,step,10,1.348291039466858,,,,1e-05,,
        run,step,20,nan,,,,0.002,,
        run,validation,20,,,"[0.9,0.5]",true,,,
        run/teacher-1,step,5,2.5,,,,,,

        """#)
  }

  /// What is one line in the file is one in the table.
  @Test func textsStayOnALine() throws {
    let run = try TemporaryFolder().run([
      MetricsLines.sample(10, #"a, \"b\"\n\tc"#), MetricsLines.sample(20, "plain"),
    ])
    #expect(
      csv(of: [run]) == #"""
        run,event,step,text
        run,sample,10,"""a, \""b\""\n\tc"""
        run,sample,20,plain

        """#)
  }

  @Test func runsOfTheSameNameAreToldApart() throws {
    let folder = try TemporaryFolder()
    let runs = try ["a/run", "b/run", "c\u{1B}/run"].map {
      try folder.run([#"{"event":"step","step":5}"#], named: $0)
    }
    #expect(
      csv(of: runs) == """
        run,event,step
        \(folder.file("a/run")),step,5
        \(folder.file("b/run")),step,5
        \(folder.file("c\\u{1B}/run")),step,5

        """)
    #expect(csv(of: [runs[0], runs[0]]).contains("\n\(folder.file("a/run")) (2),step,5"))
    #expect(csv(of: [runs[0]]).contains("\nrun,step,5"))
    let page = String(decoding: reportPage(of: runs.map { RunReport(run: $0) }), as: UTF8.self)
    #expect(!page.contains("\u{1B}") && !page.contains("\\u001b"))
  }
}
