public import AnalyticsCore
public import AnalyticsStore

/// Removes deliveries that were finished 30 days ago.
public struct PruneDeliveries: Job {
    private let queue: DeliveryQueue
    private let now: @Sendable () -> Instant

    /// A job that prunes the given outbox.
    public init(queue: DeliveryQueue, now: @escaping @Sendable () -> Instant) {
        self.queue = queue
        self.now = now
    }

    /// "prune deliveries".
    public var name: String { "prune deliveries" }

    /// Every hour.
    public var schedule: JobSchedule { .every(.seconds(3_600)) }

    /// Removes them in short transactions until none is left.
    public func run() async throws {
        try await untilShutdown {
            let now = now()
            while try await queue.prune(now: now) > 0 { try Task.checkCancellation() }
        }
    }
}
