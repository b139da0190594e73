import NIOCore

/// Closes a connection whose client takes nothing of an answer for too long.
///
/// It counts what the system has taken of what was written, so it is at the very front of the connection's handlers. The
/// time that the server needs to make an answer does not count: where nothing is left to take, the client owes nothing.
final class AnswerPaceHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let limit: TimeAmount
    /// The written bytes that the system has not taken yet.
    private let backlog: (any Channel) -> Int
    private var written = 0
    /// The taken bytes at the last look that found more than before.
    private var taken = 0
    private var lastProgress = NIODeadline.uptimeNanoseconds(0)
    private var check: Scheduled<Void>?

    /// - Parameters:
    ///   - limit: The time for which a client may take nothing of what waits for it.
    ///   - backlog: Counts the written bytes that the system has not taken yet.
    init(
        limit: TimeAmount,
        backlog: @escaping (any Channel) -> Int = { (try? $0.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
    ) {
        self.limit = limit
        self.backlog = backlog
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written &+= unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        guard check == nil else { return }
        let left = backlog(context.channel)
        guard left > 0 else { return }
        taken = written &- left
        lastProgress = context.eventLoop.now
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    private func watch(_ context: ChannelHandlerContext) {
        // Several looks within the limit: a client that took something since the last one begins a new time.
        let pause = TimeAmount.nanoseconds(max(limit.nanoseconds / 6, 1))
        check = context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.check = nil
            self.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        let left = backlog(context.channel)
        guard context.channel.isActive, left > 0 else { return }
        let now = context.eventLoop.now
        if written &- left != taken {
            taken = written &- left
            lastProgress = now
        }
        if now - lastProgress < limit { watch(context) } else { context.close(promise: nil) }
    }
}

/// Puts an ``AnswerPaceHandler`` in front of all handlers of a connection, before which bytes alone pass.
final class AnswerPaceInstaller: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any

    private let limit: TimeAmount

    /// - Parameter limit: As the handler's.
    init(limit: TimeAmount) {
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // It fails where the connection is closed already.
        try? context.pipeline.syncOperations.addHandler(AnswerPaceHandler(limit: limit), position: .first)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
