import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// How fast the body of a request must arrive at least.
struct BodyPace: Sendable {
    /// The time that the server waits for a body in any case.
    var grace: TimeAmount
    /// For each of this many bytes that have arrived it waits a second longer; 0 is for any time.
    var bytesPerSecond: Int
    /// The time that it waits for the next byte; nil if only the sum counts.
    var silence: TimeAmount?

    /// For bodies that are held in memory until they are whole.
    ///
    /// A small body of a phone has its time to arrive, and room that is held must fill.
    ///
    /// - Parameter bytesPerSecond: 0 for no pace.
    static func held(bytesPerSecond: Int) -> BodyPace {
        BodyPace(grace: .seconds(10), bytesPerSecond: bytesPerSecond)
    }

    /// For files that are stored as they arrive: slow enough for any line that works, fast enough to cost something.
    static func streamed(silence: TimeAmount) -> BodyPace {
        BodyPace(grace: .seconds(60), bytesPerSecond: 512, silence: silence)
    }

    /// The time that the server waits altogether for a body of which a number of bytes has arrived.
    func time(for bytes: Int) -> TimeAmount {
        grace + .seconds(Int64(bytes / max(bytesPerSecond, 1)))
    }

    /// The end of the wait for the next byte; nil for none.
    ///
    /// - Parameters:
    ///   - begin: The begin of the wait.
    ///   - waited: The time that the server waited before, altogether.
    ///   - bytes: The number of bytes that have arrived.
    func deadline(waitingSince begin: NIODeadline, waited: TimeAmount, bytes: Int) -> NIODeadline? {
        let whole = bytesPerSecond > 0 ? begin + (time(for: bytes) - waited) : nil
        let next = silence.map { begin + $0 }
        guard let whole, let next else { return whole ?? next }
        return min(whole, next)
    }
}

/// Closes a connection whose request's body arrives too slowly.
///
/// The idle time-out of the server begins again with each part that arrives, so a byte a minute would hold a connection
/// for ever. Only the time counts in which the server waits for the client: what arrives at once costs nothing, and a
/// server that is slow to read has itself to blame.
final class BodyPaceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let held: BodyPace
    private let streamed: BodyPace
    private let isStreamed: @Sendable (HTTPRequest) -> Bool
    private var pace: BodyPace
    /// The bytes that have arrived of a body that is not complete; nil between requests.
    private var arrived: Int?
    /// The time that the server has waited for it, without the present wait.
    private var waited = TimeAmount.zero
    /// The begin of the present wait; nil while the server does not read.
    private var waitBegin: NIODeadline?
    private var check: Scheduled<Void>?

    /// - Parameters:
    ///   - held: For bodies that are held in memory.
    ///   - streamed: For files that are stored as they arrive.
    ///   - isStreamed: Whether the body of a request is such a file.
    init(held: BodyPace, streamed: BodyPace, isStreamed: @escaping @Sendable (HTTPRequest) -> Bool) {
        self.held = held
        self.streamed = streamed
        self.isStreamed = isStreamed
        pace = held
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if arrived != nil, let waitBegin {
            waited = waited + (context.eventLoop.now - waitBegin)
            self.waitBegin = nil
        }
        switch unwrapInboundIn(data) {
        case .head(let request):
            stop()
            arrived = 0
            pace = isStreamed(request) ? streamed : held
        case .body(let bytes): arrived = arrived.map { $0 + bytes.readableBytes }
        case .end: stop()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if arrived != nil, waitBegin == nil {
            waitBegin = context.eventLoop.now
            watch(context)
        }
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    /// The end of the present wait; nil if the server does not wait, or waits for any time.
    private var deadline: NIODeadline? {
        guard let arrived, let waitBegin else { return nil }
        return pace.deadline(waitingSince: waitBegin, waited: waited, bytes: arrived)
    }

    /// Has the end of the present wait checked; it only ever moves away, so one check is enough at a time.
    private func watch(_ context: ChannelHandlerContext) {
        guard check == nil, let deadline else { return }
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.check = nil
            guard let deadline = self.deadline else { return }
            if context.eventLoop.now < deadline { self.watch(context) } else { context.close(promise: nil) }
        }
    }

    private func stop() {
        check?.cancel()
        (check, waitBegin, arrived, waited) = (nil, nil, nil, .zero)
    }
}
