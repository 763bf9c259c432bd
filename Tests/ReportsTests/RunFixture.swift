import FileTesting
import Foundation
import PageTesting
import Testing

@testable import Reports

/// Lines of metrics as runs write them.
enum MetricsLines {
  static func began(
    _ step: Int = 0, of steps: Int = 400, classes: [String]? = nil,
    command: String = "charlstm train book.txt", vocabulary: String? = nil,
    uniformLoss: Double? = nil, patience: Int? = nil
  ) -> String {
    let more =
      (classes.map { #","classes":["# + $0.map { "\"\($0)\"" }.joined(separator: ",") + "]" } ?? "")
      + (vocabulary.map { #","vocabulary":"\#($0)""# } ?? "")
      + (patience.map { #","patience":\#($0)"# } ?? "")
      + (uniformLoss.map { #","uniform_loss":\#($0)"# } ?? "")
    return #"{"event":"began","step":\#(step),"command":"\#(command)","machine":"a CPU","seed":7,"#
      + #""cell":"lstm","layers":2,"hidden_size":512,"parameters":3500000,"total_steps":\#(steps)\#(more)}"#
  }

  static func step(_ step: Int, _ loss: String) -> String {
    #"{"characters":\#(step * 100),"characters_per_second":50,"elapsed_seconds":\#(step * 2),"#
      + #""epoch":1,"event":"step","gradient_norm":0.5,"learning_rate":0.002,"step":\#(step),"#
      + #""train_loss":\#(loss)}"#
  }

  static func validation(_ step: Int, _ loss: String) -> String {
    #"{"epoch":1,"event":"validation","step":\#(step),"validation_loss":\#(loss)}"#
  }

  static func classified(_ step: Int, _ loss: Double, accuracy: Double, f1: [Double]) -> String {
    let list = f1.map { "\($0)" }.joined(separator: ",")
    return #"{"accuracy":\#(accuracy),"class_f1":[\#(list)],"epoch":1,"event":"validation","#
      + #""macro_f1":\#(f1[0]),"step":\#(step),"validation_loss":\#(loss)}"#
  }

  static func sample(_ step: Int, _ text: String) -> String {
    #"{"event":"sample","step":\#(step),"text":"\#(text)"}"#
  }

  /// A run that gets better for a while, with two samples.
  static let language =
    [began()] + (1...20).map { step($0 * 20, "\(1 + 3.0 / Double($0))") }
    + (1...5).map { validation($0 * 80, "\(1.25 + 1 / Double($0))") }
    + [sample(200, "He is"), sample(400, #"A king.\nHe was </script>"#)]
}

extension TemporaryFolder {
  /// Writes the metrics of a run, and reads its folder.
  func run(_ lines: [String], named name: String = "run") throws -> RunRecord {
    try write(lines.map { $0 + "\n" }.joined(), to: "\(name)/metrics.jsonl")
    return try RunRecord(folder: file(name))
  }
}

/// What a script in the page returns; nothing may have gone wrong.
func resultOf<Value: Decodable>(
  _ page: [UInt8], _ type: Value.Type, width: Int = 1200, _ script: String
) throws -> Value {
  let outcome = try HeadlessBrowser(width: width).open(page, then: script)
  #expect(outcome.console == [])
  return try JSONDecoder().decode(type, from: outcome.result)
}
