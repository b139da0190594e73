public import AnalyticsCore
public import AnalyticsStore

/// Removes alerts that were resolved longer ago than the operator wants to keep them.
public struct PruneAlerts: Job {
    private let alerts: AlertStore
    private let days: Int
    private let now: @Sendable () -> Instant

    /// A job that prunes the given alerts.
    ///
    /// - Parameters:
    ///   - alerts: The alerts.
    ///   - days: For how many days they are kept after they were resolved, one or more.
    ///   - now: The clock.
    public init(alerts: AlertStore, keptDays days: Int, now: @escaping @Sendable () -> Instant) {
        self.alerts = alerts
        self.days = days
        self.now = now
    }

    /// "prune alerts".
    public var name: String { "prune alerts" }

    /// Every hour.
    public var schedule: JobSchedule { .every(.seconds(3_600)) }

    /// Removes them in short transactions until none is left.
    public func run() async throws {
        try await untilShutdown {
            let end = now().advanced(bySeconds: -Int64(days) * 86_400)
            while try await alerts.prune(resolvedBy: end) > 0 { try Task.checkCancellation() }
        }
    }
}
