import AnalyticsCore

extension Connection {
    /// Tells others of what happened to alerts: in the log that streams are read from, and in the outbox of the channels.
    ///
    /// It is done in the transaction in which it happened, so there is no state with the one and without the other.
    ///
    /// - Parameters:
    ///   - events: What happened, in order.
    ///   - workspaceID: Whose alerts they are.
    ///   - now: When.
    func announce(_ events: [AlertEvent], workspaceID: Int64, now: Instant) throws {
        guard !events.isEmpty else { return }
        // The ids of deliveries come before what locks the workspace's row, as everywhere.
        try queueDeliveries(of: events.filter(\.notifies), workspaceID: workspaceID, now: now)
        try logEvents(events.map { ($0.kind.eventKind, .alert($0.alert)) }, workspaceID: workspaceID, now: now)
    }

    /// Tells those who read streams how far a report is.
    func announce(_ report: Report, workspaceID: Int64, now: Instant) throws {
        try logEvents([(EventKind(of: report), .report(report))], workspaceID: workspaceID, now: now)
    }
}
