public import AnalyticsCore

extension ImportStore {
    /// How many rows one transaction removes at most, so that nobody waits long for it.
    private static let mostRowsInTransaction = 5_000

    /// Imports about which something is to be done and that nobody has worked on lately, at most a hundred.
    ///
    /// - Parameter end: Only those that nobody has worked on since then.
    public func unsettled(untouchedSince end: Instant = Instant(milliseconds: .max)) async throws -> [ImportKey] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, workspace_id
                FROM data_import
                WHERE is_unsettled = 1 AND touched_at <= \(end)
                ORDER BY touched_at, id
                LIMIT 100
                """
            ) { ImportKey(id: try $0.integer(0), workspaceID: try $0.integer(1)) }
        }
    }

    /// Takes an import to work on, unless another process did so since then.
    ///
    /// - Parameters:
    ///   - key: The import.
    ///   - end: Nobody must have worked on it since.
    ///   - now: When.
    public func claim(_ key: ImportKey, untouchedSince end: Instant, now: Instant) async throws -> Bool {
        try await database.write { connection in
            try connection.execute(
                """
                UPDATE data_import
                SET touched_at = \(now)
                WHERE \(SQL.isImport(key)) AND is_unsettled = 1 AND touched_at <= \(end)
                """) == 1
        }
    }

    /// Removes what an import left behind, in short transactions: of one that failed or was deleted its points and all
    /// else that was kept of it, of one that is complete what was kept apart until then.
    ///
    /// Broken off, it goes on where it was. An import that is waiting or running is left as it is.
    ///
    /// - Parameter now: The clock.
    public func settle(_ key: ImportKey, now: @Sendable () -> Instant) async throws {
        while try await removeSome(of: key, now: now()) {}
    }

    /// - Returns: Whether there is more to remove.
    private func removeSome(of key: ImportKey, now: Instant) async throws -> Bool {
        try await database.write { connection in
            let state = try connection.first(
                """
                UPDATE data_import
                SET touched_at = \(now)
                WHERE \(SQL.isImport(key)) AND is_unsettled = 1 AND status NOT IN ('waiting', 'running')
                RETURNING status, is_dry_run
                """
            ) {
                (
                    isComplete: try $0.text(0) == "completed", isDeleted: try $0.text(0) == "deleted",
                    isDryRun: try $0.integer(1) == 1
                )
            }
            guard let state else { return false }
            let keepsPoints = state.isComplete && !state.isDryRun
            var budget = Self.mostRowsInTransaction
            if !keepsPoints { try connection.removeDays(of: key, budget: &budget) }
            for table in keepsPoints ? ["data_import_rollup"] : ["data_import_rollup", "data_import_rest"] {
                guard budget > 0 else { return true }
                budget -= try connection.removeRows(from: table, of: key, limit: budget)
            }
            guard budget > 0 else { return true }
            if !keepsPoints {
                try connection.execute("DELETE FROM data_import_range WHERE \(SQL.isOfImport(key))")
                try connection.removeUnusedCategories(workspaceID: key.workspaceID)
            }
            if state.isDeleted {
                try connection.execute("DELETE FROM data_import WHERE \(SQL.isImport(key))")
            } else {
                try connection.execute("UPDATE data_import SET is_unsettled = 0 WHERE \(SQL.isImport(key))")
            }
            return false
        }
    }
}

extension Connection {
    /// Removes the points of an import's days, and the days that have none any more, as far as the budget goes.
    fileprivate func removeDays(of key: ImportKey, budget: inout Int) throws {
        while budget > 0 {
            let day = try first(
                """
                SELECT metric, day
                FROM data_import_day
                WHERE \(SQL.isOfImport(key))
                ORDER BY metric, day
                LIMIT 1
                """
            ) { ImportDay(metric: try $0.metric(0), day: try $0.day(1)) }
            guard let day else { return }
            let removed = try removePoints(of: key, on: day, limit: budget)
            if removed < budget {
                try execute(
                    """
                    DELETE FROM data_import_day
                    WHERE \(SQL.isOfImport(key)) AND metric = \(day.metric.column) AND day = \(day.day)
                    """)
            }
            budget -= max(removed, 1)
        }
    }

    /// Removes points of an import on one day.
    ///
    /// - Returns: How many, at most the limit; fewer mean that none is left.
    private func removePoints(of key: ImportKey, on day: ImportDay, limit: Int) throws -> Int {
        let isOfImport: SQL = """
            workspace_id = \(key.workspaceID) AND metric = \(day.metric.column)
                AND id >= \(PointID.lowest(of: day.day)) AND id < \(PointID.lowest(of: day.day.advanced(by: 1)))
                AND \(SQL.isPointOf(hidden: key))
            """
        let last = try first(
            """
            SELECT MAX(id)
            FROM (SELECT id FROM data_point WHERE \(isOfImport) ORDER BY id LIMIT \(limit)) AS next
            """
        ) { try $0.optionalInteger(0) }
        guard let last, let last else { return 0 }
        return try execute("DELETE FROM data_point WHERE \(isOfImport) AND id <= \(last)")
    }

    /// Removes rows that are kept of an import's categories.
    ///
    /// - Returns: How many, at most the limit.
    fileprivate func removeRows(from table: String, of key: ImportKey, limit: Int) throws -> Int {
        // Up to a key, in its order. A list of keys would be looked through for each row, unless the database knows how long
        // it is, which PostgreSQL does not of a table that was filled a moment ago.
        let columns: SQL = "metric, day, category_id"
        let rows = SQL(trusted: "FROM \(table)") + " WHERE \(SQL.isOfImport(key))"
        let last = try first("SELECT \(columns) \(rows) ORDER BY \(columns) LIMIT 1 OFFSET \(limit - 1)") { row in
            (metric: try row.integer(0), day: try row.integer(1), categoryID: try row.integer(2))
        }
        guard let last else { return try execute("DELETE \(rows)") }
        return try execute(
            "DELETE \(rows) AND (\(columns)) <= (\(last.metric), \(last.day), \(last.categoryID))")
    }

    /// Removes the categories of a workspace that no point has, and no import that may still be completed.
    fileprivate func removeUnusedCategories(workspaceID: Int64) throws {
        try execute(
            """
            DELETE FROM category
            WHERE workspace_id = \(workspaceID) AND point_count = 0 AND (metric, id) NOT IN (
                SELECT metric, category_id
                FROM data_import_rollup
                WHERE workspace_id = \(workspaceID)
            )
            """)
    }
}
