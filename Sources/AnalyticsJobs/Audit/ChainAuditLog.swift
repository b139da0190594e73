public import AnalyticsStore

/// Chains entries of the audit log that are not chained: those of before there was a chain.
public struct ChainAuditLog: Job {
    private let log: AuditStore

    /// A job that chains the given log.
    public init(log: AuditStore) {
        self.log = log
    }

    /// "chain audit log".
    public var name: String { "chain audit log" }

    /// Every minute: while a new program and one of before work on the same database, the latter adds entries without a hash.
    public var schedule: JobSchedule { .every(.seconds(60)) }

    /// Chains them in short transactions until none is left.
    public func run() async throws {
        while try await log.chain() > 0 {}
    }
}
