import Foundation
import Testing

/// What a run says at its end: how to go on where there was nothing to do, and that it failed.
@Suite("How runs end")
struct RunEndTests {
  private let charlstm: CommandLineSession
  private static let small =
    "train text.txt --output run --layers 1 --hidden-size 8 --batch-size 4 --sample-every 0"

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(
      String(repeating: "The king is dead, long live the king.\n", count: 40), at: "text.txt")
  }

  @Test func aFinishedRunSaysHowToGoOn() throws {
    let resume = "train text.txt --output run --resume --sample-every 0"
    #expect(try charlstm("\(Self.small) --max-steps 3 --quiet").code == 0)
    let bySteps = try charlstm(resume)
    #expect(bySteps.code == 0)
    #expect(
      bySteps.error.hasSuffix(
        """
        The run had come to its end before, at step 3. To train on:
          charlstm train text.txt --output run --resume --max-steps 6

        """))
    #expect(try charlstm("\(resume) --quiet") == .init(code: 0, output: "", error: ""))
    let further = try charlstm("\(resume) --max-steps 6")
    #expect(further.code == 0 && !further.error.contains("had come to its end"))

    #expect(try charlstm("\(Self.small) --epochs 1 --overwrite --quiet").code == 0)
    let byEpochs = try charlstm(resume)
    #expect(
      byEpochs.error.hasSuffix(
        "To train on:\n  charlstm train text.txt --output run --resume --extend 10\n"))
    let extended = try charlstm("\(resume) --extend 1")
    #expect(extended.code == 0 && !extended.error.contains("had come to its end"))
  }

  /// By epochs, though there is a limit of steps too, which is so far away that twice as many are no
  /// number any more.
  @Test func aRunOfEpochsAndStepsSaysHowToGoOn() throws {
    let steps = "--max-steps 9223372036854775807"
    #expect(try charlstm("\(Self.small) --epochs 1 \(steps) --quiet").code == 0)
    let more = "train text.txt --output run --resume --extend 10 \(steps)"
    let outcome = try charlstm("train text.txt --output run --resume --sample-every 0")
    #expect(outcome.code == 0 && outcome.error.hasSuffix("To train on:\n  charlstm \(more)\n"))
    let further = try charlstm("\(more) --sample-every 0 --quiet")
    #expect(further == .init(code: 0, output: "", error: ""))
  }

  @Test func aRunThatLearntNothingHasFailed() throws {
    let outcome = try charlstm("\(Self.small) --max-steps 40 --learning-rate 30 --clip-norm 1")
    #expect(outcome.code == 65)
    let message = try #require(
      outcome.error.firstMatch(
        of:
          #/Error: the run has failed: its best model has ([0-9.]+) nats, a uniform guess ([0-9.]+); train again with another --learning-rate than 30\n$/#
      ))
    let (loss, uniform) = (try #require(Double(message.1)), try #require(Double(message.2)))
    #expect(loss > uniform + 0.5)
    #expect(try charlstm.names(in: "run").contains("best.safetensors"))
    // Steps that hardly learn are no failure, nor is a loss near that of a guess.
    #expect(
      try charlstm("\(Self.small) --max-steps 1 --learning-rate 1e-9 --overwrite -q").code == 0)
    #expect(try charlstm("\(Self.small) --max-steps 40 --overwrite -q").code == 0)
  }

  @Test func allOfATextIsTrainedOn() throws {
    let outcome = try charlstm("\(Self.small) --max-steps 3 --validation-fraction 0")
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("1,520 characters to train on, 0 to validate on; a blind guess"))
    #expect(
      outcome.error.contains(
        """
        No part of the text is kept to validate on: the latest model counts as the best, and nothing \
        shows when it begins to learn the text by heart.

        """))
  }
}
