import AnalyticsStore
import AnalyticsTesting

/// Moves what a server that was killed had under way back by the time of its lease, so that the next one need not wait
/// for a minute until that is over.
///
/// - Parameter database: As `--database` takes it; no server may have it open.
func expireLeases(in database: String) async throws {
    let opened = try await openDatabase(database)
    try await opened.write { connection in
        let lease = DeliveryQueue.leaseSeconds * 1_000
        try connection.execute("UPDATE delivery SET due_at = due_at - \(lease) WHERE due_at IS NOT NULL")
        let reportLease = ReportQueue.leaseSeconds * 1_000
        try connection.execute("UPDATE report SET due_at = due_at - \(reportLease) WHERE status = 'processing'")
    }
    try await opened.close()
}
