#if Server
  import Hummingbird
  import HummingbirdCore
  import HTTPTypes
  import Logging
  import NIOCore
  import NIOPosix
  import Serving
  import ServiceLifecycle

  /// Answers HTTP with what an `API` answers.
  package struct HTTPServer: Sendable {
    private let api: API
    private let gate: Gate
    private let host: String
    private let port: Int

    /// - Parameter port: 0 for any that is free.
    package init(_ api: API, gate: Gate, host: String, port: Int) {
      self.api = api
      self.gate = gate
      self.host = host
      self.port = port
    }

    /// Serves until SIGTERM or SIGINT, after which texts have a moment to end.
    ///
    /// - Throws: what keeps it from listening; `DeviceError` where the device cannot go on.
    /// - Parameter started: told the port.
    package func run(started: @escaping @Sendable (_ port: Int) -> Void) async throws {
      let limits = api.limits
      var logger = Logger(label: "charlstm")
      logger.logLevel = .critical
      let guarding: @Sendable () -> ConnectionGuard = {
        ConnectionGuard(
          requestTime: .seconds(Int64(limits.requestSeconds)),
          idleTime: .seconds(Int64(limits.idleSeconds)))
      }
      let application = Application(
        responder: Responder(api: api, gate: gate),
        server: .http1(
          configuration: .init(
            additionalChannelHandlers: [guarding()],
            httpDecoderConfiguration: .init(
              maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
        configuration: ApplicationConfiguration(
          address: .hostname(host, port: port), serverName: "charlstm",
          availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
        onServerRunning: { started($0.localAddress?.port ?? port) }, logger: logger)
      var configuration = ServiceGroupConfiguration(
        services: [
          .init(service: application), .init(service: Watching(api: api)),
          .init(service: Ending(api: api)),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      configuration.maximumGracefulShutdownDuration = .seconds(limits.graceSeconds + 2)
      try await ServiceGroup(configuration: configuration).run()
    }
  }

  /// Ends texts when the server is to end: it is the last of the services, which is told first.
  private struct Ending: Service {
    let api: API

    func run() async throws {
      try? await gracefulShutdown()
      api.end()
      // The server's own end is not to wait for this.
      Task.detached {
        try? await Task.sleep(for: .seconds(api.limits.graceSeconds))
        api.stop()
      }
    }
  }

  /// Ends the server, with the reason, once its device cannot go on.
  private struct Watching: Service {
    let api: API

    func run() async throws {
      while api.failure == nil {
        // Returns at once where the server is to end.
        do {
          try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
        } catch { return }
      }
      // Who asked is answered first.
      try? await Task.sleep(for: .seconds(1))
      if let failure = api.failure { throw failure }
    }
  }

  private struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
      coreContext = CoreRequestContextStorage(source: source)
      channel = source.channel
    }
  }

  private struct Responder: HTTPResponder {
    let api: API
    let gate: Gate

    func respond(to request: Request, context: Context) async throws -> Response {
      let origin = request.headers[.origin]
      var response: API.Response
      if let error = gate.refusal(host: request.head.authority, origin: origin) {
        response = .refusal(error)
      } else if request.method == .options, gate.allowedOrigin(origin) != nil {
        response = API.Response(
          status: 204,
          headers: [
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
          ], body: .whole([]))
      } else {
        response = try await answer(request, context)
      }
      if let allowed = gate.allowedOrigin(origin) {
        response.headers += [("Access-Control-Allow-Origin", allowed), ("Vary", "Origin")]
      }
      return http(response)
    }

    private func answer(_ request: Request, _ context: Context) async throws -> API.Response {
      let limit = api.limits.body
      let body: [UInt8]
      do {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
          throw NIOTooManyBytesError(maxBytes: limit)
        }
        body = Array(buffer: try await request.body.collect(upTo: limit))
      } catch is NIOTooManyBytesError {
        // What is still to come is not read.
        var refusal = API.Response.refusal(.tooLarge(limit: limit))
        refusal.headers.append(("Connection", "close"))
        return refusal
      }
      let client = try await context.channel.pipeline.handler(type: ConnectionGuard.self).map(
        \.client
      ).get()
      let response = await api.respond(
        to: API.Request(method: request.method.rawValue, path: request.uri.path, body: body)
      ) { completion in client.whenLeaving { completion.cancel() } }
      // A stream is still being written.
      if case .whole = response.body { client.whenLeaving(nil) }
      return response
    }

    private func http(_ response: API.Response) -> Response {
      var headers = HTTPFields()
      for (name, value) in response.headers {
        if let name = HTTPField.Name(name) { headers[name] = value }
      }
      let body: ResponseBody =
        switch response.body {
        case .whole(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let completion):
          ResponseBody { writer in
            do {
              while let events = await completion.nextEvents() {
                try await writer.write(ByteBuffer(bytes: events))
              }
              try await writer.finish(nil)
            } catch {
              completion.cancel()
              throw error
            }
          }
        }
      return Response(
        status: HTTPResponse.Status(code: response.status), headers: headers, body: body)
    }
  }
#endif
