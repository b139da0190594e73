import AnalyticsCore
public import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization

/// A receiver of webhooks on this machine, which answers as it is told.
public final class Receiver: Sendable {
    /// What it was sent.
    public struct Message: Sendable {
        /// Where to, with the query.
        public let path: String
        /// The header fields by their names in lower case.
        public let headers: [String: String]
        /// The body as text.
        public let body: String
    }

    /// What it answers.
    public enum Reply: Sendable {
        case status(Int, headers: HTTPFields = [:])
        /// Nothing, until it is let go on.
        case silence
    }

    private struct State {
        var messages: [Message] = []
        var replies: [Reply] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Tells of each message.
    public let arrivals: AsyncStream<Message>
    private let arrival: AsyncStream<Message>.Continuation

    private init() {
        (arrivals, arrival) = AsyncStream.makeStream(of: Message.self)
    }

    /// All that was sent so far.
    public var messages: [Message] { state.withLock { $0.messages } }

    /// What is answered next, one after the other; then 204.
    public func reply(_ replies: Reply...) {
        state.withLock { $0.replies += replies }
    }

    /// Answers those that were met with silence.
    public func goOn() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Runs a closure with a receiver and its URL.
    public static func with(_ body: @escaping @Sendable (Receiver, String) async throws -> Void) async throws {
        let receiver = Receiver()
        let router = Router()
        router.post("**") { request, _ in try await receiver.answer(request) }
        var logger = Logger(label: "receiver")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
        try await application.test(.live) { client in
            defer { receiver.goOn() }
            try await body(receiver, "http://127.0.0.1:\(client.port ?? 0)/hook?a=1")
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let headers =
            request.headers.map { ($0.name.canonicalName, $0.value) } + [("host", request.head.authority ?? "")]
        let message = Message(
            path: request.uri.string, headers: Dictionary(headers) { first, _ in first }, body: String(buffer: body))
        let reply = state.withLock { state in
            state.messages.append(message)
            return state.replies.isEmpty ? .status(204) : state.replies.removeFirst()
        }
        arrival.yield(message)
        switch reply {
        case .status(let code, let headers):
            return Response(status: .init(code: code), headers: headers)
        case .silence:
            await withCheckedContinuation { continuation in state.withLock { $0.waiting.append(continuation) } }
            return Response(status: .noContent)
        }
    }
}
