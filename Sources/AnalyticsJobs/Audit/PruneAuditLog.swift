public import AnalyticsCore
public import AnalyticsStore

/// Removes entries of the audit log that were kept for long enough.
public struct PruneAuditLog: Job {
    private let log: AuditStore
    private let keptDays: Int
    private let now: @Sendable () -> Instant

    /// A job that prunes the given log.
    ///
    /// - Parameters:
    ///   - log: The log.
    ///   - keptDays: For how many days an entry is kept.
    ///   - now: The clock.
    public init(log: AuditStore, keptDays: Int, now: @escaping @Sendable () -> Instant) {
        self.log = log
        self.keptDays = keptDays
        self.now = now
    }

    /// "prune audit log".
    public var name: String { "prune audit log" }

    /// Every hour.
    public var schedule: JobSchedule { .every(.seconds(3_600)) }

    /// Removes them in short transactions, workspace after workspace.
    public func run() async throws {
        let end = now().advanced(bySeconds: -Int64(keptDays) * 86_400)
        var workspaceID: Int64 = 0
        while let pruned = try await log.prune(before: end, afterWorkspace: workspaceID) {
            // The same workspace again, until nothing in it is old enough.
            workspaceID = pruned.count > 0 ? pruned.workspaceID - 1 : pruned.workspaceID
        }
    }
}
