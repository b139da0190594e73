import AnalyticsCore

/// Some points of an import in one transaction.
struct ImportChunk {
    let key: ImportKey
    let connection: any Connection
    /// The bounds of what the workspace may store; nil where the points do not count.
    var quotas: Quotas?

    /// Stores them, or of a dry run only what they add up to.
    func write(_ points: PointBatch, progress: ImportProgress, now: Instant) throws {
        guard !points.isEmpty else { return }
        let (isDryRun, raisesAlerts) = try noteProgress(progress, more: points.count, now: now)
        let workspaceID = key.workspaceID
        try refuseTakenIDs(of: points)
        var categories = CategoryLedger(connection: connection)
        try categories.load(
            Set(
                points.series.compactMap { series in
                    series.category.map { .init(workspaceID, series.metric, $0) }
                }))
        // A new one is written, with no points yet; the others are left to those who count theirs.
        let written = points.series.indices.filter { index in
            let series = points.series[index]
            return series.category.map { categories.known[.init(workspaceID, series.metric, $0)] == nil } ?? true
        }
        let categoryIDs = try categories.ids(of: points, workspaceID: workspaceID) { "records.\($0)." }
        for index in written {
            categories.count(
                0, categoryID: categoryIDs[index],
                in: .init(workspaceID: workspaceID, metric: points.series[index].metric))
        }
        var tally = PointTally(workspaceID: workspaceID)
        for group in points.groups {
            let metric = points.series[group.series].metric
            guard tally.add(group.rollup, metric: metric, day: group.day, categoryID: categoryIDs[group.series]) else {
                throw PointTally.overflow(fieldPrefix: "records.\(group.firstIndex).")
            }
        }
        if !isDryRun {
            let taken = try connection.takeSequences(
                points.count, counted: quotas != nil, workspaceID: workspaceID, now: now)
            if let quotas {
                try connection.check(
                    points.count, of: workspaceID, taken, areNoted: true, by: quotas, now: now)
            }
            let batch = try StoredBatch(points, firstSequence: taken.first, createdAt: now)
            try connection.insert([PointRows(batch, categoryIDs: categoryIDs, workspaceID: workspaceID)])
            try writeRange(first: taken.first, count: points.count)
            if raisesAlerts {
                try ImportBreaches(connection: connection, key: key, now: now)
                    .stage(batch, revision: taken.ruleRevision)
            }
        }
        try writeRollups(tally.rollups.filter { $0.key.categoryID == nil }, .importDays, .importDays)
        try writeRollups(tally.rollups.filter { $0.key.categoryID != nil }, .importRollups, .importRollups)
        try categories.write()
    }

    /// - Returns: Whether it is a dry run, and whether its points may raise alerts.
    private func noteProgress(
        _ progress: ImportProgress, more count: Int, now: Instant
    ) throws -> (isDryRun: Bool, raisesAlerts: Bool) {
        let kind = try connection.first(
            """
            UPDATE data_import
            SET point_count = point_count + \(count), bytes_read = \(progress.bytesRead), touched_at = \(now)
            WHERE \(SQL.isImport(key)) AND status = 'running'
            RETURNING is_dry_run, alerts
            """
        ) { row in
            (isDryRun: try row.integer(0) == 1, raisesAlerts: try row.text(1) == ImportAlerts.all.rawValue)
        }
        guard let kind else { throw StoreError.notRunning(key) }
        return kind
    }

    private func refuseTakenIDs(of points: PointBatch) throws {
        guard !points.externalKeys.isEmpty else { return }
        var others = ReplacedPoints(connection: connection)
        try others.load(ReplacedPoints.names(of: points, workspaceID: key.workspaceID))
        let issues = others.issues(of: points, workspaceID: key.workspaceID, importID: key.id)
        guard issues.isEmpty else { throw ValidationError(issues: issues) }
    }

    /// Hides the points: as a range of their own, or as more of the one that ends where they begin.
    private func writeRange(first: Int64, count: Int) throws {
        let last = first + Int64(count) - 1
        let widened = try connection.execute(
            """
            UPDATE data_import_range
            SET last_sequence = \(last)
            WHERE \(SQL.isOfImport(key)) AND last_sequence = \(first - 1)
            """)
        guard widened == 0 else { return }
        try connection.execute(
            """
            INSERT INTO data_import_range (workspace_id, first_sequence, last_sequence, import_id)
            VALUES (\(key.workspaceID), \(first), \(last), \(key.id))
            """)
    }

    /// Adds to what is kept of the import.
    ///
    /// Nobody else writes these rows, so they are read, added to and put back.
    private func writeRollups(_ rollups: [RollupKey: Rollup], _ lookup: Lookup, _ insertion: Insertion) throws {
        let keys = rollups.keys.sorted()
        func columns(_ rollup: RollupKey) -> [SQLValue] {
            [key.workspaceID.sqlValue, key.id.sqlValue] + rollup.columns.dropFirst()
        }
        var kept: [RollupKey: Rollup] = [:]
        try connection.ask([.lookup(lookup, keys: keys.map(columns))]) { _, index, row in
            kept[keys[index]] = try Rollup(row: row, startingAt: 0)
        }
        let rows = try keys.compactMap { key -> [SQLValue]? in
            guard let rollup = rollups[key] else { return nil }
            guard let merged = kept[key].map({ $0.merging(rollup) }) ?? rollup else {
                throw PointTally.overflow(fieldPrefix: "")
            }
            return columns(key) + merged.columns
        }
        try connection.insert(rows, insertion)
    }
}

extension Lookup {
    /// What is kept of an import's day.
    fileprivate static let importDays = Lookup(
        rollupColumns,
        """
        FROM data_import_day AS r
        WHERE r.workspace_id = :workspace AND r.import_id = :import AND r.metric = :metric AND r.day = :day
        """, by: ["workspace": .integer, "import": .integer, "metric": .integer, "day": .integer])

    /// What is kept of a category's day in an import.
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
    /// What is kept of an import's day, in the place of what was.
    fileprivate static let importDays = rollups(
        replacing: "data_import_day", key: ["workspace_id", "import_id", "metric", "day"])

    /// What is kept of a category's day in an import, in the place of what was.
    fileprivate static let importRollups = rollups(
        replacing: "data_import_rollup", key: ["workspace_id", "import_id", "metric", "day", "category_id"])
}
