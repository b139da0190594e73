import AnalyticsStore
import AnalyticsTesting

/// Moves what waits in the queues back by the time of a lease: as if that much time had passed, what a killed server had
/// under way is due.
///
/// It opens the database, so a SQLite file's log is recovered here and not by the next server.
///
/// - Parameter database: As `--database` takes it; no server may have it open.
/// - Returns: How many reports were completed before.
@discardableResult
func expireLeases(in database: String) async throws -> Int64 {
    let opened = try await openDatabase(database)
    let completed = try await opened.read { connection in
        try connection.first("SELECT COUNT(*) FROM report WHERE status = 'completed'") { try $0.integer(0) }
    }
    try await opened.write { connection in
        let lease = DeliveryQueue.leaseSeconds * 1_000
        try connection.execute("UPDATE delivery SET due_at = due_at - \(lease) WHERE due_at IS NOT NULL")
        let reportLease = ReportQueue.leaseSeconds * 1_000
        try connection.execute("UPDATE report SET due_at = due_at - \(reportLease) WHERE status = 'processing'")
    }
    try await opened.close()
    return completed ?? 0
}
