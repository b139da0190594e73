import AnalyticsCore

/// Takes points out of what is kept of them: the rollups of their days and the counts of their categories.
///
/// Their rows are changed or gone already. However many they are it takes a handful of statements, and a day's points are
/// read only where its smallest or largest value is gone.
struct RollupWithdrawal {
    private let connection: any Connection
    private var withdrawn: [RollupKey: Rollup] = [:]

    init(connection: any Connection) {
        self.connection = connection
    }

    /// Notes a point that is to be taken out.
    ///
    /// - Throws: ``ValidationError`` where the sum of those of its day leaves 64 bits.
    mutating func add(_ point: PlacedPoint, workspaceID: Int64) throws {
        let former = point.stored.point
        let isAdded = withdrawn.add(
            Rollup(former.value), workspaceID: workspaceID, metric: former.metric, day: former.day,
            categoryID: point.categoryID)
        guard isAdded else { throw PointTally.overflow(fieldPrefix: "") }
    }

    /// Takes out what was noted.
    ///
    /// - Parameter added: What the same transaction adds to rollups afterwards, of points whose rows are written.
    /// - Throws: ``ValidationError`` where a sum without the points would leave 64 bits.
    func write(before added: [RollupKey: Rollup]) throws {
        let keys = withdrawn.keys.sorted()
        let categories = keys.filter { $0.categoryID != nil }
        let days = keys.filter { $0.categoryID == nil }
        try write(categories, .categories, before: added)
        // The extremes of a day are those of its categories.
        try write(days, .days, before: added)
        try connection.changeCategoryCounts(categoryCounts)
        try connection.execute(
            """
            INSERT INTO day_revision (workspace_id, metric, day, revision)
            VALUES (?1, ?2, ?3, 1)
            ON CONFLICT (workspace_id, metric, day) DO UPDATE SET revision = day_revision.revision + 1
            """, forEach: days.map(\.columns))
    }

    /// By how much the counts of categories change.
    private var categoryCounts: [CategoryLedger.Scope: [Int64: Int]] {
        var counts: [CategoryLedger.Scope: [Int64: Int]] = [:]
        for (key, rollup) in withdrawn {
            guard let id = key.categoryID else { continue }
            let scope = CategoryLedger.Scope(workspaceID: key.workspaceID, metric: key.metric)
            counts[scope, default: [:]][id, default: 0] -= rollup.count
        }
        return counts
    }

    /// The rollups of days or those of their categories.
    private enum Level {
        case days, categories

        var lookup: Lookup {
            switch self {
            case .days: .days
            case .categories: .categoryDays
            }
        }

        var replacement: Insertion {
            switch self {
            case .days: .replacedDays
            case .categories: .replacedCategoryDays
            }
        }

        var deletion: StaticString {
            switch self {
            case .days: "DELETE FROM daily_rollup WHERE workspace_id = ?1 AND metric = ?2 AND day = ?3"
            case .categories:
                """
                DELETE FROM daily_category_rollup
                WHERE workspace_id = ?1 AND metric = ?2 AND day = ?3 AND category_id = ?4
                """
            }
        }
    }

    private func write(_ keys: [RollupKey], _ level: Level, before added: [RollupKey: Rollup]) throws {
        var stored: [RollupKey: Rollup] = [:]
        try connection.ask([.lookup(level.lookup, keys: keys.map(\.columns))]) { _, index, row in
            stored[keys[index]] = try Rollup(row: row, startingAt: 0)
        }
        var emptied: [RollupKey] = []
        var rest: [RollupKey: Rollup] = [:]
        var withoutExtremes: [RollupKey] = []
        for key in keys {
            guard let former = stored[key], let withdrawn = withdrawn[key], withdrawn.count <= former.count else {
                throw StoreError(.corrupt, "a data point has no rollup")
            }
            if withdrawn.count == former.count {
                emptied.append(key)
                continue
            }
            guard let sum = former.sum.subtracting(withdrawn.sum) else { throw PointTally.overflow(fieldPrefix: "") }
            rest[key] = Rollup(
                count: former.count - withdrawn.count, sum: sum, minimum: former.minimum, maximum: former.maximum)
            // What comes in may be as extreme as what goes, and then nothing changes.
            let staysMinimal =
                withdrawn.minimum > former.minimum || (added[key].map { $0.minimum <= former.minimum } ?? false)
            let staysMaximal =
                withdrawn.maximum < former.maximum || (added[key].map { $0.maximum >= former.maximum } ?? false)
            if !staysMinimal || !staysMaximal { withoutExtremes.append(key) }
        }
        for (key, extremes) in try extremes(of: withoutExtremes, level) {
            guard let rollup = rest[key] else { continue }
            rest[key] = Rollup(
                count: rollup.count, sum: rollup.sum, minimum: extremes.minimum, maximum: extremes.maximum)
        }
        try connection.execute(level.deletion, forEach: emptied.map(\.columns))
        try connection.insert(
            keys.compactMap { key in rest[key].map { key.columns + $0.columns } }, level.replacement)
    }

    private typealias Extremes = (minimum: Amount, maximum: Amount)

    /// The smallest and the largest value of what there is now.
    private func extremes(of keys: [RollupKey], _ level: Level) throws -> [RollupKey: Extremes] {
        var found: [RollupKey: Extremes] = [:]
        func note(_ key: RollupKey, _ row: any Row, startingAt start: Int) throws {
            guard let minimum = try row.optionalInteger(start), let maximum = try row.optionalInteger(start + 1) else {
                return
            }
            found[key] = (Amount(tenThousandths: minimum), Amount(tenThousandths: maximum))
        }
        switch level {
        case .days:
            try connection.ask([.lookup(.extremesOfCategories, keys: keys.map(\.columns))]) { _, index, row in
                try note(keys[index], row, startingAt: 0)
            }
        case .categories:
            // All categories of a day are read together.
            let days = Set(keys.map(\.ofAllCategories)).sorted()
            var isHiding: [Int64: Bool] = [:]
            for day in days where isHiding[day.workspaceID] == nil {
                isHiding[day.workspaceID] = try connection.hasHiddenPoints(workspaceID: day.workspaceID)
            }
            let questions = [
                days.filter { isHiding[$0.workspaceID] == false }, days.filter { isHiding[$0.workspaceID] == true },
            ]
            try connection.ask([
                .lookup(.extremesOfPoints, keys: questions[0].map(\.idRange)),
                .lookup(.extremesOfVisiblePoints, keys: questions[1].map(\.idRange)),
            ]) { question, index, row in
                let day = questions[question][index]
                let key = RollupKey(
                    workspaceID: day.workspaceID, metric: day.metric, day: day.day, categoryID: try row.integer(0))
                try note(key, row, startingAt: 1)
            }
        }
        guard keys.allSatisfy({ found[$0] != nil }) else {
            throw StoreError(.corrupt, "a rollup counts more data points than there are")
        }
        return found
    }
}

extension RollupKey {
    /// The key of its day.
    fileprivate var ofAllCategories: RollupKey {
        RollupKey(workspaceID: workspaceID, metric: metric, day: day, categoryID: nil)
    }

    /// workspace_id, metric, the lowest id of its day and that of the day after.
    fileprivate var idRange: [SQLValue] {
        [
            workspaceID.sqlValue, .integer(metric.column), .integer(PointID.lowest(of: day)),
            .integer(PointID.lowest(of: day.advanced(by: 1))),
        ]
    }
}

extension Lookup {
    /// The extremes of a day by its categories' rollups.
    fileprivate static let extremesOfCategories = Lookup(
        ["MIN(r.value_min)", "MAX(r.value_max)"],
        """
        FROM daily_category_rollup AS r
        WHERE r.workspace_id = :workspace AND r.metric = :metric AND r.day = :day
        """, by: ["workspace": .integer, "metric": .integer, "day": .integer])

    /// The extremes of each category of a day by its points.
    fileprivate static let extremesOfPoints = extremesOfPoints(where: "")

    /// The same without the points that are hidden.
    fileprivate static let extremesOfVisiblePoints = extremesOfPoints(where: " AND " + SQL.visibility)

    private static func extremesOfPoints(where condition: String) -> Lookup {
        Lookup(
            ["e.category_id", "e.minimum", "e.maximum"],
            """
            FROM (
                SELECT category_id, MIN(value) AS minimum, MAX(value) AS maximum
                FROM data_point
                WHERE data_point.workspace_id = :workspace AND data_point.metric = :metric
                    AND data_point.id >= :first AND data_point.id < :beyond\(condition)
                GROUP BY category_id
            ) AS e
            """, by: ["workspace": .integer, "metric": .integer, "first": .integer, "beyond": .integer])
    }
}

extension Insertion {
    /// Rollups of days, in the place of those that are there.
    fileprivate static let replacedDays = rollups(
        replacing: "daily_rollup", key: ["workspace_id", "metric", "day"])

    /// Rollups of categories' days, in the place of those that are there.
    fileprivate static let replacedCategoryDays = rollups(
        replacing: "daily_category_rollup", key: ["workspace_id", "metric", "day", "category_id"])

    /// Rollups that take the place of those of the same key.
    static func rollups(replacing table: String, key: [String]) -> Insertion {
        Insertion(
            into: table, columns: key.map { ($0, .integer) } + rollupColumns,
            onConflict: """
                ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET
                    point_count = excluded.point_count,
                    value_sum = excluded.value_sum,
                    value_min = excluded.value_min,
                    value_max = excluded.value_max
                """)
    }
}
