public import AnalyticsCore

/// Imports: any number of data points that become visible together or not at all.
///
/// Points are stored chunk by chunk in short transactions. Until the import is complete their numbers stand in
/// `data_import_range`, which hides them from lists, and their rollups in `data_import_rollup`, apart from those that
/// everything else reads. Completing merges the rollups and removes the ranges in one transaction.
public struct ImportStore: Sendable {
    private let database: any Database

    /// How many rows one transaction removes at most, so that nobody waits long for it.
    private static let mostRowsInTransaction = 5_000

    /// The imports of a database.
    ///
    /// - Parameter database: Where the points go.
    public init(database: any Database) {
        self.database = database
    }

    /// Begins an import without points.
    public func begin(workspaceID: Int64, now: Instant) async throws -> DataImport {
        try await database.write { connection in
            let id = try connection.nextID(of: .dataImport)
            try connection.execute(
                """
                INSERT INTO data_import (workspace_id, id, point_count, created_at, touched_at)
                VALUES (\(workspaceID), \(id), 0, \(now), \(now))
                """)
            return DataImport(id: id, workspaceID: workspaceID)
        }
    }

    /// Stores some points of an import, hidden.
    ///
    /// - Parameters:
    ///   - points: At least one; a few thousand keep the transaction short.
    ///   - dataImport: Where they belong.
    ///   - now: By which they are stamped.
    /// - Throws: ``ValidationError`` with fields such as `records.3.category`, counted from the first of these
    ///   points, where they cannot be stored; none of them is then.
    public func append(_ points: PointBatch, to dataImport: DataImport, now: Instant) async throws {
        try await database.write { connection in
            try ImportChunk(dataImport: dataImport, connection: connection).write(points, now: now)
        }
    }

    /// Makes all points of an import visible.
    ///
    /// - Returns: How many there are.
    /// - Throws: ``ValidationError`` where a day's total would leave 64 bits; the import is still there then.
    public func complete(_ dataImport: DataImport) async throws -> Int {
        let workspaceID = dataImport.workspaceID
        return try await database.write { connection in
            try connection.liftTimeLimit()
            var tally = ImportTally(workspaceID: workspaceID)
            var categories = CategoryLedger(connection: connection)
            try connection.forEachRow(
                """
                SELECT metric, day, category_id, point_count, value_sum, value_min, value_max
                FROM data_import_rollup
                WHERE workspace_id = \(workspaceID) AND import_id = \(dataImport.id)
                ORDER BY metric, day, category_id
                """
            ) { row in
                let metric = try row.metric(0)
                let categoryID = try row.integer(2)
                let rollup = try Rollup(row: row, startingAt: 3)
                try tally.add(rollup, metric: metric, day: try row.day(1), categoryID: categoryID)
                categories.count(
                    rollup.count, categoryID: categoryID, in: .init(workspaceID: workspaceID, metric: metric))
            }
            var rollups = RollupLedger(connection: connection)
            guard try rollups.add(tally.rollups) == nil else { throw PointTally.overflow(fieldPrefix: "") }
            try rollups.write()
            try categories.write()
            let removed = try connection.execute(
                "DELETE FROM data_import WHERE workspace_id = \(workspaceID) AND id = \(dataImport.id)")
            guard removed == 1 else { throw StoreError.discarded(dataImport) }
            connection.noteDataChange(in: workspaceID)
            return tally.count
        }
    }

    /// Removes an import that is not complete, and all of its points, in several short transactions.
    public func discard(_ dataImport: DataImport) async throws {
        while try await discardSome(of: dataImport) {}
    }

    /// Imports that were begun and are not complete, oldest first, at most a hundred.
    ///
    /// - Parameter end: Only those that nobody has worked on since then.
    public func unfinished(untouchedSince end: Instant = Instant(milliseconds: .max)) async throws -> [DataImport] {
        try await database.read { connection in
            try connection.all(
                """
                SELECT id, workspace_id
                FROM data_import
                WHERE touched_at <= \(end)
                ORDER BY id
                LIMIT 100
                """
            ) { DataImport(id: try $0.integer(0), workspaceID: try $0.integer(1)) }
        }
    }

    /// Removes some points of an import.
    ///
    /// - Returns: Whether there is more to remove.
    private func discardSome(of dataImport: DataImport) async throws -> Bool {
        let workspaceID = dataImport.workspaceID
        return try await database.write { connection in
            var budget = Self.mostRowsInTransaction
            while budget > 0 {
                let day = try connection.first(
                    """
                    SELECT metric, day
                    FROM data_import_rollup
                    WHERE workspace_id = \(workspaceID) AND import_id = \(dataImport.id)
                    ORDER BY metric, day
                    LIMIT 1
                    """
                ) { (metric: try $0.integer(0), day: try $0.day(1)) }
                guard let day else {
                    try connection.remove(dataImport)
                    return false
                }
                let removed = try connection.removePoints(
                    of: dataImport, metric: day.metric, day: day.day, limit: budget)
                if removed < budget {
                    try connection.execute(
                        """
                        DELETE FROM data_import_rollup
                        WHERE workspace_id = \(workspaceID) AND import_id = \(dataImport.id)
                            AND metric = \(day.metric) AND day = \(day.day)
                        """)
                }
                budget -= max(removed, 1)
            }
            return true
        }
    }
}

/// An import that is not complete.
public struct DataImport: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// Whose data it is.
    public let workspaceID: Int64
}

extension StoreError {
    fileprivate static func discarded(_ dataImport: DataImport) -> StoreError {
        StoreError(.conflict, "the import \(dataImport.id) is not there any more")
    }
}

/// The rollups of a whole import, by category and for all together.
private struct ImportTally {
    let workspaceID: Int64
    private(set) var rollups: [RollupKey: Rollup] = [:]
    private(set) var count = 0

    init(workspaceID: Int64) {
        self.workspaceID = workspaceID
    }

    mutating func add(_ rollup: Rollup, metric: Metric, day: Day, categoryID: Int64) throws {
        count += rollup.count
        for key in [nil, categoryID] {
            let key = RollupKey(workspaceID: workspaceID, metric: metric, day: day, categoryID: key)
            guard rollups.add(rollup, to: key) else { throw PointTally.overflow(fieldPrefix: "") }
        }
    }
}

/// Some points of an import in one transaction.
private struct ImportChunk {
    let dataImport: DataImport
    let connection: any Connection

    func write(_ points: PointBatch, now: Instant) throws {
        guard !points.isEmpty else { return }
        let workspaceID = dataImport.workspaceID
        let found = try connection.execute(
            """
            UPDATE data_import
            SET point_count = point_count + \(points.count), touched_at = \(now)
            WHERE workspace_id = \(workspaceID) AND id = \(dataImport.id)
            """)
        guard found == 1 else { throw StoreError.discarded(dataImport) }
        var categories = CategoryLedger(connection: connection)
        try categories.load(
            Set(
                points.series.compactMap { series in
                    series.category.map { .init(workspaceID, series.metric, $0) }
                }))
        let categoryIDs = try points.series.map { series in
            let scope = CategoryLedger.Scope(workspaceID: workspaceID, metric: series.metric)
            guard let id = try categories.id(of: series.category, in: scope) else {
                throw PointTally.tooManyCategories(fieldPrefix: "records.\(series.firstIndex).")
            }
            categories.count(0, categoryID: id, in: scope)
            return id
        }
        var tally = PointTally(workspaceID: workspaceID)
        for group in points.groups {
            let metric = points.series[group.series].metric
            guard tally.add(group.rollup, metric: metric, day: group.day, categoryID: categoryIDs[group.series]) else {
                throw PointTally.overflow(fieldPrefix: "records.\(group.firstIndex).")
            }
        }
        let first = try connection.takeSequences(points.count, workspaceID: workspaceID)
        let batch = try StoredBatch(points, firstSequence: first, createdAt: now)
        try connection.insert([PointRows(batch, categoryIDs: categoryIDs, workspaceID: workspaceID)])
        try writeRange(first: first, count: points.count)
        try writeRollups(tally.rollups)
        try categories.write()
    }

    /// Hides the points: as a range of their own, or as more of the one that ends where they begin.
    private func writeRange(first: Int64, count: Int) throws {
        let last = first + Int64(count) - 1
        let widened = try connection.execute(
            """
            UPDATE data_import_range
            SET last_sequence = \(last)
            WHERE workspace_id = \(dataImport.workspaceID) AND import_id = \(dataImport.id)
                AND last_sequence = \(first - 1)
            """)
        guard widened == 0 else { return }
        try connection.execute(
            """
            INSERT INTO data_import_range (workspace_id, first_sequence, last_sequence, import_id)
            VALUES (\(dataImport.workspaceID), \(first), \(last), \(dataImport.id))
            """)
    }

    /// Adds to what is kept of the import.
    ///
    /// Nobody else writes these rows, so they are read, added to and put back.
    private func writeRollups(_ rollups: [RollupKey: Rollup]) throws {
        let keys = rollups.keys.filter { $0.categoryID != nil }
        func columns(_ key: RollupKey) -> [SQLValue] {
            [key.workspaceID.sqlValue, dataImport.id.sqlValue] + key.columns.dropFirst()
        }
        var kept: [RollupKey: Rollup] = [:]
        try connection.ask([.lookup(.importRollups, keys: keys.map(columns))]) { _, index, row in
            kept[keys[index]] = try Rollup(row: row, startingAt: 0)
        }
        let rows = try keys.compactMap { key -> [SQLValue]? in
            guard let rollup = rollups[key] else { return nil }
            guard let merged = kept[key].map({ $0.merging(rollup) }) ?? rollup else {
                throw PointTally.overflow(fieldPrefix: "")
            }
            return columns(key) + merged.columns
        }
        try connection.insert(rows, .importRollups)
    }
}

extension Connection {
    /// Removes points of an import on one day.
    ///
    /// - Returns: How many, at most the limit; fewer mean that none is left.
    fileprivate func removePoints(of dataImport: DataImport, metric: Int64, day: Day, limit: Int) throws -> Int {
        let isOfImport: SQL = """
            workspace_id = \(dataImport.workspaceID) AND metric = \(metric)
                AND id >= \(PointID.lowest(of: day)) AND id < \(PointID.lowest(of: day.advanced(by: 1)))
                AND EXISTS (
                    SELECT 1
                    FROM data_import_range AS r
                    WHERE r.workspace_id = data_point.workspace_id AND r.import_id = \(dataImport.id)
                        AND data_point.id % \(PointID.largestSequence + 1)
                            BETWEEN r.first_sequence AND r.last_sequence
                )
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

    /// Removes what is left of an import without points: itself, its ranges, and categories that nobody uses.
    fileprivate func remove(_ dataImport: DataImport) throws {
        try execute(
            "DELETE FROM data_import WHERE workspace_id = \(dataImport.workspaceID) AND id = \(dataImport.id)")
        try execute(
            """
            DELETE FROM category
            WHERE workspace_id = \(dataImport.workspaceID) AND point_count = 0 AND NOT EXISTS (
                SELECT 1
                FROM data_import_rollup AS s
                WHERE s.workspace_id = category.workspace_id AND s.metric = category.metric
                    AND s.category_id = category.id
            )
            """)
    }
}

extension Lookup {
    /// What is kept of an import.
    fileprivate static let importRollups = Lookup(
        rollupColumns,
        """
        FROM data_import_rollup AS r
        WHERE r.workspace_id = :workspace AND r.import_id = :import AND r.metric = :metric AND r.day = :day
            AND r.category_id = :category
        """,
        by: [
            "workspace": .integer, "import": .integer, "metric": .integer, "day": .integer, "category": .integer,
        ])
}

extension Insertion {
    /// What is kept of an import, in the place of what was.
    fileprivate static let importRollups = Insertion(
        into: "data_import_rollup",
        columns: [
            ("workspace_id", .integer), ("import_id", .integer), ("metric", .integer), ("day", .integer),
            ("category_id", .integer),
        ] + rollupColumns,
        onConflict: """
            ON CONFLICT (workspace_id, import_id, metric, day, category_id) DO UPDATE SET
                point_count = excluded.point_count,
                value_sum = excluded.value_sum,
                value_min = excluded.value_min,
                value_max = excluded.value_max
            """)
}
