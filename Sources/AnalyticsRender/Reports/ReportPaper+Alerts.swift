import AnalyticsCore

extension ReportPaper {
    /// The alerts of the period.
    func alerts() throws -> [Block] {
        let heading = try section("Alerts")
        guard !content.alerts.isEmpty else {
            let none = ReportWords.moreAlerts(content) ?? ReportWords.noAlerts
            return [heading, try paragraph(none, TextStyle.body.ink(.muted))]
        }
        let cells = content.alerts.map { alert in
            [
                Table.Cell(text: ReportWords.day(alert.day)),
                Table.Cell(text: ReportWords.severity(alert.severity), mark: ink(alert.severity)),
                Table.Cell(text: ReportWords.status(alert.status)),
                Table.Cell(text: alert.message, lines: 8),
                Table.Cell(text: String(alert.occurrences)),
            ]
        }
        let columns = [
            Table.Column(title: "Day", width: 68),
            Table.Column(title: "Severity", width: 68),
            Table.Column(title: "Status", width: 56),
            Table.Column(title: "What happened", width: Self.contentWidth - 228),
            Table.Column(title: "Times", width: 36, isFigure: true),
        ]
        var rows = try Table(columns: columns).blocks(cells, on: canvas)
        keepEndsTogether(&rows)
        guard let more = ReportWords.moreAlerts(content) else { return [heading] + rows }
        return [heading] + rows + [try paragraph(more, .caption, spaceBefore: 6)]
    }

    /// Keeps the first row of a table, and the last, from being alone on a page.
    func keepEndsTogether(_ rows: inout [Block]) {
        guard rows.count > 1 else { return }
        rows[0].keepsWithNext = true
        rows[rows.count - 2].keepsWithNext = true
    }

    private func ink(_ severity: Severity) -> Ink {
        switch severity {
        case .critical: .bad
        case .warning: .warning
        case .info: .accent
        }
    }
}
