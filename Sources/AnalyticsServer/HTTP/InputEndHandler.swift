import NIOCore

/// Tells when a client sends nothing more, because it closed the connection or it broke.
///
/// A server learns of that otherwise only by writing, and of an answer that is mostly silent it writes little.
final class InputEndHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any

    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) {
        self.onEnd = onEnd
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { onEnd() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        onEnd()
        context.fireChannelInactive()
    }

    /// Runs a closure that is told when the client of a connection sends nothing more.
    static func watching(
        _ connection: any Channel, onEnd: @escaping @Sendable () -> Void, _ body: () async throws -> Void
    ) async throws {
        let handler = InputEndHandler(onEnd: onEnd)
        try await connection.pipeline.addHandler(handler, position: .first)
        try await body()
        // What throws ends the connection, and a connection that has ended has no handlers.
        if connection.isActive { try await connection.pipeline.removeHandler(handler) }
    }
}
