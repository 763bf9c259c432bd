import CPU
import Checkpoints
import Classification
import Foundation
import Generation
import Recurrent
import Text

/// All that the server answers, without HTTP.
package final class API: Sendable {
  /// What a model is for.
  private enum Work: Sendable {
    case writing(CompletionWriters, CellView)
    case classifying(ClassifyingQueue)
  }

  package struct Request: Sendable {
    package var method: String
    /// Without what follows a question mark.
    package var path: String
    package var body: [UInt8]

    package init(method: String, path: String, body: [UInt8] = []) {
      self.method = method
      self.path = path
      self.body = body
    }
  }

  package struct Response: Sendable {
    package enum Body: Sendable {
      case whole([UInt8])
      /// Server-Sent Events.
      case stream(Completion)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(
      status: Int = 200, headers: [(name: String, value: String)], body: Body
    ) {
      self.status = status
      self.headers = headers
      self.body = body
    }

    package static func refusal(_ error: APIError) -> Response {
      var headers = [("Content-Type", "application/json")]
      if let seconds = error.retryAfter { headers.append(("Retry-After", "\(seconds)")) }
      return Response(status: error.status, headers: headers, body: .whole(error.body))
    }
  }

  package let limits: Limits
  private let work: Work
  private let device: Device
  private let model: String
  private let created = Int(Date().timeIntervalSince1970)

  /// - Parameters:
  ///   - model: what clients call it.
  ///   - precision: what the device works in fastest if nil.
  package init(
    _ checkpoint: Checkpoint, model: String, precision: Precision? = nil, device: Device = .cpu(),
    limits: Limits = Limits()
  ) {
    self.model = model
    self.device = device
    self.limits = limits
    switch checkpoint {
    case .languageModel(let trained):
      work = .writing(
        CompletionWriters(trained, precision: precision, device: device, limits: limits),
        CellView(trained.model, vocabulary: trained.vocabulary, device: device))
    case .classifier(let trained):
      work = .classifying(
        ClassifyingQueue(
          Classifier(trained, precision: precision, device: device), device: device,
          limit: limits.classified))
    }
  }

  deinit { stop() }

  /// Why nothing more can be answered: the device cannot go on.
  package var failure: DeviceError? { device.backend.failure }

  /// Takes no more texts.
  package func end() {
    if case .writing(let writers, _) = work { writers.end() }
  }

  /// Gives up all texts.
  package func stop() {
    if case .writing(let writers, _) = work { writers.stop() }
  }

  /// How many texts are being written, and how many wait.
  package var counts: (writing: Int, waiting: Int) {
    if case .writing(let writers, _) = work { writers.counts } else { (0, 0) }
  }

  /// - Parameter begun: takes the texts that are written for an answer, which may be given up before it is
  ///   there.
  package func respond(
    to request: Request, begun: @Sendable (Completion) -> Void = { _ in }
  ) async -> Response {
    do throws(APIError) {
      return try await answer(request, begun: begun)
    } catch {
      return .refusal(error)
    }
  }

  private func answer(
    _ request: Request, begun: @Sendable (Completion) -> Void
  ) async throws(APIError) -> Response {
    switch (request.path, work) {
    case ("/", _), ("/page.css", _), ("/page.js", _):
      try allow("GET", request)
      return page(request.path)
    case ("/healthz", _):
      try allow("GET", request)
      if let failure { throw .deviceFailed(failure.description) }
      let counts = counts
      return answer(Health(status: "ok", writing: counts.writing, waiting: counts.waiting))
    case ("/v1/models", _):
      try allow("GET", request)
      return answer(Models(data: [Models.Model(id: model, created: created)]))
    case ("/v1/models/" + model, _):
      try allow("GET", request)
      return answer(Models.Model(id: model, created: created))
    case ("/v1/completions", .writing(let writers, _)):
      try allow("POST", request)
      let asked = try CompletionRequest(request.body, limits: limits)
      try check(asked.model)
      let completion = try Completion.begin(
        asked, model: model, writers: writers, limits: limits)
      begun(completion)
      if asked.streams {
        return Response(
          headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache")],
          body: .stream(completion))
      }
      guard let whole = try await completion.whole() else { throw .ending }
      return Response(headers: [("Content-Type", "application/json")], body: .whole(whole))
    case ("/charlstm/v1/cells", .writing(_, let cells)):
      try allow("POST", request)
      let asked = try CellView.Request(request.body, limits: limits)
      return answer(cells.answer(asked))
    case ("/v1/classify", .classifying(let queue)):
      try allow("POST", request)
      let asked = try ClassifyRequest(request.body, limits: limits)
      try check(asked.model)
      return answer(try await queue.answer(asked, model: model))
    case ("/v1/completions", _), ("/charlstm/v1/cells", _):
      throw APIError(
        status: 404, message: "\(model) is a classifier, which writes no text; use /v1/classify")
    case ("/v1/classify", _):
      throw APIError(
        status: 404,
        message: "\(model) is a language model, which knows no labels; use /v1/completions")
    case ("/v1/chat/completions", _):
      throw APIError(
        status: 404, message: "\(model) goes on from text and knows no chat; use /v1/completions")
    default:
      throw APIError(status: 404, message: "there is nothing at \(request.path.prefix(80))")
    }
  }

  private func allow(_ method: String, _ request: Request) throws(APIError) {
    guard request.method == method else {
      throw APIError(status: 405, message: "\(request.path) takes \(method) alone")
    }
  }

  /// A request need not name the model; one that does must mean this one.
  private func check(_ name: String?) throws(APIError) {
    guard let name, !name.isEmpty, name != model else { return }
    throw APIError(
      status: 404, message: "there is no model \(name.prefix(80)); this server has \(model)",
      field: "model", code: "model_not_found")
  }

  private func answer(_ value: some Encodable) -> Response {
    Response(headers: [("Content-Type", "application/json")], body: .whole(json(value)))
  }

  private func page(_ path: String) -> Response {
    let (type, bytes) =
      switch path {
      case "/page.css": ("text/css; charset=utf-8", PackageResources.desk_css)
      case "/page.js": ("text/javascript; charset=utf-8", PackageResources.desk_js)
      default: ("text/html; charset=utf-8", PackageResources.desk_html)
      }
    return Response(
      headers: [
        ("Content-Type", type),
        (
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ], body: .whole(bytes))
  }
}

private struct Health: Encodable {
  var status: String
  var writing: Int
  var waiting: Int
}

private struct Models: Encodable {
  struct Model: Encodable {
    var id: String
    var object = "model"
    var created: Int
    var owned_by = "charlstm"
  }

  var object = "list"
  var data: [Model]
}
