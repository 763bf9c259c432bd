#if Server
  import NIOCore
  import NIOHTTPTypes
  import Synchronization

  /// Closes connections whose client lets the server wait: with the rest of a request, with the next one, or
  /// with reading the answer. Tells whoever works on a request when its client has gone.
  ///
  /// Unchecked: everything but `client` is used on the channel's event loop alone.
  final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    let client = Client()
    private let requestTime: TimeAmount
    private let idleTime: TimeAmount
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    /// Whether a request has come in part.
    private var isReading = false
    /// Whether a request has come whole and its answer is not yet written.
    private var isAnswering = false

    init(requestTime: TimeAmount, idleTime: TimeAmount) {
      self.requestTime = requestTime
      self.idleTime = idleTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
      if context.channel.isActive { wait(requestTime, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
      wait(requestTime, context)
      context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
      deadline?.cancel()
      stall?.cancel()
      client.leave()
      context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head:
        isReading = true
        wait(requestTime, context)
      case .body: break
      case .end:
        deadline?.cancel()
        isReading = false
        isAnswering = true
      }
      context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data) {
        isAnswering = false
        // What was answered before it had come whole was refused: nobody wants the rest.
        wait(isReading ? .seconds(1) : idleTime, context)
      }
      context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
      stall?.cancel()
      if !context.channel.isWritable { stall = close(in: idleTime, context) }
      context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      // Who closes his half while he waits for an answer is taken to have gone: nothing else tells.
      if event as? ChannelEvent == .inputClosed, isAnswering {
        context.close(promise: nil)
      }
      context.fireUserInboundEventTriggered(event)
    }

    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
      deadline?.cancel()
      deadline = close(in: time, context)
    }

    private func close(in time: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
      let channel = context.channel
      return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
  }

  /// Whoever is at the other end of a connection.
  final class Client: Sendable {
    private struct State {
      var hasLeft = false
      var onLeaving: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Has `action` run when the client goes, or at once where it has gone; in place of the last one.
    func whenLeaving(_ action: (@Sendable () -> Void)?) {
      let hasLeft = state.withLock { state in
        state.onLeaving = state.hasLeft ? nil : action
        return state.hasLeft
      }
      if hasLeft { action?() }
    }

    func leave() {
      let action = state.withLock { state in
        state.hasLeft = true
        defer { state.onLeaving = nil }
        return state.onLeaving
      }
      action?()
    }
  }
#endif
