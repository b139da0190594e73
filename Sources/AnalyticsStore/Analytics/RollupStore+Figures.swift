public import AnalyticsCore

extension RollupStore {
    /// Every metric's figures of a period against those of the one before, and the revenue by category, all from one snapshot.
    public func figures(
        of period: Period, workspaceID: Int64
    ) async throws -> (figures: [ReportContent.Figure], categories: CategoryShares) {
        try await database.read { connection in
            (
                try connection.figures(of: period, against: period.previous, workspaceID: workspaceID),
                CategoryShares(
                    totals: try connection.categoryTotals(of: .revenue, in: period, workspaceID: workspaceID))
            )
        }
    }
}

extension Connection {
    /// Every metric's figures of a period against those of another, in the order of ``AnalyticsCore/Metric/allCases``.
    func figures(
        of period: Period, against previous: Period, workspaceID: Int64
    ) throws -> [ReportContent.Figure] {
        try Metric.allCases.map { metric in
            let current = try dailyTotals(of: metric, in: period, workspaceID: workspaceID)
            let former = try dailyTotals(of: metric, in: previous, workspaceID: workspaceID)
            return ReportContent.Figure(
                kpi: KPI(
                    of: metric, current: PeriodTotal(of: current.values), previous: PeriodTotal(of: former.values)),
                series: ChartSeries(metric: metric, period: period, totals: current),
                previous: ChartSeries(metric: metric, period: previous, totals: former))
        }
    }
}

extension PeriodTotal {
    /// What the points of some days are together.
    fileprivate init(of days: some Sequence<PeriodTotal>) {
        self = days.reduce(into: .none) { total, day in total.add(day) }
    }
}
