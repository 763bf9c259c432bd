import CPU
import ArgumentParser
import Checkpoints
import Foundation
import Recurrent
import TerminalText

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast this machine trains and writes.",
    discussion: """
      Trains on random text, with everything that an optimizer step takes, and samples from the \
      network as it then is. Rates are medians. The peak is that of a plain matrix product \
      on all threads, measured in the same run. Texts to classify have 200 characters, and are \
      read one at a time and 1,024 at a time. Without a shape, a table of common shapes, \
      each measured in a process of its own.
      """)

  @Option(help: "The recurrent cell.")
  var cell = Cell.lstm

  @Option(help: "Recurrent layers.")
  var layers: Int?

  @Option(help: "Cells of a layer.")
  var hiddenSize: Int?

  @Option(help: "Numbers that stand for a character.")
  var embeddingSize = 64

  @Option(help: "Streams of the corpus read side by side.")
  var batchSize = 64

  @Option(help: "Characters that the gradient goes back.")
  var sequenceLength = 64

  @Option(help: "Characters of the vocabulary.")
  var vocabularySize = 65

  @Option(help: "Texts that are sampled at a time; may be given several times. (default: 1, 64)")
  var streams: [Int] = []

  @Option(help: "Seconds for each figure.")
  var seconds = 3.0

  @Flag(inversion: .prefixedNo, help: "Texts to classify, too.")
  var classification = true

  @Flag(help: "One JSON object a line.")
  var json = false

  @Option(help: "Precision to sample in. (default: that of training)")
  var samplingPrecision: PrecisionChoice?

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Machine") var division: DivisionOption

  func run() throws {
    guard seconds > 0 && seconds <= 3600 else {
      throw Failure.usage("--seconds must be above 0 and at most 3600, got \(seconds)")
    }
    var output = StandardOutput()
    let isTable = layers == nil && hiddenSize == nil
    // First of all, as it may fail.
    let measured = try isTable ? nil : measure()
    if !json {
      try output.write(line: try factSheet(facts()) + "\n")
      try output.write(line: BenchmarkRecord.heading)
    }
    if let measured {
      try output.write(line: json ? Checkpoints.json(measured) : measured.row)
    } else {
      for (layers, hidden, lanes, steps) in [
        (2, 128, 50, 50), (2, 256, 64, 64), (2, 512, 64, 64), (3, 512, 64, 128),
        (2, 1024, 64, 64), (2, 2048, 64, 64),
      ] {
        let record = try measureInChild(layers, hidden, lanes, steps)
        try output.write(line: json ? Checkpoints.json(record) : record.row)
      }
    }
    try output.flush()
  }

  /// Of what computes.
  private func facts() throws -> [Fact] {
    switch machine.device ?? .cpu {
    case .cpu: CPUChoices().facts
    case .auto, .cuda: InstalledDevices().facts
    }
  }

  private func measure() throws -> BenchmarkRecord {
    let configuration = ModelConfiguration(
      cell: cell, layers: layers ?? 2, hiddenSize: hiddenSize ?? 256,
      embeddingSize: embeddingSize, vocabularySize: vocabularySize)
    guard (2...95).contains(vocabularySize) else {
      throw Failure.usage("--vocabulary-size must be 2 to 95, got \(vocabularySize)")
    }
    let streams = streams.isEmpty ? [1, 64] : streams
    guard streams.allSatisfy({ (1...65536).contains($0) }) else {
      throw Failure.usage("--streams must be 1 to 65536")
    }
    for (name, value) in [("batch-size", batchSize), ("sequence-length", sequenceLength)] {
      guard (1...65536).contains(value) else {
        throw Failure.usage("--\(name) must be 1 to 65536, got \(value)")
      }
    }
    // A step's text, of which there is eight times as much.
    guard batchSize * sequenceLength <= 1 << 24 else {
      throw Failure.usage(
        "--batch-size times --sequence-length must be at most \(1 << 24), got "
          + "\(batchSize * sequenceLength)")
    }
    let device = try machine.device(gains: true)
    return try BenchmarkRun(
      configuration: configuration, lanes: batchSize, steps: sequenceLength, streams: streams,
      precision: precision.resolved(for: .training, on: device),
      samplingPrecision: (samplingPrecision ?? precision.precision)
        .resolved(for: .writing, on: device),
      classifies: classification, threads: machine.threadCount(),
      division: division.divide, device: device, seconds: seconds
    ).measure()
  }

  /// Memory's peak is a process's own, so each shape has one.
  private func measureInChild(
    _ layers: Int, _ hidden: Int, _ lanes: Int, _ steps: Int
  ) throws -> BenchmarkRecord {
    let child = Process()
    child.executableURL = URL(filePath: "/proc/self/exe")
    child.arguments = [
      "benchmark", "--json", "--cell", cell.rawValue, "--layers", "\(layers)", "--hidden-size",
      "\(hidden)", "--embedding-size", "\(embeddingSize)", "--batch-size", "\(lanes)",
      "--sequence-length", "\(steps)", "--vocabulary-size", "\(vocabularySize)", "--seconds",
      "\(seconds)", "--precision", precision.precision.rawValue,
    ]
    if !classification { child.arguments?.append("--no-classification") }
    if let device = machine.device { child.arguments? += ["--device", device.argument] }
    if let threads = machine.threads { child.arguments? += ["--threads", "\(threads)"] }
    if let divide = division.divide { child.arguments? += ["--divide", divide.rawValue] }
    if let samplingPrecision {
      child.arguments? += ["--sampling-precision", samplingPrecision.rawValue]
    }
    child.arguments? += streams.flatMap { ["--streams", "\($0)"] }
    let pipe = Pipe()
    child.standardOutput = pipe
    try child.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    child.waitUntilExit()
    guard child.terminationStatus == 0 else { throw ExitCode(child.terminationStatus) }
    return try JSONDecoder().decode(BenchmarkRecord.self, from: data)
  }
}

/// What was measured of one shape.
struct BenchmarkRecord: Codable {
  struct SamplingRate: Codable {
    var streams: Int
    var characters_per_second: Double
  }

  struct ClassificationRate: Codable {
    /// At a time.
    var texts: Int
    var texts_per_second: Double
    var characters_per_second: Double
  }

  /// What products are made of (`InstructionSet`).
  var instruction_set = InstructionSet.current.rawValue
  /// The GPU; nil where the CPU computed.
  var device: String?
  var cell: Cell
  var layers: Int
  var hidden_size: Int
  var batch_size: Int
  var sequence_length: Int
  var precision: Precision
  var threads: Int
  var parameters: Int
  var training_characters_per_second: Double
  var gigaflops: Double
  var peak_gigaflops: Double
  var sampling: [SamplingRate]
  var classification: [ClassificationRate]
  var peak_resident_megabytes: Double

  static let heading = """
    network      batch     precision  train char/s   GFLOPS  of peak  memory   sample char/s, then classify text/s
    """

  var row: String {
    let network = "\(cell.rawValue) \(layers)x\(hidden_size)"
    let rates = sampling.map {
      "\($0.streams): \(Int($0.characters_per_second).formatted())"
    }.joined(separator: "  ")
    let texts = classification.map {
      "\($0.texts): \(Int($0.texts_per_second).formatted())"
    }.joined(separator: "  ")
    let columns = [
      network.padded(to: 12), "\(batch_size)x\(sequence_length)".padded(to: 9),
      precision.rawValue.padded(to: 10),
      Int(training_characters_per_second).formatted().padded(to: 12),
    ]
    return columns.joined(separator: " ")
      + String(format: " %7.0f  %6.0f%%", gigaflops, 100 * gigaflops / peak_gigaflops)
      + String(format: "  %4.0f MB  ", peak_resident_megabytes) + rates + "  | " + texts
  }
}
