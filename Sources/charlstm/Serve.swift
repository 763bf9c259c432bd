import ArgumentParser
import Classification
import Foundation
import Recurrent
import Server
import Serving
import Synchronization
import TerminalText
import Text

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer other programs, and write in a browser.",
    usage: "charlstm serve [<options>] <model>",
    discussion: """
      Speaks HTTP as OpenAI's completions do: /v1/completions, /v1/models and /healthz, and for a \
      classifier /v1/classify. A page to write with is at /. A request with a seed gets the text of \
      sample --seed; many are written side by side. Ends with Ctrl-C or SIGTERM.

        charlstm serve run/best.safetensors
        charlstm serve run/best.safetensors --host 0.0.0.0 --port 80
      """)

  @Argument(help: "A model file.")
  var model: String

  @Option(help: "Where to listen; other machines reach 0.0.0.0.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 takes a free one.")
  var port = 8080

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A site whose pages may use the server, or * for all; may be given several times.",
      valueName: "origin"),
    transform: utf8Text)
  var allowOrigin: [String] = []

  @Option(help: "Texts written at a time.")
  var batchSize = Limits().batch

  @Option(help: ArgumentHelp("Texts that may wait; more are refused.", valueName: "texts"))
  var maxQueue = Limits().queue

  @Option(help: ArgumentHelp("Bytes of a request at most.", valueName: "bytes"))
  var maxBody = Limits().body

  @Option(
    help: ArgumentHelp("Characters of a text and of a prompt at most.", valueName: "characters"))
  var maxLength = Limits().length

  @Option(
    help: ArgumentHelp("Seconds for a request to come, head and body each.", valueName: "seconds"))
  var requestTimeout = Limits().requestSeconds

  @Option(
    help: ArgumentHelp(
      "Seconds after which a silent connection is closed.", valueName: "seconds"))
  var idleTimeout = Limits().idleSeconds

  @OptionGroup(title: "Machine") var precision: PrecisionOption
  @OptionGroup(title: "Machine") var machine: MachineOptions

  func run() throws {
    let limits = try limits()
    guard canServe else {
      throw Failure.usage(
        "this charlstm was built without a server; build it with "
          + "swift build -c release --traits Server --scratch-path .build-server")
    }
    #if Server
      try serve(limits)
    #endif
  }

  /// - Throws: `Failure` for an option out of its range.
  private func limits() throws -> Limits {
    func check(_ value: Int, _ option: String, _ range: ClosedRange<Int>) throws {
      guard range.contains(value) else {
        throw Failure.usage(
          "\(option) must be \(range.lowerBound) to \(range.upperBound), got \(value)")
      }
    }
    try check(port, "--port", 0...65535)
    try check(batchSize, "--batch-size", 1...65536)
    try check(maxQueue, "--max-queue", 1...1_000_000)
    try check(maxBody, "--max-body", 1...1 << 30)
    try check(maxLength, "--max-length", 1...1 << 30)
    try check(requestTimeout, "--request-timeout", 1...86400)
    try check(idleTimeout, "--idle-timeout", 1...86400)
    var limits = Limits()
    limits.batch = batchSize
    limits.queue = maxQueue
    limits.body = maxBody
    limits.length = maxLength
    limits.prompt = maxLength
    limits.requestSeconds = requestTimeout
    limits.idleSeconds = idleTimeout
    return limits
  }

  #if Server
    private func serve(_ limits: Limits) throws {
      let checkpoint = try Checkpoint(contentsOf: model)
      var writes = false
      if case .languageModel = checkpoint { writes = true }
      let device = try machine.device(gains: writes)
      let work: PrecisionChoice.Work =
        switch checkpoint {
        case .languageModel: .writing
        case .classifier: .reading
        }
      let name = (model as NSString).lastPathComponent
      let api = API(
        checkpoint, model: (name as NSString).deletingPathExtension,
        precision: precision.resolved(for: work, on: device), device: device, limits: limits)
      let server = HTTPServer(
        api, gate: Gate(host: host, allowedOrigins: allowOrigin), host: host, port: port)
      let host = host.contains(":") ? "[\(host)]" : host
      // A client that goes while it is written to must not end the server.
      signal(SIGPIPE, SIG_IGN)
      let outcome = Mutex<(any Error)?>(nil)
      let done = DispatchSemaphore(value: 0)
      Task {
        do {
          try await server.run { port in
            standardError("Serving at http://\(host):\(port)/ until Ctrl-C.\n")
          }
        } catch {
          outcome.withLock { $0 = error }
        }
        done.signal()
      }
      done.wait()
      if let error = outcome.withLock({ $0 }) {
        if let failure = error as? DeviceError { throw failure }
        throw Failure(
          description: "cannot serve at \(host):\(port): \(error)", code: .inputOutput)
      }
    }
  #endif
}
