public import AnalyticsCore
public import AnalyticsStore

/// Removes reports that have been kept for as long as the operator wants.
public struct PruneReports: Job {
    private let reports: ReportStore
    private let days: Int
    private let now: @Sendable () -> Instant

    /// A job that prunes the given reports.
    ///
    /// - Parameters:
    ///   - reports: The reports.
    ///   - days: For how many days they are kept, one or more.
    ///   - now: The clock.
    public init(reports: ReportStore, keptDays days: Int, now: @escaping @Sendable () -> Instant) {
        self.reports = reports
        self.days = days
        self.now = now
    }

    /// "prune reports".
    public var name: String { "prune reports" }

    /// Every hour.
    public var schedule: JobSchedule { .every(.seconds(3_600)) }

    /// Removes them in short transactions until none is left.
    public func run() async throws {
        try await untilShutdown {
            let end = now().advanced(bySeconds: -Int64(days) * 86_400)
            while try await reports.prune(finishedBy: end) > 0 { try Task.checkCancellation() }
        }
    }
}
