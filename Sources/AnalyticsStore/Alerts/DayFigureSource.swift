import AnalyticsCore

extension Connection {
    /// What the points of a scope add up to on each of some days.
    ///
    /// - Parameter categoryID: The number of the scope's category; nil for all of the metric's points.
    func dailyFigures(
        of metric: Metric, categoryID: Int64?, on days: Set<Day>, workspaceID: Int64
    ) throws -> DailyFigures {
        let keys = days.sorted().map {
            RollupKey(workspaceID: workspaceID, metric: metric, day: $0, categoryID: categoryID)
        }
        var totals: [Day: PeriodTotal] = [:]
        let lookup: Lookup = categoryID == nil ? .days : .categoryDays
        try ask([.lookup(lookup, keys: keys.map(\.columns))]) { _, index, row in
            let rollup = try Rollup(row: row, startingAt: 0)
            totals[keys[index].day, default: .none].add(rollup.count, sum: rollup.sum)
        }
        return DailyFigures(totals)
    }

    /// By what the figures of a category are found: nil for all categories together, and for one that no point has a
    /// number without figures.
    func figureID(of category: Label?, metric: Metric, workspaceID: Int64) throws -> Int64? {
        guard let category else { return nil }
        return try first(
            """
            SELECT id
            FROM category
            WHERE workspace_id = \(workspaceID) AND metric = \(metric.column) AND name = \(category)
            """
        ) { try $0.integer(0) } ?? -1
    }
}

extension Connection {
    /// What the points of a scope add up to on each day from one to another.
    func dailyFigures(
        of metric: Metric, categoryID: Int64?, from first: Day, to last: Day, workspaceID: Int64
    ) throws -> DailyFigures {
        let source: SQL =
            if let categoryID {
                """
                FROM daily_category_rollup
                WHERE workspace_id = \(workspaceID) AND metric = \(metric.column)
                    AND day BETWEEN \(first) AND \(last) AND category_id = \(categoryID)
                """
            } else {
                """
                FROM daily_rollup
                WHERE workspace_id = \(workspaceID) AND metric = \(metric.column) AND day BETWEEN \(first) AND \(last)
                """
            }
        var totals: [Day: PeriodTotal] = [:]
        try forEachRow("SELECT day, point_count, value_sum \(source) ORDER BY day") { row in
            totals[try row.day(0), default: .none].add(Int(try row.integer(1)), sum: try row.amount(2))
        }
        return DailyFigures(totals)
    }
}
