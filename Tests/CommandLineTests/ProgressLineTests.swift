import TerminalTesting
import Testing

/// The line that is written over while a network is trained, on terminals of all widths.
@Suite("Progress on a terminal")
struct ProgressLineTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.put(String(repeating: "the cat sat on the mat\n", count: 400), at: "text.txt")
    try charlstm.put(
      "label,text\n" + String(repeating: "low,aa\nhigh,zz y\n", count: 40), at: "texts.csv")
  }

  /// The lines that were written over, of the step named.
  private func lines(
    _ arguments: String, columns: Int, step: String
  ) throws -> [Substring] {
    let path = charlstm.folder.path
    let terminal = try PseudoTerminal(
      spawning: CommandLineSession.executable.path,
      arguments: arguments.replacing("@", with: path).split(separator: " ").map(String.init),
      environment: ["TERM": "xterm", "LANG": "C.UTF-8"], columns: columns)
    return try terminal.wait(for: "To ").split(separator: "\r\u{1B}[K")
      .filter { $0.contains(step) && $0.contains(" left") }
  }

  private let training =
    "train @/text.txt --output @/run --hidden-size 8 --max-steps 20 --validate-every 10 "
    + "--batch-size 4 --sequence-length 16 --sample-every 0"

  /// Without digits, which depend on the CPU.
  private func shape(_ line: Substring) -> String {
    String(line).replacing(/[0-9][0-9,.:]*/, with: "#")
  }

  @Test(
    arguments: [
      (60, ["step #/#  loss # nats  best #  # left"]),
      // The rate, if it is so low that it has room, or else bits.
      (
        80,
        [
          "epoch #  step #/#  loss # nats  # bits  best #  # left",
          "epoch #  step #/#  loss # nats  best #  # characters/s  # left",
        ]
      ),
      (
        120,
        ["epoch #  step #/#  loss # nats  # bits  validation #  best #  # characters/s  # left"]
      ),
    ])
  func theTimeLeftStaysLongest(_ columns: Int, _ expected: [String]) throws {
    let last = try #require(try lines(training, columns: columns, step: "step 20/20").last)
    #expect(last.count < columns)
    #expect(expected.contains { shape(last).hasPrefix($0) })
  }

  @Test func aClassifierSaysTheTimeLeft() throws {
    let last = try #require(
      try lines(
        "classify train @/texts.csv --output @/run --hidden-size 8 --embedding-size 4 --layers 1 "
          + "--epochs 2 --batch-size 8", columns: 100, step: "step "
      ).last)
    #expect(last.count < 100)
    #expect(
      shape(last).hasPrefix("epoch #  step #/#  loss # nats") && shape(last).hasSuffix("# left"))
  }

  @Test func aLongEvaluationSaysTheTimeLeft() throws {
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(String(repeating: "the cat sat on the mat\n", count: 20_000), at: "long.txt")
    let path = charlstm.folder.path
    let terminal = try PseudoTerminal(
      spawning: CommandLineSession.executable.path,
      arguments: [
        "evaluate", path + "/tiny.safetensors", path + "/long.txt", "--dynamic-evaluation",
      ],
      environment: ["TERM": "xterm", "LANG": "C.UTF-8"])
    let shown = try terminal.wait(for: " left").split(separator: "\r\u{1B}[K")
    #expect(shape(try #require(shown.last)) == "# of # characters read  # left")
  }
}
