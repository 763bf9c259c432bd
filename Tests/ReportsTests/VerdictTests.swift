import FileTesting
import Testing

@testable import Reports

struct VerdictTests {
  /// The verdict on a run with so many equal distances of steps between validations; two training
  /// losses come before each.
  private func verdict(training: [Double], validation: [Double] = []) throws -> Verdict {
    var lines: [String] = []
    for (index, loss) in training.enumerated() {
      lines.append(
        MetricsLines.step((index + 1) * 50, loss.isFinite ? "\(loss)" : "\"\(loss)\""))
    }
    for (index, loss) in validation.enumerated() {
      lines.append(
        MetricsLines.validation((index + 1) * 100, loss.isFinite ? "\(loss)" : "\"\(loss)\""))
    }
    return Verdict(on: try TemporaryFolder().run(lines))
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
    #expect(noNumber.kind == .diverged && noNumber.gap == nil)
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
    #expect(try verdict(training: [], validation: [2]).gap == nil)
  }

  @Test(arguments: [
    (1.51, "next to no gap"), (1.6, "a small gap"), (1.8, "a clear gap"), (2, "a wide gap"),
    (1.4, "6.7% below the training loss"),
  ])
  func gaps(_ validation: Double, _ words: String) throws {
    let verdict = try verdict(
      training: [Double](repeating: 1.5, count: 2), validation: [validation])
    #expect(verdict.explanation.contains(words))
    #expect(abs((verdict.gap ?? 0) - (validation - 1.5)) < 1e-12)
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
}
