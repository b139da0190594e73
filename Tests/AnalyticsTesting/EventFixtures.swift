public import AnalyticsCore

@testable public import AnalyticsStore

extension Connection {
    /// Logs that alerts were opened.
    public func log(_ alerts: [Alert], workspaceID: Int64) throws {
        try logEvents(alerts.map { AlertEvent(.triggered, $0, notifies: false) }, workspaceID: workspaceID, now: .t0)
    }
}

extension Alert {
    /// An alert that was just opened, of which a test says only what it is about.
    public static func fixture(id: Int64 = 1, message: String = "Low") -> Alert {
        Alert(
            id: id, rule: nil, metric: .revenue, condition: .value, comparison: .below, threshold: .zero,
            severity: .info, breach: Breach(value: .zero, day: .d0), message: message, occurrences: 1,
            triggeredAt: .t0, lastTriggeredAt: .t0)
    }
}
