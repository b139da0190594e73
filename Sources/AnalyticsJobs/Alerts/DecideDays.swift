public import AnalyticsCore
public import AnalyticsStore

/// Decides days for rules that have to wait for them: a sum that may still grow, a point that may still come.
public struct DecideDays: Job {
    private let due: DueAlertStore
    private let now: @Sendable () -> Instant

    /// A job that decides by a clock.
    public init(due: DueAlertStore, now: @escaping @Sendable () -> Instant) {
        self.due = due
        self.now = now
    }

    /// "decide days".
    public var name: String { "decide days" }

    /// Every two seconds: what a rule says is due at nine shows soon after nine.
    public var schedule: JobSchedule { .every(.seconds(2)) }

    /// Decides all days whose time has come, one after the other; a later run goes on where this is broken off.
    public func run() async throws {
        try await untilShutdown {
            while case let keys = try await due.dueRules(now: now()), !keys.isEmpty {
                for key in keys { try await due.decide(key, now: now()) }
            }
        }
    }
}
