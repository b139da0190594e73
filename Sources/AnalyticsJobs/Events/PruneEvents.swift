public import AnalyticsCore
public import AnalyticsStore

/// Removes events that are older than seven days.
public struct PruneEvents: Job {
    private let events: EventStore
    private let now: @Sendable () -> Instant

    /// A job that keeps a log short.
    public init(events: EventStore, now: @escaping @Sendable () -> Instant) {
        self.events = events
        self.now = now
    }

    /// "prune events".
    public var name: String { "prune events" }

    /// Every five minutes.
    public var schedule: JobSchedule { .every(.seconds(300)) }

    /// Removes them in short transactions, until none is left or the program stops.
    public func run() async throws {
        try await untilShutdown { while try await events.prune(now: now()) > 0 {} }
    }
}
