public import AnalyticsCore

/// Data points that turn out to be wrong: corrected or removed, with their rollups, in one transaction.
///
/// What a point was before, who changed it and when stands in the audit log.
public struct CorrectionStore: Sendable {
    private let database: any Database

    /// The corrections of a database.
    ///
    /// - Parameter database: Where the points are.
    public init(database: any Database) {
        self.database = database
    }

    /// The point of that id, or nil where the workspace has none that is visible.
    public func point(_ id: PointID, workspaceID: Int64) async throws -> StoredPoint? {
        try await database.read { try $0.visiblePoint(id, workspaceID: workspaceID)?.stored }
    }

    /// Changes a point's value, category or source.
    ///
    /// - Parameters:
    ///   - id: Which point.
    ///   - correction: What is to be changed.
    ///   - workspaceID: Whose point.
    ///   - author: Who does it, for the audit log.
    ///   - now: When.
    /// - Returns: The point as it is now, or nil where the workspace has none of that id.
    /// - Throws: ``ValidationError`` for a new category too many and for a sum that leaves 64 bits.
    public func correct(
        _ id: PointID, _ correction: PointCorrection, workspaceID: Int64, by author: Author, now: Instant
    ) async throws -> StoredPoint? {
        try await database.write { connection in
            guard let former = try connection.visiblePoint(id, workspaceID: workspaceID) else { return nil }
            let point = correction.applied(to: former.stored.point)
            let changes = former.stored.point.changes(to: point)
            if changes.isEmpty { return former.stored }
            var categories = CategoryLedger(connection: connection)
            var tally = PointTally(workspaceID: workspaceID)
            let categoryID = try tally.add(point, categories: &categories, fieldPrefix: "")
            try connection.execute(
                """
                UPDATE data_point
                SET value = \(point.value), category_id = \(categoryID), source = \(point.source), updated_at = \(now)
                WHERE workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND id = \(id.number)
                """)
            try connection.withdraw(former, workspaceID: workspaceID)
            var rollups = RollupLedger(connection: connection)
            if try rollups.add(tally.rollups) != nil { throw PointTally.overflow(fieldPrefix: "") }
            categories.count(1, categoryID: categoryID, in: .init(workspaceID: workspaceID, metric: point.metric))
            try rollups.write()
            try categories.write()
            try connection.audit(
                .recordCorrected, of: id.number, changes, by: author, workspaceID: workspaceID, now: now)
            connection.noteDataChange(in: workspaceID)
            return StoredPoint(id: id, point: point, createdAt: former.stored.createdAt, updatedAt: now)
        }
    }

    /// Removes a point.
    ///
    /// - Returns: Whether the workspace had it.
    /// - Throws: ``ValidationError`` where the day's total without it would leave 64 bits.
    public func remove(_ id: PointID, workspaceID: Int64, by author: Author, now: Instant) async throws -> Bool {
        try await database.write { connection in
            guard let former = try connection.visiblePoint(id, workspaceID: workspaceID) else { return false }
            let point = former.stored.point
            try connection.execute(
                """
                DELETE FROM data_point
                WHERE workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND id = \(id.number)
                """)
            try connection.withdraw(former, workspaceID: workspaceID)
            try connection.audit(
                .recordDeleted, of: id.number, point.asRemoved, by: author, workspaceID: workspaceID, now: now)
            connection.noteDataChange(in: workspaceID)
            return true
        }
    }
}

/// What is to be changed of a data point; nil leaves a part as it is.
public struct PointCorrection: Sendable, Equatable {
    /// What becomes of a part that may be empty.
    public enum LabelChange: Sendable, Equatable {
        /// It stays.
        case keep
        /// It is replaced, or (nil) taken away.
        case set(Label?)
    }

    /// The new value.
    public var value: Amount?
    /// The new category.
    public var category: LabelChange
    /// The new source.
    public var source: LabelChange

    /// A correction of the named parts.
    public init(value: Amount? = nil, category: LabelChange = .keep, source: LabelChange = .keep) {
        self.value = value
        self.category = category
        self.source = source
    }

    fileprivate func applied(to point: NewPoint) -> NewPoint {
        var point = point
        if let value { point.value = value }
        if case .set(let label) = category { point.category = label }
        if case .set(let label) = source { point.source = label }
        return point
    }
}

extension NewPoint {
    fileprivate func changes(to other: NewPoint) -> [AuditChange] {
        [
            AuditChange("value", from: value.description, to: other.value.description),
            AuditChange("category", from: category?.text, to: other.category?.text),
            AuditChange("source", from: source?.text, to: other.source?.text),
        ].filter { change in
            // Byte by byte, as labels compare: two spellings of é are two categories.
            change.from.map { Array($0.utf8) } != change.to.map { Array($0.utf8) }
        }
    }

    fileprivate var asRemoved: [AuditChange] {
        [
            AuditChange("metric_type", from: metric.rawValue, to: nil),
            AuditChange("value", from: value.description, to: nil),
            AuditChange("recorded_at", from: day.description, to: nil),
            AuditChange("category", from: category?.text, to: nil),
            AuditChange("source", from: source?.text, to: nil),
        ].filter { $0.from != nil }
    }
}

/// A point with the number of its category.
private struct PlacedPoint {
    let stored: StoredPoint
    let categoryID: Int64
}

extension Connection {
    fileprivate func visiblePoint(_ id: PointID, workspaceID: Int64) throws -> PlacedPoint? {
        var sql: SQL = """
            SELECT data_point.id, data_point.metric, data_point.value, c.name, data_point.source,
                data_point.created_at, data_point.updated_at, data_point.category_id
            FROM data_point
            LEFT JOIN category AS c
                ON c.workspace_id = data_point.workspace_id AND c.metric = data_point.metric
                    AND c.id = data_point.category_id
            WHERE data_point.workspace_id = \(workspaceID) AND data_point.metric IN (1, 2, 3, 4, 5, 6, 7)
                AND data_point.id = \(id.number)
            """
        if try hasHiddenPoints(workspaceID: workspaceID) {
            sql.append(" AND " + .isVisible(workspaceID: workspaceID))
        }
        return try first(sql) { row in
            PlacedPoint(stored: try StoredPoint(row: row), categoryID: try row.integer(7))
        }
    }

    /// Takes a point, which is gone or changed already, out of its day's rollups and its category's count.
    fileprivate func withdraw(_ former: PlacedPoint, workspaceID: Int64) throws {
        let point = former.stored.point
        let day: SQL = """
            workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND day = \(point.day)
            """
        try withdraw(former, from: "daily_rollup", where: day, among: "", workspaceID: workspaceID)
        try withdraw(
            former, from: "daily_category_rollup", where: day + " AND category_id = \(former.categoryID)",
            among: " AND category_id = \(former.categoryID)", workspaceID: workspaceID)
        try execute(
            """
            UPDATE category
            SET point_count = point_count - 1
            WHERE workspace_id = \(workspaceID) AND metric = \(point.metric.column) AND id = \(former.categoryID)
            """)
        try reviseDay(point.day, of: point.metric, workspaceID: workspaceID)
    }

    /// - Parameters:
    ///   - table: The rollups' table.
    ///   - key: Which of its rows.
    ///   - points: Which points of the day and metric count there.
    private func withdraw(
        _ former: PlacedPoint, from table: SQL, where key: SQL, among points: SQL, workspaceID: Int64
    ) throws {
        let value = former.stored.point.value
        let rollup = try first(
            "SELECT point_count, value_sum, value_min, value_max FROM " + table + " WHERE " + key
        ) { try Rollup(row: $0, startingAt: 0) }
        guard let rollup else { throw StoreError(.corrupt, "a data point has no rollup") }
        if rollup.count == 1 {
            try execute("DELETE FROM " + table + " WHERE " + key)
            return
        }
        guard let sum = rollup.sum.subtracting(value) else { throw PointTally.overflow(fieldPrefix: "") }
        var (minimum, maximum) = (rollup.minimum, rollup.maximum)
        if value == minimum || value == maximum {
            (minimum, maximum) = try extremes(
                of: former.stored, among: points, besides: rollup, workspaceID: workspaceID)
        }
        try execute(
            "UPDATE " + table + " SET point_count = point_count - 1, value_sum = \(sum), value_min = \(minimum), "
                + "value_max = \(maximum) WHERE " + key)
    }

    /// The smallest and the largest value of a day's points without one of them.
    private func extremes(
        of stored: StoredPoint, among points: SQL, besides rollup: Rollup, workspaceID: Int64
    ) throws -> (Amount, Amount) {
        var sql: SQL = """
            SELECT MIN(value), MAX(value)
            FROM data_point
            WHERE workspace_id = \(workspaceID) AND metric = \(stored.point.metric.column)
                AND id >= \(PointID.lowest(of: stored.point.day))
                AND id < \(PointID.lowest(of: stored.point.day.advanced(by: 1)))
                AND id <> \(stored.id.number)
            """
        sql.append(points)
        if try hasHiddenPoints(workspaceID: workspaceID) {
            sql.append(" AND " + .isVisible(workspaceID: workspaceID))
        }
        let found = try first(sql) { (try $0.optionalInteger(0), try $0.optionalInteger(1)) }
        guard let (minimum, maximum) = found, let minimum, let maximum else {
            throw StoreError(.corrupt, "a rollup counts \(rollup.count) data points, and there is only one")
        }
        return (Amount(tenThousandths: minimum), Amount(tenThousandths: maximum))
    }
}
