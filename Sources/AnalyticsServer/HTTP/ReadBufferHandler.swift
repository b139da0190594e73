import NIOCore

/// Has a connection begin with a small buffer for what it reads, which grows with what arrives.
///
/// A connection keeps its buffer twice over, so that most of an idle one's memory would be for the length of a request
/// that it never gets.
final class ReadBufferHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any

    /// The buffer's size in bytes: a request without a body, or with a data point.
    private static let initial = 512

    func handlerAdded(context: ChannelHandlerContext) {
        let sizes = AdaptiveRecvByteBufferAllocator(minimum: Self.initial, initial: Self.initial, maximum: 65_536)
        // A channel that does not have the option has no buffer of its own either.
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: sizes)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
