import AnalyticsCore

extension Connection {
    /// Puts into the outbox what each channel is to be told of events.
    func queueDeliveries(of events: [AlertEvent], workspaceID: Int64, now: Instant) throws {}
}
