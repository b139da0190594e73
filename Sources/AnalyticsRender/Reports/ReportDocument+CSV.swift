import AnalyticsCore

extension ReportDocument {
    /// The report as one table in CSV (RFC 4180, UTF-8, a heading, lines ended by CR LF).
    ///
    /// The sections are `kpi` (one row per metric), `daily` (one row per metric and day), `category` (one row per
    /// category) and `category_total`. Figures are exact decimals without separators; what there is none of is empty.
    /// A category that a spreadsheet would take for a formula has an apostrophe before it.
    public func csv() -> [UInt8] {
        var table = CSVTable()
        for figure in content.figures { addKPI(figure, to: &table) }
        for figure in content.figures { addDays(figure, to: &table) }
        addCategories(to: &table)
        return table.bytes
    }

    private func addKPI(_ figure: ReportContent.Figure, to table: inout CSVTable) {
        table.add([
            .section: "kpi", .metric: figure.metric.rawValue, .value: figure.kpi.value?.description,
            .previousValue: figure.kpi.previousValue?.description,
            .changePercent: figure.kpi.changePercent?.description,
            .unit: CSVField.text(figure.metric.unit(currency: content.currency)), .count: String(figure.kpi.count),
        ])
    }

    private func addDays(_ figure: ReportContent.Figure, to table: inout CSVTable) {
        let unit = CSVField.text(figure.metric.unit(currency: content.currency))
        for (day, value) in zip(figure.series.period.days, figure.series.values) {
            table.add([
                .section: "daily", .metric: figure.metric.rawValue, .day: day.description,
                .value: value?.description, .unit: unit,
            ])
        }
    }

    private func addCategories(to table: inout CSVTable) {
        let unit = CSVField.text(Metric.revenue.unit(currency: content.currency))
        for share in content.categories.shares {
            table.add([
                .section: "category", .metric: Metric.revenue.rawValue, .category: CSVField.text(share.category.text),
                .value: share.total.description, .unit: unit, .percentage: share.percentage?.description,
            ])
        }
        table.add([
            .section: "category_total", .metric: Metric.revenue.rawValue,
            .value: content.categories.total.description, .unit: unit,
            .percentage: content.categories.hasPercentages ? "100" : nil,
        ])
    }
}

/// A table in CSV that is being written.
private struct CSVTable {
    enum Column: String, CaseIterable {
        case section, metric, category, day, value
        case previousValue = "previous_value"
        case changePercent = "change_percent"
        case unit, count, percentage
    }

    private(set) var bytes: [UInt8] = []

    init() {
        add(Column.allCases.map(\.rawValue))
    }

    /// Adds a row of fields that are fit for CSV; a column without one is empty.
    mutating func add(_ fields: [Column: String?]) {
        add(Column.allCases.map { (fields[$0] ?? nil) ?? "" })
    }

    private mutating func add(_ fields: [String]) {
        bytes.append(contentsOf: fields.joined(separator: ",").utf8)
        bytes.append(contentsOf: [0x0D, 0x0A])
    }
}
