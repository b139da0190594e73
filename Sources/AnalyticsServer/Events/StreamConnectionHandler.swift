import NIOCore
import Synchronization

/// Observes the connection of an event stream: the end of its input, and what is written to it.
///
/// A server learns that a client is gone otherwise only by writing, and a stream is mostly silent.
final class StreamConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let onInputEnd: @Sendable () -> Void
    private let written = Atomic(0)

    /// - Parameter onInputEnd: Called when the client sends nothing more, because it closed the connection or it broke.
    init(onInputEnd: @escaping @Sendable () -> Void) {
        self.onInputEnd = onInputEnd
    }

    /// The bytes written to the connection since this handler was added, including those that the system has not taken yet.
    var writtenBytes: Int { written.load(ordering: .relaxed) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { onInputEnd() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        onInputEnd()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written.add(unwrapOutboundIn(data).readableBytes, ordering: .relaxed)
        context.write(data, promise: promise)
    }
}
