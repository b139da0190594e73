public import AnalyticsCore

@testable public import AnalyticsStore

extension Connection {
    /// Logs that alerts were opened.
    public func log(_ alerts: [Alert], workspaceID: Int64) throws {
        try logEvents(alerts.map { (.alertTriggered, .alert($0)) }, workspaceID: workspaceID, now: .t0)
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

extension ReportDigest {
    /// What a mail shows of a report about one metric.
    public static let fixture = ReportDigest(
        period: "17 Nov – 23 Nov 2026 against 10 Nov – 16 Nov 2026",
        lines: [.init(label: "Revenue", value: "1,234.50 USD", previous: "1,000.00 USD", change: "▲ +23.45 % better")])
}
