public import AnalyticsCore

extension ImportStore {
    /// Makes all points of a running import visible, in one transaction; of a dry run only finds out whether it could.
    ///
    /// Its size is that of the import's rollups, not of its points. The rows that nobody needs afterwards are removed
    /// later, see ``settle(_:now:)``.
    ///
    /// - Returns: The import as it is now.
    /// - Throws: ``ValidationError`` where a day's total would leave 64 bits; the import is still running then.
    ///   ``StoreError`` of code `conflict` where it was not.
    public func complete(
        _ key: ImportKey, progress: ImportProgress? = nil, by author: Author, now: Instant
    ) async throws -> DataImport {
        try await database.write { connection in
            try connection.liftTimeLimit()
            let count = try connection.execute(
                """
                UPDATE data_import
                SET status = 'completed', finished_at = \(now), touched_at = \(now),
                    bytes_read = COALESCE(\(progress?.bytesRead), bytes_read)
                WHERE \(SQL.isImport(key)) AND status = 'running'
                """)
            guard count == 1 else { throw StoreError.notRunning(key) }
            let ruleRevision = try connection.holdIngest(in: key.workspaceID)
            let dataImport = try connection.knownImport(key)
            for level in RollupLevel.all where try connection.overflows(level, mergingRollupsOf: key) {
                throw PointTally.overflow(fieldPrefix: "")
            }
            guard dataImport.hasVisiblePoints else { return dataImport }
            for level in RollupLevel.all { try connection.merge(level, of: key) }
            try connection.countCategories(of: key)
            try connection.moveRanges(of: key, from: "data_import_range", to: "completed_import_range")
            try connection.audit(
                .importCompleted, of: key.id,
                [
                    AuditChange("name", from: nil, to: dataImport.request.name),
                    AuditChange("record_count", from: nil, to: String(dataImport.recordCount)),
                ], by: author, workspaceID: key.workspaceID, now: now)
            if dataImport.request.alerts == .all {
                try ImportBreaches(connection: connection, key: key, now: now).settle(revision: ruleRevision)
            }
            connection.noteDataChange(in: key.workspaceID)
            return dataImport
        }
    }
}

/// The rollups of days, or of their categories: where they are, and where those of an import are kept until it is
/// complete.
private struct RollupLevel {
    let table: String
    let staging: String
    /// What tells its rows apart beside the workspace.
    let key: [String]

    static let all = [
        RollupLevel(table: "daily_rollup", staging: "data_import_day", key: ["metric", "day"]),
        RollupLevel(
            table: "daily_category_rollup", staging: "data_import_rollup", key: ["metric", "day", "category_id"]),
    ]

    /// What makes rows of both belong together.
    var join: String {
        (["workspace_id"] + key).map { "r.\($0) = s.\($0)" }.joined(separator: " AND ")
    }
}

extension Connection {
    /// Has ingests of a workspace wait until this transaction ends, where the engine lets several write at once.
    ///
    /// Each takes numbers for its points first. One that changed a rollup meanwhile would have this transaction fail,
    /// which takes longer than they do, again and again.
    ///
    /// - Returns: Which state the workspace's rules are in.
    @discardableResult
    func holdIngest(in workspaceID: Int64) throws -> Int64 {
        try first(
            """
            UPDATE point_sequence
            SET next_sequence = next_sequence
            WHERE workspace_id = \(workspaceID)
            RETURNING rule_revision
            """
        ) { try $0.integer(0) } ?? 0
    }

    /// Moves the numbers of an import's points to where they are hidden, or away from there.
    func moveRanges(of key: ImportKey, from source: String, to target: String) throws {
        let columns = "workspace_id, import_id, first_sequence, last_sequence"
        try execute(
            SQL(trusted: "INSERT INTO \(target) (\(columns)) SELECT \(columns) FROM \(source)")
                + " WHERE \(SQL.isOfImport(key))")
        try execute(SQL(trusted: "DELETE FROM \(source)") + " WHERE \(SQL.isOfImport(key))")
    }

    /// Whether a sum would leave 64 bits, of which SQLite would make a binary float without a word.
    fileprivate func overflows(_ level: RollupLevel, mergingRollupsOf key: ImportKey) throws -> Bool {
        let isBeyond: SQL = """
            CASE
            WHEN s.value_sum > 0 THEN r.value_sum > \(Int64.max) - s.value_sum
            ELSE r.value_sum < \(Int64.min) - s.value_sum
            END
            """
        let rows = SQL(trusted: "SELECT 1 FROM \(level.staging) AS s JOIN \(level.table) AS r ON \(level.join)")
        return try first(
            rows + " WHERE s.workspace_id = \(key.workspaceID) AND s.import_id = \(key.id) AND \(isBeyond) LIMIT 1"
        ) { try $0.integer(0) } != nil
    }

    /// Adds what is kept of an import to what everybody reads.
    fileprivate func merge(_ level: RollupLevel, of key: ImportKey) throws {
        let names = (["workspace_id"] + level.key)
        let columns = (names + Insertion.rollupColumns.map(\.name)).joined(separator: ", ")
        try execute(
            SQL(trusted: "INSERT INTO \(level.table) (\(columns)) SELECT \(columns) FROM \(level.staging)")
                + " WHERE \(SQL.isOfImport(key)) "
                + SQL(
                    trusted: """
                        ON CONFLICT (\(names.joined(separator: ", "))) DO UPDATE SET
                            point_count = \(level.table).point_count + excluded.point_count,
                            value_sum = \(level.table).value_sum + excluded.value_sum,
                            value_min =
                                CASE WHEN excluded.value_min < \(level.table).value_min
                                THEN excluded.value_min ELSE \(level.table).value_min END,
                            value_max =
                                CASE WHEN excluded.value_max > \(level.table).value_max
                                THEN excluded.value_max ELSE \(level.table).value_max END
                        """))
    }

    /// Adds an import's points to the counts of their categories.
    fileprivate func countCategories(of key: ImportKey) throws {
        try execute(
            """
            UPDATE category
            SET point_count = category.point_count + gained.point_count
            FROM (
                SELECT metric, category_id, SUM(point_count) AS point_count
                FROM data_import_rollup
                WHERE \(SQL.isOfImport(key))
                GROUP BY metric, category_id
            ) AS gained
            WHERE category.workspace_id = \(key.workspaceID) AND category.metric = gained.metric
                AND category.id = gained.category_id
            """)
    }
}
