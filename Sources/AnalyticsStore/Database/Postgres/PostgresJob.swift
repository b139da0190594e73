import Synchronization

/// Something that a thread of the pool is to do.
final class PostgresJob: Sendable {
    private struct State {
        var isCancelled = false
        var canceller: PostgresCanceller?
    }

    private let state = Mutex(State())
    private let body: @Sendable (PostgresJob, PostgresWorker) -> Void
    private let refusal: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - body: Does it on a thread of the pool.
    ///   - refusal: Is told why it is not done, in the place of the body.
    init(
        _ body: @escaping @Sendable (PostgresJob, PostgresWorker) -> Void,
        refusal: @escaping @Sendable (any Error) -> Void
    ) {
        self.body = body
        self.refusal = refusal
    }

    func run(on worker: PostgresWorker) {
        body(self, worker)
    }

    func refuse(_ error: any Error) {
        refusal(error)
    }

    /// Whether nobody wants it any more.
    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Notes by what it can be ended from now on.
    ///
    /// - Throws: `CancellationError` where it was cancelled before.
    func attach(_ canceller: PostgresCanceller?) throws {
        try state.withLock { state in
            guard !state.isCancelled else { throw CancellationError() }
            state.canceller = canceller
        }
    }

    /// Comes back when nobody can end what the session does any more.
    func detach() {
        state.withLock { $0.canceller = nil }
    }

    /// Ends what the server is doing for it; blocks until the server was told.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.canceller?.cancel()
            state.canceller = nil
        }
    }
}
