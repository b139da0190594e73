import AnalyticsCore

/// Takes a complete import back in one short transaction, as if it had never been.
///
/// What each of its days is without its points is counted before, day by day on snapshots, and kept in
/// `data_import_rest`; the transaction only puts that in the place of what was. A day may change between its count and
/// the transaction. Points that come in (by ingest, or by the completion of another import) make the day's
/// `point_count` larger. Whatever else happens to its points raises its `day_revision`. So both numbers being what they
/// were means that the day was counted right; any other is counted again.
extension ImportStore {
    /// How often days that changed meanwhile are counted anew before the transaction does it itself.
    private static let mostRounds = 4
    /// How many rows of what remains are written in one transaction.
    private static let rowsInTransaction = 2_000

    /// - Returns: Whether the import was there and complete.
    func undo(_ dataImport: DataImport, by author: Author, now: Instant) async throws -> Bool {
        let key = dataImport.key
        for _ in 0..<Self.mostRounds {
            let days = try await database.read { try $0.uncountedDays(of: key) }
            if days.isEmpty { break }
            try await count(days, of: key)
        }
        return try await database.write { connection in
            try connection.liftTimeLimit()
            try connection.holdIngest(in: key.workspaceID)
            guard try connection.dataImport(key)?.hasVisiblePoints == true else { return false }
            for day in try connection.uncountedDays(of: key) {
                try connection.keep([try connection.rest(of: day, without: key)], of: key)
            }
            try connection.takeBack(key)
            try connection.audit(
                .importUndone, of: key.id,
                [
                    AuditChange("name", from: dataImport.request.name, to: nil),
                    AuditChange("record_count", from: String(dataImport.recordCount), to: nil),
                ], by: author, workspaceID: key.workspaceID, now: now)
            connection.noteDataChange(in: key.workspaceID)
            return true
        }
    }

    private func count(_ days: [ImportDay], of key: ImportKey) async throws {
        var counted: [DayRest] = []
        var rows = 0
        for day in days {
            let rest = try await database.read { connection in
                try connection.liftTimeLimit()
                return try connection.rest(of: day, without: key)
            }
            counted.append(rest)
            rows += 1 + rest.categories.count
            if rows >= Self.rowsInTransaction {
                try await keep(&counted, of: key)
                rows = 0
            }
        }
        try await keep(&counted, of: key)
    }

    private func keep(_ counted: inout [DayRest], of key: ImportKey) async throws {
        let rests = counted
        counted = []
        try await database.write { try $0.keep(rests, of: key) }
    }
}

/// A day of a metric on which an import has points.
struct ImportDay: Sendable, Equatable {
    let metric: Metric
    let day: Day
}

/// What a day is without the points of an import.
struct DayRest: Sendable {
    /// A category that the import has points of.
    struct Category: Sendable {
        let id: Int64
        /// How many points it has of the import.
        let removed: Int
        /// What is left of it; nil where nothing is.
        let rollup: Rollup?
    }

    let day: ImportDay
    /// The day's revision as of the count.
    let revision: Int64
    /// How many points the day has with those of the import.
    let pointCount: Int
    let categories: [Category]
    /// What is left of the day; nil where nothing is.
    let rollup: Rollup?
}

extension Connection {
    /// The days of an import that were not counted, or have changed since.
    fileprivate func uncountedDays(of key: ImportKey) throws -> [ImportDay] {
        try all(
            """
            SELECT s.metric, s.day
            FROM data_import_day AS s
            LEFT JOIN daily_rollup AS r
                ON r.workspace_id = s.workspace_id AND r.metric = s.metric AND r.day = s.day
            LEFT JOIN day_revision AS v
                ON v.workspace_id = s.workspace_id AND v.metric = s.metric AND v.day = s.day
            WHERE s.workspace_id = \(key.workspaceID) AND s.import_id = \(key.id)
                AND (
                    s.counted_points IS NULL OR s.counted_points <> COALESCE(r.point_count, 0)
                    OR s.counted_revision <> COALESCE(v.revision, 0)
                )
            ORDER BY s.metric, s.day
            """
        ) { ImportDay(metric: try $0.metric(0), day: try $0.day(1)) }
    }

    /// Counts what a day is without an import.
    ///
    /// - Throws: ``ValidationError`` where that would leave 64 bits.
    fileprivate func rest(of day: ImportDay, without key: ImportKey) throws -> DayRest {
        let ofDay: SQL = "workspace_id = \(key.workspaceID) AND metric = \(day.metric.column) AND day = \(day.day)"
        let revision = try first("SELECT revision FROM day_revision WHERE \(ofDay)") { try $0.integer(0) }
        let present = try all(
            "SELECT category_id, point_count FROM daily_category_rollup WHERE \(ofDay) ORDER BY category_id"
        ) { (id: try $0.integer(0), count: Int(try $0.integer(1))) }
        let remaining = try remainder(of: day, without: key)
        let categories = try present.compactMap { id, count -> DayRest.Category? in
            let removed = count - (remaining[id]?.count ?? 0)
            guard removed >= 0 else { throw StoreError(.corrupt, "a rollup counts fewer data points than there are") }
            return removed > 0 ? .init(id: id, removed: removed, rollup: remaining[id]) : nil
        }
        return DayRest(
            day: day, revision: revision ?? 0, pointCount: present.reduce(0) { $0 + $1.count },
            categories: categories, rollup: try Rollup(ofDay: remaining.values))
    }

    /// The rollups of a day's categories without the points of an import.
    private func remainder(of day: ImportDay, without key: ImportKey) throws -> [Int64: Rollup] {
        // High and low halves add up apart, so that no sum on the way can overflow.
        var sql: SQL = """
            SELECT category_id, COUNT(*), SUM(value >> 32), SUM(value & 4294967295), MIN(value), MAX(value)
            FROM data_point
            WHERE workspace_id = \(key.workspaceID) AND metric = \(day.metric.column)
                AND id >= \(PointID.lowest(of: day.day)) AND id < \(PointID.lowest(of: day.day.advanced(by: 1)))
                AND NOT (\(SQL.isPointOf(complete: key)))
            """
        if try hasHiddenPoints(workspaceID: key.workspaceID) {
            sql.append(" AND " + .isVisible)
        }
        var rollups: [Int64: Rollup] = [:]
        try forEachRow(sql + " GROUP BY category_id") { row in
            guard let sum = Amount(high: try row.integer(2), low: try row.integer(3)) else {
                throw PointTally.overflow(fieldPrefix: "")
            }
            rollups[try row.integer(0)] = Rollup(
                count: Int(try row.integer(1)), sum: sum, minimum: try row.amount(4), maximum: try row.amount(5))
        }
        return rollups
    }

    /// Keeps what days are without an import, in the place of an earlier count.
    fileprivate func keep(_ rests: [DayRest], of key: ImportKey) throws {
        var rows: [[SQLValue]] = []
        for rest in rests {
            let ofDay: SQL = "\(SQL.isOfImport(key)) AND metric = \(rest.day.metric.column) AND day = \(rest.day.day)"
            try execute("DELETE FROM data_import_rest WHERE \(ofDay)")
            try execute(
                """
                UPDATE data_import_day
                SET counted_points = \(rest.pointCount), counted_revision = \(rest.revision),
                    rest_count = \(rest.rollup?.count ?? 0), rest_sum = \(rest.rollup?.sum),
                    rest_min = \(rest.rollup?.minimum), rest_max = \(rest.rollup?.maximum)
                WHERE \(ofDay)
                """)
            rows += rest.categories.map { category in
                let columns: [SQLValue] = [
                    key.workspaceID.sqlValue, key.id.sqlValue, .integer(rest.day.metric.column),
                    rest.day.day.sqlValue, .integer(category.id), category.removed.sqlValue,
                ]
                let nothing: [SQLValue] = [.integer(0), .integer(0), .integer(0), .integer(0)]
                return columns + (category.rollup?.columns ?? nothing)
            }
        }
        try insert(rows, .rests)
    }

    /// Puts what remains in the place of what was, hides the import's points, and the import itself.
    fileprivate func takeBack(_ key: ImportKey) throws {
        try execute(
            """
            UPDATE category
            SET point_count = category.point_count - lost.point_count
            FROM (
                SELECT metric, category_id, SUM(removed_count) AS point_count
                FROM data_import_rest
                WHERE \(SQL.isOfImport(key))
                GROUP BY metric, category_id
            ) AS lost
            WHERE category.workspace_id = \(key.workspaceID) AND category.metric = lost.metric
                AND category.id = lost.category_id
            """)
        try execute(
            """
            DELETE FROM daily_category_rollup
            WHERE workspace_id = \(key.workspaceID) AND (metric, day, category_id) IN (
                SELECT metric, day, category_id
                FROM data_import_rest
                WHERE \(SQL.isOfImport(key)) AND point_count = 0
            )
            """)
        try execute(
            """
            INSERT INTO daily_category_rollup (
                workspace_id, metric, day, category_id, point_count, value_sum, value_min, value_max
            )
            SELECT workspace_id, metric, day, category_id, point_count, value_sum, value_min, value_max
            FROM data_import_rest
            WHERE \(SQL.isOfImport(key)) AND point_count > 0
            ON CONFLICT (workspace_id, metric, day, category_id) DO UPDATE SET
                point_count = excluded.point_count, value_sum = excluded.value_sum,
                value_min = excluded.value_min, value_max = excluded.value_max
            """)
        try execute(
            """
            DELETE FROM daily_rollup
            WHERE workspace_id = \(key.workspaceID) AND (metric, day) IN (
                SELECT metric, day FROM data_import_day WHERE \(SQL.isOfImport(key)) AND rest_count = 0
            )
            """)
        try execute(
            """
            INSERT INTO daily_rollup (workspace_id, metric, day, point_count, value_sum, value_min, value_max)
            SELECT workspace_id, metric, day, rest_count, rest_sum, rest_min, rest_max
            FROM data_import_day
            WHERE \(SQL.isOfImport(key)) AND rest_count > 0
            ON CONFLICT (workspace_id, metric, day) DO UPDATE SET
                point_count = excluded.point_count, value_sum = excluded.value_sum,
                value_min = excluded.value_min, value_max = excluded.value_max
            """)
        try execute(
            """
            INSERT INTO day_revision (workspace_id, metric, day, revision)
            SELECT workspace_id, metric, day, 1
            FROM data_import_day
            WHERE \(SQL.isOfImport(key))
            ON CONFLICT (workspace_id, metric, day) DO UPDATE SET revision = day_revision.revision + 1
            """)
        try moveRanges(of: key, from: "completed_import_range", to: "data_import_range")
        try markDeleted(key)
    }
}

extension Rollup {
    /// What the categories of a day are together; nil where there is none.
    ///
    /// - Throws: ``ValidationError`` where that would leave 64 bits, which a sum on the way may.
    fileprivate init?(ofDay categories: some Collection<Rollup>) throws {
        guard let minimum = categories.map(\.minimum.tenThousandths).min(),
            let maximum = categories.map(\.maximum.tenThousandths).max()
        else { return nil }
        let sum = categories.reduce(Int128(0)) { $0 + Int128($1.sum.tenThousandths) }
        guard let sum = Int64(exactly: sum) else { throw PointTally.overflow(fieldPrefix: "") }
        self.init(
            count: categories.reduce(0) { $0 + $1.count }, sum: Amount(tenThousandths: sum),
            minimum: Amount(tenThousandths: minimum), maximum: Amount(tenThousandths: maximum))
    }
}

extension Amount {
    /// The sum of numbers of which the halves were added up apart: `high` times 2^32 and `low`; nil beyond 64 bits.
    fileprivate init?(high: Int64, low: Int64) {
        // What is left of the low halves fills 32 bits, so the high ones must be what 32 bits with a sign can hold.
        let (carried, overflow) = high.addingReportingOverflow(low >> 32)
        guard !overflow, let top = Int32(exactly: carried) else { return nil }
        self.init(tenThousandths: Int64(top) << 32 | (low & 0xFFFF_FFFF))
    }
}

extension Insertion {
    /// What categories' days are without an import.
    fileprivate static let rests = Insertion(
        into: "data_import_rest",
        columns: [
            ("workspace_id", .integer), ("import_id", .integer), ("metric", .integer), ("day", .integer),
            ("category_id", .integer), ("removed_count", .integer),
        ] + rollupColumns)
}
