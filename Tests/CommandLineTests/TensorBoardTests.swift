import Foundation
import Testing

/// Events for TensorBoard beside a run.
@Suite("charlstm train --tensorboard")
struct TensorBoardTests {
  private let charlstm: CommandLineSession
  private static let small =
    "train text.txt --output run --layers 1 --hidden-size 8 --batch-size 4 --sample-every 0 "
    + "--threads 1 --quiet"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(
      String(repeating: "The king is dead, long live the king.\n", count: 40), at: "text.txt")
  }

  /// A resumed run goes on in the folder that it knows, in a file of its own.
  @Test func aResumedRunGoesOnThere() throws {
    let begun = try charlstm("\(Self.small) --tensorboard logs --max-steps 3")
    #expect(begun == .init(code: 0, output: "", error: ""))
    let first = try charlstm.names(in: "logs")
    #expect(first.count == 1 && first[0].hasPrefix("events.out.tfevents."))
    let bytes = try charlstm.bytes(of: "logs/\(first[0])")
    let resumed = try charlstm("train --output run --resume --max-steps 6 --quiet")
    #expect(resumed == .init(code: 0, output: "", error: ""))
    let both = try charlstm.names(in: "logs")
    #expect(both.count == 2 && both.contains(first[0]))
    #expect(try charlstm.bytes(of: "logs/\(first[0])") == bytes)
  }

  @Test func eventsOfTwoRunsAreNotMixed() throws {
    #expect(try charlstm("\(Self.small) --tensorboard logs --max-steps 3").code == 0)
    let other = Self.small.replacing("--output run", with: "--output other")
    #expect(
      try charlstm("\(other) --tensorboard logs --max-steps 3")
        == .init(
          code: 73, output: "",
          error: "Error: there are events of another run in logs already; give another folder, or "
            + "with --overwrite TensorBoard shows this run in its place\n"))
    #expect(try charlstm.names() == ["logs", "run", "text.txt"])
    #expect(try charlstm("\(other) --tensorboard logs --max-steps 3 --overwrite").code == 0)
  }

  /// A folder that cannot be made ends the run with the reason, before it has taken a step.
  @Test func aFolderThatCannotBe() throws {
    #expect(
      try charlstm("\(Self.small) --tensorboard text.txt/logs --max-steps 3")
        == .init(
          code: 73, output: "",
          error: "Error: cannot create text.txt: File exists; check that its folder exists and can "
            + "be written to\n"))
    #expect(try charlstm("train --output run --resume --quiet").code != 0)
  }
}
