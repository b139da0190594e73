public import AnalyticsCore
public import AnalyticsStore

/// Reminds those who are notified of alerts that stay open, where the rule says so.
public struct RemindOfAlerts: Job {
    private let due: DueAlertStore
    private let now: @Sendable () -> Instant

    /// A job that reminds by a clock.
    public init(due: DueAlertStore, now: @escaping @Sendable () -> Instant) {
        self.due = due
        self.now = now
    }

    /// "remind of alerts".
    public var name: String { "remind of alerts" }

    /// Every ten seconds; the shortest interval of a rule is five minutes.
    public var schedule: JobSchedule { .every(.seconds(10)) }

    /// Reminds of all alerts whose time has come; a later run goes on where this is broken off.
    public func run() async throws {
        try await untilShutdown {
            while case let keys = try await due.dueReminders(now: now()), !keys.isEmpty {
                for key in keys { try await due.remind(key, now: now()) }
            }
        }
    }
}
