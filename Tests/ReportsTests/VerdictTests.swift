import FileTesting
import Testing

@testable import Reports

struct VerdictTests {
  /// The verdict on a run with so many equal distances of steps between validations; two training
  /// losses come before each.
  private func verdict(
    training: [Double], validation: [Double] = [], began: String = MetricsLines.began(of: 50),
    end: String? = nil
  ) throws -> Verdict {
    var lines = [began]
    for (index, loss) in training.enumerated() {
      lines.append(
        MetricsLines.step((index + 1) * 50, loss.isFinite ? "\(loss)" : "\"\(loss)\""))
    }
    for (index, loss) in validation.enumerated() {
      lines.append(
        MetricsLines.validation((index + 1) * 100, loss.isFinite ? "\(loss)" : "\"\(loss)\""))
    }
    return Verdict(on: try TemporaryFolder().run(lines + [end].compactMap(\.self)))
  }

  private let falling = (0..<12).map { 3 - 0.2 * Double($0) }

  @Test func improving() throws {
    let verdict = try verdict(training: falling, validation: [3, 2.6, 2.2, 1.8, 1.4, 1.2])
    #expect(verdict.kind == .improving)
    #expect(verdict.headline == "Still improving at the end")
    #expect(
      verdict.explanation == """
        The last 3 validations brought 45.5%. The last validation is the best, 1.2000 nats a \
        character; more steps would probably help. At the end there is a wide gap of 0.3000 nats, \
        33.3%, from training to validation loss (1.2000 against 0.9000 nats a character).
        """)
  }

  @Test func overfitting() throws {
    let verdict = try verdict(training: falling, validation: [2.6, 2, 1.5, 1.6, 1.7, 1.8])
    #expect(verdict.kind == .overfitting)
    #expect(verdict.headline == "Overfitting since step 300")
    #expect(
      verdict.explanation.hasPrefix(
        "None of the 3 validations since was better than 1.5000 nats a character, the last is 20.0% "
          + "worse, and the training loss went on falling: "))
  }

  /// Two validations without a better one are no trend, as `train` has it.
  @Test func twoWorseOnesAreNotOverfitting() throws {
    let verdict = try verdict(training: falling, validation: [2.6, 2.2, 2, 1.5, 1.6, 1.7])
    #expect(verdict.kind == .improving)
    #expect(verdict.explanation.contains("The best is step 400's, 1.5000"))
  }

  @Test func worseByTooLittleIsAPlateau() throws {
    let verdict = try verdict(
      training: falling, validation: [2.6, 2, 1.5, 1.505, 1.506, 1.507])
    #expect(verdict.kind == .plateau)
    #expect(verdict.headline == "Levelled off at 1.5000 nats a character")
  }

  /// Where the training loss did not fall either, nothing was learned by heart.
  @Test func worseWithoutBetterTrainingIsAPlateau() throws {
    let training = [3, 2.5, 2, 1.8, 1.7, 1.6] + [Double](repeating: 1.7, count: 6)
    let verdict = try verdict(training: training, validation: [2.6, 2, 1.5, 1.6, 1.7, 1.8])
    #expect(verdict.kind == .plateau)
  }

  @Test func lessThanAHalfPercentIsAPlateau() throws {
    let training = [Double](repeating: 1.5, count: 12)
    let verdict = try verdict(training: training, validation: [2, 1.6, 1.5, 1.499, 1.498, 1.497])
    #expect(verdict.kind == .plateau)
    #expect(
      verdict.explanation.hasPrefix("The last 3 validations brought 0.2%, less than 0.5%. "))
    let more = try self.verdict(training: training, validation: [2, 1.6, 1.5, 1.499, 1.498, 1.49])
    #expect(more.kind == .improving)
  }

  @Test func diverged() throws {
    let noNumber = try verdict(training: [3, 2, .nan, .nan], validation: [2, .nan])
    #expect(noNumber.kind == .diverged && !noNumber.explanation.contains("gap"))
    #expect(noNumber.headline == "The run diverged at step 150")
    let rising = try verdict(training: [3, 2, 1, 1, 2, 3, 3, 3, 3, 3], validation: [2, 1, 3])
    #expect(rising.headline == "The run diverged after step 150")
    #expect(rising.explanation.contains("as low as 1.0000 and ended at 3.0000"))
    // Small losses may double by chance.
    let small = try verdict(training: [3, 2, 1, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.03])
    #expect(small.kind == .unknown)
  }

  @Test func tooLittle() throws {
    #expect(try verdict(training: [3, 2]).headline == "Nothing was validated")
    let once = try verdict(training: [3, 2], validation: [2])
    #expect(once.headline == "Too early to tell")
    #expect(once.explanation.hasPrefix("The run was validated once; a trend takes 3 validations."))
    #expect(try !verdict(training: [], validation: [2]).explanation.contains("gap"))
    #expect(try verdict(training: []).headline == "No loss is known")
  }

  @Test(arguments: [
    (1.51, "next to no gap"), (1.6, "a small gap"), (1.8, "a clear gap"), (2, "a wide gap"),
    (1.505, "there is no gap from"), (1.495, "there is no gap from"),
    (1.4, "6.7% below the training loss"),
  ])
  func gaps(_ validation: Double, _ words: String) throws {
    let verdict = try verdict(
      training: [Double](repeating: 1.5, count: 2), validation: [validation])
    #expect(verdict.explanation.contains(words))
  }

  /// Of classifiers the most accurate model is kept, whatever its loss.
  @Test func classifiersAreKeptByAccuracy() throws {
    let run = try TemporaryFolder().run(
      [MetricsLines.began(classes: ["ham", "spam"])]
        + [0.5, 0.3, 0.35, 0.4, 0.45].enumerated().flatMap { index, loss in
          [
            MetricsLines.step((index + 1) * 10, "\(0.5 - 0.1 * Double(index))"),
            MetricsLines.classified(
              (index + 1) * 10, loss, accuracy: index == 3 ? 0.925 : 0.9, f1: [0.9, 0.9]),
          ]
        })
    let verdict = Verdict(on: run)
    #expect(verdict.headline == "Overfitting since step 20")
    #expect(verdict.explanation.contains("better than 0.3000 nats a text"))
    #expect(
      verdict.explanation.hasSuffix(
        " The model of step 40 is kept, which had the best accuracy, 92.5%."))
  }

  private func failed(_ step: Int, _ reason: String) -> String {
    #"{"event":"failed","step":\#(step),"reason":"\#(reason)"}"#
  }

  @Test func failed() throws {
    let verdict = try verdict(
      training: [3, 2, .nan], validation: [2], end: failed(1150, "the loss is not finite"))
    #expect(verdict.kind == .failed)
    #expect(verdict.headline == "Failed after step 1,150")
    #expect(
      verdict.explanation
        == "Training ended with an error: the loss is not finite. The model of step 100 is kept.")
    let early = try self.verdict(training: [], end: failed(0, "no memory."))
    #expect(early.headline == "Failed at the first step")
    #expect(early.explanation == "Training ended with an error: no memory.")
    // A run that went on.
    let run = try TemporaryFolder().run([
      MetricsLines.step(10, "2"), failed(10, "no memory"), MetricsLines.began(10),
      MetricsLines.step(20, "1"),
    ])
    #expect(Verdict(on: run).kind == .unknown)
  }

  @Test func worseThanABlindGuess() throws {
    let began = MetricsLines.began(of: 50, uniformLoss: 4)
    let validated = try verdict(training: [9, 8], validation: [7, 6, 5], began: began)
    #expect(validated.kind == .unlearned && validated.headline == "Learned nothing")
    #expect(
      validated.explanation.hasPrefix(
        "The best validation loss, 5.0000 nats a character, is above the 4.0000 of a blind guess."))
    #expect(try verdict(training: [9, 5], began: began).kind == .unlearned)
    #expect(try verdict(training: [9, 4.4], began: began).kind == .unknown)
    #expect(try verdict(training: [9, 8]).kind == .unknown)
    let going = MetricsLines.began(of: 500, uniformLoss: 4)
    #expect(try verdict(training: [9, 8], began: going).headline == "Learned nothing so far")
  }

  /// A classifier that is right may be very unsure.
  @Test(arguments: [(0.1, Verdict.Kind.unlearned), (0.9, .unknown)])
  func classifiersThatLearnedNothing(_ f1: Double, _ kind: Verdict.Kind) throws {
    let run = try TemporaryFolder().run([
      MetricsLines.began(classes: ["ham", "spam"], uniformLoss: 0.7), MetricsLines.step(10, "2"),
      MetricsLines.classified(10, 2, accuracy: 0.5, f1: [f1, f1]),
    ])
    #expect(Verdict(on: run).kind == kind)
  }

  @Test func fewLossesThatRise() throws {
    let rising = try verdict(training: [3, 2, 5, 7e9])
    #expect(rising.kind == .diverged)
    #expect(rising.headline == "The run diverged after step 100")
    #expect(rising.explanation.contains("risen from 3.0000 to 7e+09, more than twice as much"))
    #expect(try verdict(training: [3, 2, 5, 5.9]).kind == .unknown)
  }

  /// A run that patience has ended is at its end, though it was to have more steps.
  @Test func stoppedEarly() throws {
    let losses = [3, 2.6, 2.2, 2.3, 2.4, 2.5]
    let ended = try verdict(
      training: falling, validation: losses, began: MetricsLines.began(of: 126_000, patience: 3))
    #expect(ended.kind == .overfitting && ended.explanation.contains("At the end"))
    let going = try verdict(
      training: falling, validation: losses, began: MetricsLines.began(of: 126_000, patience: 4))
    #expect(going.explanation.contains("So far"))
  }

  @Test func goingOn() throws {
    let verdict = try verdict(
      training: falling, validation: [3, 2.6, 2.2, 1.8, 1.4, 1.2],
      began: MetricsLines.began(of: 126_000))
    #expect(verdict.headline == "Still improving after 600 of 126,000 steps")
    #expect(verdict.explanation.contains("the steps to come will probably help. So far there is"))
  }

  /// However large they are as shares.
  @Test func differencesOfLittleAreNone() throws {
    let training = (0..<12).map { 1e-5 / Double($0 + 1) }
    let worse = try verdict(training: training, validation: [2, 1, 1e-4, 2e-4, 3e-4, 1e-3])
    #expect(worse.kind == .plateau)
    #expect(worse.explanation.contains("there is no gap"))
    let better = try verdict(
      training: training, validation: [6e-4, 5e-4, 4e-4, 3e-4, 2e-4, 1e-4])
    #expect(better.kind == .plateau)
    #expect(better.explanation.hasPrefix("The last 3 validations brought less than 0.001 nats."))
    let wide = try verdict(training: training, validation: [1e-4])
    #expect(!wide.explanation.contains("%"))
  }

  @Test func bytesAreCounted() throws {
    let began = MetricsLines.began(of: 50, vocabulary: "bytes")
    let verdict = try verdict(training: falling, validation: [3, 2, 1.5], began: began)
    #expect(verdict.explanation.contains("1.5000 nats a byte"))
    let run = try TemporaryFolder().run([began, MetricsLines.validation(10, "2")])
    #expect(run.results.contains { $0.name == "bits per byte" })
  }
}
