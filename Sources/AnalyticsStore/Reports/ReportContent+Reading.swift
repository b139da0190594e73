import AnalyticsCore

extension Connection {
    /// Everything that a report says, as it is now.
    func content(of report: Report, workspace: Workspace, now: Instant) throws -> ReportContent {
        let (period, previous) = (report.period, report.previousPeriod)
        let figures = try figures(of: period, against: previous, workspaceID: workspace.id)
        let alerts = try all(
            """
            SELECT day, severity, status, message, occurrences
            FROM alert
            WHERE workspace_id = \(workspace.id) AND day BETWEEN \(period.from) AND \(period.to)
            ORDER BY day DESC, id DESC
            LIMIT \(ReportContent.mostAlerts)
            """
        ) { row in
            ReportContent.AlertLine(
                day: try row.day(0), severity: try row.named(1), status: try row.named(2), message: try row.text(3),
                occurrences: Int(try row.integer(4)))
        }
        let alertCount = try first(
            """
            SELECT COUNT(*)
            FROM alert
            WHERE workspace_id = \(workspace.id) AND day BETWEEN \(period.from) AND \(period.to)
            """
        ) { try $0.integer(0) }
        return ReportContent(
            name: report.name, type: report.type, workspace: workspace.name, currency: workspace.currency,
            timeZone: workspace.timeZone, period: period, previousPeriod: previous, madeAt: now, figures: figures,
            categories: CategoryShares(
                totals: try categoryTotals(of: .revenue, in: period, workspaceID: workspace.id)),
            alerts: alerts, alertCount: Int(alertCount ?? 0))
    }
}
