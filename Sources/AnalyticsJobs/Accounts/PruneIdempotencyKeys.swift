public import AnalyticsCore
public import AnalyticsStore

/// Removes answers that were kept for repeated requests and no longer hold.
public struct PruneIdempotencyKeys: Job {
    private let keys: IdempotencyStore
    private let now: @Sendable () -> Instant

    /// A job that prunes the given store.
    public init(keys: IdempotencyStore, now: @escaping @Sendable () -> Instant) {
        self.keys = keys
        self.now = now
    }

    /// "prune idempotency keys".
    public var name: String { "prune idempotency keys" }

    /// Every ten minutes.
    public var schedule: JobSchedule { .every(.seconds(600)) }

    /// Removes them in short transactions until none is left.
    public func run() async throws {
        let now = now()
        while try await keys.prune(now: now) > 0 {}
    }
}
