public import AnalyticsCore

/// On which days a rule would have been broken, by the data that is there.
public struct RulePreviewStore: Sendable {
    private let database: any Database

    /// The data of a database.
    public init(database: any Database) {
        self.database = database
    }

    /// The days of a period on which a rule would have been broken, in order.
    ///
    /// The last day is judged as it is so far where the rule allows that. What is missing shows only on days that have no
    /// points at all: when points came is not looked at, as those of the past may have come together.
    ///
    /// - Parameters:
    ///   - rule: The rule, which need not be stored.
    ///   - period: The days.
    ///   - isLastDayOver: Whether the last day is decided.
    ///   - workspaceID: Whose data is looked at.
    public func breaches(
        of rule: NewAlertRule, in period: Period, isLastDayOver: Bool, workspaceID: Int64
    ) async throws -> [Breach] {
        try await database.read { connection in
            let categoryID = try connection.figureID(
                of: rule.category, metric: rule.metric, workspaceID: workspaceID)
            if rule.condition == .value {
                return try connection.breaches(of: rule, in: period, categoryID: categoryID, workspaceID: workspaceID)
            }
            let figures = try connection.dailyFigures(
                of: rule.metric, categoryID: categoryID, from: period.from.advanced(by: -DailyFigures.mostLookBack),
                to: period.to,
                workspaceID: workspaceID)
            return period.days.compactMap { day in
                guard day < period.to || isLastDayOver || !rule.breaksWithDay else { return nil }
                return figures.breach(of: rule, on: day, isLate: false)
            }
        }
    }
}

extension Connection {
    /// The worst value of each day that has one which breaks the rule.
    fileprivate func breaches(
        of rule: NewAlertRule, in period: Period, categoryID: Int64?, workspaceID: Int64
    ) throws -> [Breach] {
        let table: SQL =
            if let categoryID {
                "FROM daily_category_rollup WHERE category_id = \(categoryID) AND"
            } else {
                "FROM daily_rollup WHERE"
            }
        let days = try all(
            """
            SELECT day, value_min, value_max
            \(table) workspace_id = \(workspaceID) AND metric = \(rule.metric.column)
                AND day BETWEEN \(period.from) AND \(period.to)
            ORDER BY day
            """
        ) { (day: try $0.day(0), low: try $0.amount(1), high: try $0.amount(2)) }
        return try days.compactMap { day, low, high in
            let worst = rule.comparison == .below || rule.comparison == .atMost ? low : high
            if rule.isBroken(by: worst) { return Breach(value: worst, day: day) }
            if rule.isBroken(by: low) { return Breach(value: low, day: day) }
            // Whether a value lies exactly there, no rollup tells.
            guard rule.comparison == .equal, let threshold = rule.threshold, low < threshold, threshold < high,
                try hasPoint(threshold, of: rule, on: day, categoryID: categoryID, workspaceID: workspaceID)
            else { return nil }
            return Breach(value: threshold, day: day)
        }
    }

    private func hasPoint(
        _ value: Amount, of rule: NewAlertRule, on day: Day, categoryID: Int64?, workspaceID: Int64
    ) throws -> Bool {
        let category: SQL = categoryID.map { "AND data_point.category_id = \($0)" } ?? ""
        return try first(
            """
            SELECT 1
            FROM data_point
            WHERE data_point.workspace_id = \(workspaceID) AND data_point.metric = \(rule.metric.column)
                AND data_point.id >= \(PointID.lowest(of: day))
                AND data_point.id < \(PointID.lowest(of: day.advanced(by: 1)))
                AND data_point.value = \(value) \(category)
                AND \(SQL.isVisible)
            LIMIT 1
            """
        ) { try $0.integer(0) } != nil
    }
}
