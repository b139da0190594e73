public import AnalyticsCore

@testable public import AnalyticsStore

extension Connection {
    /// Logs that alerts were opened.
    public func log(_ alerts: [Alert], workspaceID: Int64) throws {
        try logEvents(alerts.map { AlertEvent(.triggered, $0, notifies: false) }, workspaceID: workspaceID, now: .t0)
    }
}
