import AnalyticsCore

extension Connection {
    /// Adds events to the log of a workspace.
    func logEvents(_ events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        noteDataChange(in: workspaceID)
    }
}
