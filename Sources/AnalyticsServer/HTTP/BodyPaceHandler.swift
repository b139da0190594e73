import NIOCore
import NIOHTTPTypes

/// How fast the body of a request must arrive at least.
struct BodyPace: Sendable {
    /// How long a body may take in any case.
    var grace: TimeAmount
    /// For each of so many bytes that have arrived it may take a second longer.
    var bytesPerSecond: Int

    /// So slow that no client with a purpose is refused, and so fast that holding a connection costs something.
    static let standard = BodyPace(grace: .seconds(60), bytesPerSecond: 512)

    /// How long a body may take of which so much has arrived.
    func time(for bytes: Int) -> TimeAmount {
        grace + .seconds(Int64(bytes / bytesPerSecond))
    }
}

/// Closes a connection whose request's body arrives too slowly.
///
/// The idle time-out of the server begins again with each part that arrives, so a byte a minute would hold a connection
/// for ever. The clock starts once a read of the socket leaves a request unfinished: what arrives at once costs nothing.
final class BodyPaceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let pace: BodyPace
    /// How much has arrived of a body that is not complete; nil between requests.
    private var arrived: Int?
    private var begin: NIODeadline?
    private var check: Scheduled<Void>?

    init(pace: BodyPace) {
        self.pace = pace
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: arrived = 0
        case .body(let bytes): arrived = arrived.map { $0 + bytes.readableBytes }
        case .end: stop()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let arrived, check == nil {
            let now = context.eventLoop.now
            begin = now
            schedule(at: now + pace.time(for: arrived), context)
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    private func schedule(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            guard let arrived = self.arrived, let begin = self.begin else { return }
            let deadline = begin + self.pace.time(for: arrived)
            if context.eventLoop.now < deadline {
                self.schedule(at: deadline, context)
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func stop() {
        check?.cancel()
        (check, begin, arrived) = (nil, nil, nil)
    }
}
