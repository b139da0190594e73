public import AnalyticsCore

/// What KPIs, charts and category shares are made of: reads rollups alone, so its cost does not grow with the points.
public struct RollupStore: Sendable {
    let database: any Database

    /// The rollups of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// Every metric's points of a period and of the one before it, both from one snapshot.
    ///
    /// - Returns: A total for each metric that has points in that period.
    public func totals(
        of period: Period, workspaceID: Int64
    ) async throws -> (current: [Metric: PeriodTotal], previous: [Metric: PeriodTotal]) {
        let previous = period.previous
        return try await database.read { connection in
            var totals: (current: [Metric: PeriodTotal], previous: [Metric: PeriodTotal]) = ([:], [:])
            for metric in Metric.allCases {
                try connection.forEachRow(
                    """
                    SELECT day, point_count, value_sum
                    FROM daily_rollup
                    WHERE workspace_id = \(workspaceID) AND metric = \(metric.column)
                        AND day BETWEEN \(previous.from) AND \(period.to)
                    ORDER BY day
                    """
                ) { row in
                    let count = Int(try row.integer(1))
                    let sum = try row.amount(2)
                    if try row.day(0) < period.from {
                        totals.previous[metric, default: .none].add(count, sum: sum)
                    } else {
                        totals.current[metric, default: .none].add(count, sum: sum)
                    }
                }
            }
            return totals
        }
    }

    /// A metric's points of each day of a period that has any.
    public func dailyTotals(
        of metric: Metric, in period: Period, workspaceID: Int64
    ) async throws -> [Day: PeriodTotal] {
        try await database.read { try $0.dailyTotals(of: metric, in: period, workspaceID: workspaceID) }
    }

    /// A metric day by day over several periods, all from one snapshot.
    public func series(
        of metric: Metric, in periods: [Period], workspaceID: Int64
    ) async throws -> [ChartSeries] {
        try await database.read { connection in
            try periods.map { period in
                ChartSeries(
                    metric: metric, period: period,
                    totals: try connection.dailyTotals(of: metric, in: period, workspaceID: workspaceID))
            }
        }
    }

    /// What each category's points of a metric add up to over a period, in no particular order; nil is no category.
    public func categoryTotals(
        of metric: Metric, in period: Period, workspaceID: Int64
    ) async throws -> [(category: Label?, total: WideAmount)] {
        try await database.read { try $0.categoryTotals(of: metric, in: period, workspaceID: workspaceID) }
    }
}

extension Connection {
    /// A metric's points of each day of a period that has any.
    func dailyTotals(of metric: Metric, in period: Period, workspaceID: Int64) throws -> [Day: PeriodTotal] {
        var totals: [Day: PeriodTotal] = [:]
        try forEachRow(
            """
            SELECT day, point_count, value_sum
            FROM daily_rollup
            WHERE workspace_id = \(workspaceID) AND metric = \(metric.column)
                AND day BETWEEN \(period.from) AND \(period.to)
            ORDER BY day
            """
        ) { row in
            totals[try row.day(0), default: .none].add(Int(try row.integer(1)), sum: try row.amount(2))
        }
        return totals
    }

    /// What each category's points of a metric add up to over a period, in no particular order; nil is no category.
    func categoryTotals(
        of metric: Metric, in period: Period, workspaceID: Int64
    ) throws -> [(category: Label?, total: WideAmount)] {
        var sums: [Int64: WideAmount] = [:]
        try forEachRow(
            """
            SELECT category_id, value_sum
            FROM daily_category_rollup
            WHERE workspace_id = \(workspaceID) AND metric = \(metric.column)
                AND day BETWEEN \(period.from) AND \(period.to)
            ORDER BY day, category_id
            """
        ) { row in
            let id = try row.integer(0)
            sums[id] = (sums[id] ?? .zero) + (try row.amount(1))
        }
        let names = try categoryNames(of: metric, workspaceID: workspaceID)
        return sums.map { (category: names[$0.key], total: $0.value) }
    }

    /// The names of a metric's categories by id.
    fileprivate func categoryNames(of metric: Metric, workspaceID: Int64) throws -> [Int64: Label] {
        var names: [Int64: Label] = [:]
        try forEachRow(
            """
            SELECT id, name
            FROM category
            WHERE workspace_id = \(workspaceID) AND metric = \(metric.column) AND id > 0
            ORDER BY id
            """
        ) { names[try $0.integer(0)] = Label(try $0.text(1)) }
        return names
    }
}
